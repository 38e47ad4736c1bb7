// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http.hpp"

#include <curl/curl.h>

#include <array>
#include <string>

namespace kdiag::net {

/// An easy handle of libcurl with the lists that it points to.
class EasyHandle {
public:
    EasyHandle();
    ~EasyHandle();
    EasyHandle(const EasyHandle&) = delete;
    EasyHandle& operator=(const EasyHandle&) = delete;

    CURL* get() const { return m_easy; }
    template <class Value> void set(CURLoption option, Value value) { (curl_easy_setopt)(m_easy, option, value); /* not the macro, which wants a constant */ }

    /// How a server is reached and trusted: address, TLS, proxy, time to connect. Nothing of the request itself.
    void reach(const HttpSettings& settings, const std::string& url);
    /// The request's headers; credentials only over https.
    void send_headers(const HttpRequest& request);
    /// `Host: host:port` when TLS names the server otherwise than its address (RFC 9110 7.2); empty: libcurl's own is right.
    const std::string& host_header() const { return m_host_header; }
    /// A peer that has vanished is noticed within a minute, also when nothing is sent (protocol: keep-alive and TCP_USER_TIMEOUT).
    void notice_dead_peer();
    /// Takes several TLS records from the system at once. Only for connections that are always read until nothing is left: no poll sees
    /// what TLS has taken, and libcurl's transfers do not ask for it.
    void read_ahead();
    /// libcurl's own words on a failure; only looked at, never shown.
    std::string_view details() const { return m_details.data(); }

    int response_code() const;
    /// The proxy's answer to CONNECT; 0: none.
    int proxy_code() const;

private:
    void trust(const TlsSettings& tls, const std::string& url);
    std::string name_for_tls(const HttpSettings& settings, const std::string& url);

    CURL* m_easy;
    curl_slist* m_headers = nullptr;
    curl_slist* m_connect_to = nullptr;
    std::string m_host_header;
    std::array<char, CURL_ERROR_SIZE> m_details = {};
};

/// Credentials only ever travel encrypted (client-go drops them for http too).
bool carries_credentials(const HttpRequest& request);

} // namespace kdiag::net
