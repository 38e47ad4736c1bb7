// SPDX-License-Identifier: Apache-2.0
#include "net/easy_handle.hpp"

#include "net/proxy.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/tls_context.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace kdiag::net {

namespace {

curl_blob blob_of(const std::string& text) {
    return {const_cast<char*>(text.data()), text.size(), CURL_BLOB_COPY};
}

int set_user_timeout(void*, curl_socket_t socket, curlsocktype) {
    const unsigned milliseconds = 60'000;
    setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds); // not every socket is TCP: then there is nothing to set
    return CURL_SOCKOPT_OK;
}

constexpr std::size_t k_tls_buffer = 66 * 1024; // four whole records

CURLcode set_read_ahead(CURL*, void* tls_context, void*) {
    read_tls_ahead(tls_context, k_tls_buffer);
    return CURLE_OK;
}

bool has_openssl() {
    const char* version = curl_version_info(CURLVERSION_NOW)->ssl_version;
    return version != nullptr && std::string_view(version).starts_with("OpenSSL/");
}

} // namespace

bool carries_credentials(const HttpRequest& request) {
    return !request.authorization.empty() && request.url.starts_with("https://");
}

EasyHandle::EasyHandle() : m_easy(curl_easy_init()) {
    set(CURLOPT_ERRORBUFFER, m_details.data());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE)); // never to a proxy
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_SOCKS5_AUTH, static_cast<long>(CURLAUTH_BASIC)); // not Kerberos, which may not be built in
    set(CURLOPT_TCP_KEEPALIVE, 1L);
}

EasyHandle::~EasyHandle() {
    curl_easy_cleanup(m_easy);
    curl_slist_free_all(m_headers);
    curl_slist_free_all(m_connect_to);
}

void EasyHandle::reach(const HttpSettings& settings, const std::string& url) {
    const std::string named = name_for_tls(settings, url);
    set(CURLOPT_URL, named.c_str());
    if (m_connect_to != nullptr) set(CURLOPT_CONNECT_TO, m_connect_to);
    set(CURLOPT_PROXY, settings.proxy.c_str());
    set(CURLOPT_NOPROXY, "");
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.milliseconds));
    trust(settings.tls, url);
}

void EasyHandle::trust(const TlsSettings& tls, const std::string& url) {
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!tls.ca_pem.empty()) {
        curl_blob blob = blob_of(tls.ca_pem);
        set(CURLOPT_CAINFO_BLOB, &blob);
        set(CURLOPT_CAPATH, static_cast<char*>(nullptr)); // Debian's default would go on trusting public CAs
    }
    if (tls.insecure) {
        set(CURLOPT_SSL_VERIFYPEER, 0L);
        set(CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (!tls.certificate_pem.empty() && url.starts_with("https://")) {
        curl_blob certificate = blob_of(tls.certificate_pem), key = blob_of(tls.key_pem.reveal());
        set(CURLOPT_SSLCERT_BLOB, &certificate);
        set(CURLOPT_SSLKEY_BLOB, &key);
        set(CURLOPT_SSLCERTTYPE, "PEM");
        set(CURLOPT_SSLKEYTYPE, "PEM");
    }
}

/// The server is reached at its address, but named to TLS as configured (SNI and verification).
std::string EasyHandle::name_for_tls(const HttpSettings& settings, const std::string& url) {
    if (settings.tls.server_name.empty() || !url.starts_with("https://")) return url;
    const auto parts = parse_url(url);
    const std::string host = contains(parts.host, ":") ? "[" + parts.host + "]" : parts.host;
    const auto path = url.find('/', 8);
    m_connect_to = curl_slist_append(m_connect_to, format("{}:443:{}:{}", settings.tls.server_name, host, parts.port).c_str());
    m_host_header = format("Host: {}:{}", host, parts.port);
    return format("https://{}:443{}", settings.tls.server_name, path == std::string::npos ? "/" : url.substr(path));
}

void EasyHandle::send_headers(const HttpRequest& request) {
    if (!m_host_header.empty()) m_headers = curl_slist_append(m_headers, m_host_header.c_str());
    for (const auto& header : request.headers) m_headers = curl_slist_append(m_headers, header.c_str());
    if (carries_credentials(request)) m_headers = curl_slist_append(m_headers, ("Authorization: " + request.authorization.reveal()).c_str());
    set(CURLOPT_HTTPHEADER, m_headers);
}

void EasyHandle::notice_dead_peer() {
    set(CURLOPT_TCP_KEEPIDLE, 30L);
    set(CURLOPT_TCP_KEEPINTVL, 15L);
    set(CURLOPT_SOCKOPTFUNCTION, &set_user_timeout);
}

void EasyHandle::read_ahead() {
    if (has_openssl()) set(CURLOPT_SSL_CTX_FUNCTION, &set_read_ahead);
}

int EasyHandle::response_code() const {
    long status = 0;
    curl_easy_getinfo(m_easy, CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
}

int EasyHandle::proxy_code() const {
    long status = 0;
    curl_easy_getinfo(m_easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return static_cast<int>(status);
}

} // namespace kdiag::net
