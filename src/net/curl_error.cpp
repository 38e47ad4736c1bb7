// SPDX-License-Identifier: Apache-2.0
#include "net/curl_error.hpp"

#include "net/certificate_words.hpp"
#include "net/proxy.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <optional>
#include <system_error>

namespace kdiag::net {

namespace {

/// A TLS alert by which the server says that it wants another client certificate, or any.
bool wants_client_certificate(std::string_view details) {
    for (const auto* alert : {"alert certificate required", "alert bad certificate", "alert unknown ca", "alert certificate expired", "alert certificate unknown"})
        if (contains(details, alert)) return true;
    return false;
}

Error client_certificate_refused(const std::string& server, const HttpSettings& settings) {
    if (settings.tls.certificate_pem.empty())
        return {.kind = ErrorKind::authentication, .message = format("{} wants a client certificate, and there is none", server),
                .help = {"give client-certificate and client-key in the kubeconfig, or use another context"}};
    return {.kind = ErrorKind::authentication, .message = format("{} refuses the client certificate", server),
            .help = {"it may have expired, or be of another cluster: fetch the kubeconfig again"}};
}

/// As users write it: Kubernetes has only socks5, and means what curl calls socks5h.
std::string shown_proxy(const HttpSettings& settings) {
    auto shown = display_url(settings.proxy);
    if (shown.starts_with("socks5h://")) shown.erase(6, 1);
    return shown;
}

Error proxy_error(std::string_view what, const HttpSettings& settings, const std::string& server) {
    return {.kind = ErrorKind::network, .message = format("the proxy {} {}", shown_proxy(settings), what),
            .help = {"check proxy-url of the kubeconfig, HTTPS_PROXY and NO_PROXY", format("does {} need a proxy at all?", server)}};
}

Error unknown_to_proxy(const HttpSettings& settings, const std::string& server) {
    const bool is_socks = settings.proxy.starts_with("socks5");
    return proxy_error(format("{}{}", settings.proxy.find('@') == std::string::npos ? "wants a user and a password" : "does not know this user and password", is_socks ? "" : " (407)"), settings, server)
        .with_help(format("they stand in the proxy's URL: {}://USER:PASSWORD@HOST:PORT", is_socks ? "socks5" : "http"));
}

/// Of a SOCKS5 proxy (RFC 1928).
Error socks_error(CURL* easy, const HttpSettings& settings, const std::string& server) {
    long why = CURLPX_OK;
    curl_easy_getinfo(easy, CURLINFO_PROXY_ERROR, &why);
    switch (why) {
    case CURLPX_NO_AUTH:
    case CURLPX_USER_REJECTED: return unknown_to_proxy(settings, server);
    case CURLPX_REPLY_COMMAND_NOT_SUPPORTED:
    case CURLPX_REPLY_CONNECTION_REFUSED:
    case CURLPX_REPLY_GENERAL_SERVER_FAILURE:
    case CURLPX_REPLY_HOST_UNREACHABLE:
    case CURLPX_REPLY_NETWORK_UNREACHABLE:
    case CURLPX_REPLY_NOT_ALLOWED:
    case CURLPX_REPLY_TTL_EXPIRED: return proxy_error(format("cannot connect to {}", server), settings, server);
    default: return proxy_error("does not answer as a SOCKS5 proxy does", settings, server);
    }
}

/// Nothing was sent to the server yet: connecting and the handshake, the proxy's part included.
bool is_connecting(CURL* easy) {
    curl_off_t connected = 0; // the times of connecting itself are 0 on a connection that was there already
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
    return connected == 0;
}

/// A proxy that was asked for a tunnel and has not said yes or no.
std::optional<Error> proxy_without_answer(CURL* easy, CURLcode code, const std::string& server, const HttpSettings& settings) {
    const bool no_answer = code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING || code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UNSUPPORTED_PROTOCOL;
    if (!settings.proxy.starts_with("http") || (!no_answer && code != CURLE_OPERATION_TIMEDOUT) || !is_connecting(easy)) return std::nullopt;
    return proxy_error(code == CURLE_OPERATION_TIMEDOUT ? format("has not answered within {}", to_age(settings.connect_timeout)) : std::string("does not answer as a proxy does"), settings, server);
}

Error not_connected(CURL* easy, const std::string& server, const HttpSettings& settings) {
    long number = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
    const std::string why = number != 0 ? std::generic_category().message(static_cast<int>(number)) : "Connection refused";
    if (!settings.proxy.empty()) return proxy_error(format("cannot be reached: {}", why), settings, server);
    return {.kind = ErrorKind::network, .message = format("cannot reach the API server {}: {}", server, why), .help = {"is the cluster running, and is it this address?"}};
}

Error timed_out(CURL* easy, const std::string& server, const HttpSettings& settings) {
    if (is_connecting(easy))
        return {.kind = ErrorKind::network, .message = format("cannot reach the API server {}: no answer within {}", server, to_age(settings.connect_timeout)),
                .help = {"is a firewall or a VPN in between?"}};
    return {.kind = ErrorKind::timeout, .message = format("the API server {} sent nothing for {}", server, to_age(settings.stall_timeout)),
            .help = {"--request-timeout gives it longer"}};
}

Error tls_error(CURL* easy, CURLcode code, const std::string& server, const HttpSettings& settings) {
    long verification = 0;
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verification);
    Error error{.kind = ErrorKind::tls, .message = format("cannot trust the API server {}: ", server)};
    if (code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_ENGINE_NOTFOUND) {
        error.kind = ErrorKind::config;
        error.message = "the client certificate or its key cannot be used";
        error.help = {"check client-certificate and client-key of the kubeconfig: both PEM, and of one pair"};
        return error;
    }
    if (code == CURLE_SSL_CACERT_BADFILE) {
        error.kind = ErrorKind::config;
        error.message = "the certificate authority cannot be used: it holds no PEM certificate";
        error.help = {"check certificate-authority of the kubeconfig"};
        return error;
    }
    if (code == CURLE_SSL_CONNECT_ERROR) {
        error.message = format("the TLS handshake with {} failed", server);
        error.help = {"does the port speak TLS? check the server address of the context"};
        return error;
    }
    const auto problem = verification_problem(verification);
    // libcurl compares names itself, before it notes OpenSSL's result: 0 or its initial 1 then.
    error.message += !problem.empty() ? problem : verification <= 1 ? "its certificate is for another name" : std::string(curl_easy_strerror(code));
    error.help = {settings.tls.ca_pem.empty() ? "give the cluster's CA in the kubeconfig (certificate-authority-data)" : "the CA of the kubeconfig may be of an older cluster: fetch the kubeconfig again"};
    return error;
}

} // namespace

bool is_lost_connection(CURLcode code) {
    return code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING || code == CURLE_PARTIAL_FILE || code == CURLE_HTTP2 ||
           code == CURLE_HTTP2_STREAM;
}

Error error_of(CURL* easy, CURLcode code, const FailedTransfer& failed, const HttpSettings& settings) {
    const auto parts = parse_url(failed.url);
    const std::string server = format("{}:{}", parts.host, parts.port);
    if (wants_client_certificate(failed.details)) return client_certificate_refused(server, settings);
    long connect_status = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    if (connect_status == 407) return unknown_to_proxy(settings, server);
    if (connect_status >= 300) return proxy_error(format("will not connect to {} ({})", server, connect_status), settings, server);
    if (connect_status == 0 && parts.scheme == "https")
        if (auto error = proxy_without_answer(easy, code, server, settings)) return *std::move(error);
    switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY: return proxy_error("cannot be found: its name does not resolve", settings, server);
    case CURLE_PROXY: return socks_error(easy, settings, server);
    case CURLE_COULDNT_RESOLVE_HOST:
        return {.kind = ErrorKind::network, .message = format("cannot find the API server: the name {} does not resolve", parts.host),
                .help = {"check the server address of the context, and the name servers of this machine (VPN?)"}};
    case CURLE_COULDNT_CONNECT: return not_connected(easy, server, settings);
    case CURLE_OPERATION_TIMEDOUT: return timed_out(easy, server, settings);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ISSUER_ERROR: return tls_error(easy, code, server, settings);
    case CURLE_UNSUPPORTED_PROTOCOL:
        if (parts.scheme == "http" || parts.scheme == "https") // HTTP/0.9, which is to say: no header at all
            return {.kind = ErrorKind::protocol, .message = format("{} does not speak HTTP", server), .help = {"is it a Kubernetes API server?"}};
        [[fallthrough]];
    case CURLE_URL_MALFORMAT:
        return {.kind = ErrorKind::config, .message = format("the server address `{}` is no http or https URL", display_url(failed.url)), .help = {"check the cluster's server in the kubeconfig"}};
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_WEIRD_SERVER_REPLY:
        return {.kind = ErrorKind::protocol, .message = format("{} does not speak HTTP as expected: {}", server, curl_easy_strerror(code)), .help = {"is it a Kubernetes API server?"}};
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_PARTIAL_FILE:
        return {.kind = ErrorKind::protocol, .message = format("the answer of {} was cut short or damaged on its way", server), .help = {"try again; a proxy in between may do this"}};
    default: return {.kind = ErrorKind::network, .message = format("the connection to {} failed: {}", server, curl_easy_strerror(code)), .help = {"try again"}};
    }
}

} // namespace kdiag::net
