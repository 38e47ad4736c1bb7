// SPDX-License-Identifier: Apache-2.0
#include "net/exchange.hpp"

#include "net/certificate_words.hpp"
#include "net/curl_library.hpp"
#include "net/curl_multi.hpp"
#include "net/easy_handle.hpp"
#include "net/proxy.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <optional>
#include <system_error>

namespace kdiag::net {

namespace {

constexpr std::size_t k_most_body = 10 * 1024; // what the kubelet reads of an answer (maxRespBodyLength of pkg/probe/http)
constexpr std::size_t k_most_headers = 200;

curl_blob blob_of(const std::string& text) {
    return {const_cast<char*>(text.data()), text.size(), CURL_BLOB_COPY};
}

/// One exchange while it is under way.
class Running {
public:
    Running(EventLoop& loop, ExchangeRequest request) : m_request(std::move(request)), m_multi(loop, 0) {}
    ~Running() {
        m_multi.remove(m_easy.get());
        curl_slist_free_all(m_headers);
        curl_slist_free_all(m_connect_to);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    void start() {
        set_request();
        set_route();
        set_trust();
        m_multi.add(m_easy.get(), [this](CURLcode code) { m_code = code; });
    }
    bool is_done() const { return m_code.has_value(); }
    Exchange finish();

private:
    void set_request();
    void set_route();
    void set_trust();
    void read_times();
    void explain(CURLcode code);
    std::int64_t time(CURLINFO info) const;
    static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) noexcept;
    static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) noexcept;

    ExchangeRequest m_request;
    EasyHandle m_easy;
    CurlMulti m_multi;
    curl_slist* m_headers = nullptr;
    curl_slist* m_connect_to = nullptr;
    std::optional<CURLcode> m_code;
    Exchange m_exchange;
    bool m_cut = false; ///< the body was longer than what is kept
};

void Running::set_request() {
    m_easy.set(CURLOPT_URL, m_request.url.c_str());
    m_easy.set(CURLOPT_PROXY, "");
    m_easy.set(CURLOPT_NOPROXY, "");
    m_easy.set(CURLOPT_TIMEOUT_MS, static_cast<long>(m_request.timeout.milliseconds));
    m_easy.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(m_request.timeout.milliseconds)); // else libcurl's five minutes would be the longer limit
    m_easy.set(CURLOPT_FRESH_CONNECT, 1L);
    m_easy.set(CURLOPT_FORBID_REUSE, 1L);
    using Version = ExchangeRequest::Version;
    const long version = m_request.version == Version::http2_plain ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : m_request.version == Version::http2_if_offered ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;
    m_easy.set(CURLOPT_HTTP_VERSION, version);
    if (!m_request.target.empty()) m_easy.set(CURLOPT_REQUEST_TARGET, m_request.target.c_str());
    if (m_request.handshake_only) m_easy.set(CURLOPT_CONNECT_ONLY, 1L);
    for (const auto& header : m_request.headers) m_headers = curl_slist_append(m_headers, header.c_str());
    if (m_request.method == "POST") {
        m_easy.set(CURLOPT_POST, 1L);
        m_easy.set(CURLOPT_POSTFIELDS, m_request.body.data());
        m_easy.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(m_request.body.size()));
    }
    m_easy.set(CURLOPT_HTTPHEADER, m_headers);
    m_easy.set(CURLOPT_HEADERFUNCTION, &Running::on_header);
    m_easy.set(CURLOPT_HEADERDATA, this);
    m_easy.set(CURLOPT_WRITEFUNCTION, &Running::on_body);
    m_easy.set(CURLOPT_WRITEDATA, this);
}

void Running::set_route() {
    if (!m_request.passage.empty()) m_easy.set(CURLOPT_ABSTRACT_UNIX_SOCKET, m_request.passage.c_str());
    if (m_request.address.empty()) return;
    const std::string host = contains(m_request.address, ":") ? format("[{}]", m_request.address) : m_request.address;
    m_connect_to = curl_slist_append(nullptr, format("::{}:", host).c_str()); // any host and port of the URL; its own port stays
    m_easy.set(CURLOPT_CONNECT_TO, m_connect_to);
}

void Running::set_trust() {
    m_easy.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)); // as Go's client, which the kubelet is
    m_easy.set(CURLOPT_SSL_VERIFYPEER, m_request.verify ? 1L : 0L);
    m_easy.set(CURLOPT_SSL_VERIFYHOST, m_request.verify ? 2L : 0L);
    m_easy.set(CURLOPT_CERTINFO, 1L);
    if (m_request.ca_pem.empty()) return;
    curl_blob blob = blob_of(m_request.ca_pem);
    m_easy.set(CURLOPT_CAINFO_BLOB, &blob);
    m_easy.set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
}

std::size_t Running::on_header(char* data, std::size_t, std::size_t size, void* self) noexcept {
    try {
        auto& exchange = static_cast<Running*>(self)->m_exchange;
        const std::string_view line = trim({data, size});
        if (line.starts_with("HTTP/")) {
            exchange.headers.clear(); // those of an interim answer
            return size;
        }
        const auto colon = line.find(':');
        if (colon != std::string_view::npos && exchange.headers.size() < k_most_headers)
            exchange.headers.emplace_back(to_lower(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
        return size;
    } catch (...) {
        return 0;
    }
}

std::size_t Running::on_body(char* data, std::size_t, std::size_t size, void* self) noexcept {
    try {
        auto& running = *static_cast<Running*>(self);
        auto& body = running.m_exchange.body;
        body.append(data, std::min(size, k_most_body - body.size()));
        running.m_cut = body.size() == k_most_body;
        return running.m_cut ? 0 : size;
    } catch (...) {
        return 0;
    }
}

std::int64_t Running::time(CURLINFO info) const {
    curl_off_t value = 0;
    curl_easy_getinfo(m_easy.get(), info, &value);
    return value;
}

void Running::read_times() {
    const auto named = time(CURLINFO_NAMELOOKUP_TIME_T), connected = time(CURLINFO_CONNECT_TIME_T), secured = time(CURLINFO_APPCONNECT_TIME_T),
               first = time(CURLINFO_STARTTRANSFER_TIME_T), total = time(CURLINFO_TOTAL_TIME_T);
    m_exchange.connected = connected > 0;
    m_exchange.secured = secured > 0;
    m_exchange.total_microseconds = total;
    if (connected > 0) m_exchange.connect_microseconds = connected - named;
    if (secured > 0) m_exchange.tls_microseconds = secured - connected;
    const auto ready = secured > 0 ? secured : connected;
    if (connected > 0) m_exchange.answer_microseconds = (first > ready ? first : total) - ready;
}

void Running::explain(CURLcode code) {
    m_exchange.timed_out = code == CURLE_OPERATION_TIMEDOUT;
    const bool is_handshake = code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR;
    const char* peer = nullptr; // libcurl notes the time of the connection only once TLS stands too, but its peer at once
    curl_easy_getinfo(m_easy.get(), CURLINFO_PRIMARY_IP, &peer);
    m_exchange.connected = m_exchange.connected || is_handshake || (peer != nullptr && *peer != '\0');
    const bool is_tls = m_request.url.starts_with("https://");
    m_exchange.failed_at = code == CURLE_COULDNT_RESOLVE_HOST     ? ExchangePart::name
                           : !m_exchange.connected                ? ExchangePart::connection
                           : is_tls && !m_exchange.secured        ? ExchangePart::tls
                                                                  : ExchangePart::answer;
    if (m_exchange.failed_at == ExchangePart::tls) {
        long verification = 0;
        curl_easy_getinfo(m_easy.get(), CURLINFO_SSL_VERIFYRESULT, &verification);
        m_exchange.problem = handshake_problem(code == CURLE_PEER_FAILED_VERIFICATION, verification, m_easy.details());
    }
    if (m_exchange.timed_out) m_exchange.problem = format("no answer within {}", to_age(m_request.timeout));
    if (!m_exchange.problem.empty()) return;
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: m_exchange.problem = "the name does not resolve"; return;
    case CURLE_COULDNT_CONNECT: {
        long number = 0;
        curl_easy_getinfo(m_easy.get(), CURLINFO_OS_ERRNO, &number);
        m_exchange.problem = number != 0 ? to_lower(std::generic_category().message(static_cast<int>(number))) : "no connection";
        return;
    }
    case CURLE_GOT_NOTHING: m_exchange.problem = "the connection was closed without an answer"; return;
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR: m_exchange.problem = "the connection was reset"; return;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY: m_exchange.problem = "the answer is no HTTP"; return;
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: m_exchange.problem = "the server does not speak HTTP/2 here"; return;
    case CURLE_PARTIAL_FILE: m_exchange.problem = "the answer was cut short"; return;
    default: m_exchange.problem = to_lower(curl_easy_strerror(code)); return;
    }
}

Exchange Running::finish() {
    read_times();
    m_exchange.status = m_easy.response_code();
    if (m_exchange.status < 200 && m_exchange.status != 101) m_exchange.status = 0; // an interim answer that was the last
    curl_certinfo* info = nullptr;
    if (curl_easy_getinfo(m_easy.get(), CURLINFO_CERTINFO, &info) == CURLE_OK && info != nullptr)
        for (int i = 0; i < info->num_of_certs && i < 10; ++i) {
            std::vector<std::string_view> lines;
            for (const auto* line = info->certinfo[i]; line != nullptr; line = line->next) lines.emplace_back(line->data);
            m_exchange.chain.push_back(certificate_of(lines));
        }
    const bool has_enough = m_code == CURLE_WRITE_ERROR && m_cut;
    if (*m_code != CURLE_OK && !has_enough) explain(*m_code);
    return std::move(m_exchange);
}

} // namespace

std::string_view Exchange::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

Result<Exchange> run_exchange(EventLoop& loop, ExchangeRequest request, const std::atomic<bool>* interrupted) {
    KD_TRY(start_curl());
    const Duration limit = request.timeout;
    Running running(loop, std::move(request));
    running.start();
    while (!running.is_done()) {
        if (interrupted != nullptr && interrupted->load()) return Error{.kind = ErrorKind::interrupted, .message = "interrupted"};
        loop.turn(limit); // libcurl's own timer ends it
    }
    return running.finish();
}

} // namespace kdiag::net
