// SPDX-License-Identifier: Apache-2.0
#include "net/http.hpp"

#include "net/curl_error.hpp"
#include "net/curl_library.hpp"
#include "net/proxy.hpp"
#include "net/retry.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <list>
#include <random>

namespace kdiag::net {

namespace {

constexpr std::size_t k_most_body = 64u << 20;
constexpr std::size_t k_most_error_body = 64 * 1024;
constexpr long k_receive_buffer = 256 * 1024;
constexpr int k_poll_ms = 100;

curl_blob blob_of(const std::string& text) {
    return {const_cast<char*>(text.data()), text.size(), CURL_BLOB_COPY};
}

} // namespace

std::string_view Transfer::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

std::string display_url(std::string_view url) {
    std::string shown(url.substr(0, url.find_first_of("?#")));
    const auto scheme = shown.find("://");
    const auto host = scheme == std::string::npos ? 0 : scheme + 3;
    const auto at = std::string_view(shown).substr(0, shown.find('/', host)).rfind('@');
    if (at != std::string::npos && at >= host) shown.erase(host, at + 1 - host);
    return shown;
}

/// The multi handle and what is under way on it.
struct HttpClient::Loop {
    Loop(const CurlLibrary& library, const HttpSettings& http_settings) : curl(library), settings(http_settings) { open(); }
    ~Loop() { close(); }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    struct Active {
        Loop* loop = nullptr;
        Transfer* transfer = nullptr;
        CURL* easy = nullptr;
        curl_slist* headers = nullptr;
        curl_slist* connect_to = nullptr;
        std::array<char, CURL_ERROR_SIZE> details = {};
    };

    void open() {
        multi = curl.multi_init();
        curl.multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
        curl.multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(settings.max_connections));
    }
    void close() {
        for (auto& active : under_way) release(active);
        under_way.clear();
        if (multi != nullptr) curl.multi_cleanup(multi);
        multi = nullptr;
    }
    void release(Active& active) {
        if (active.easy != nullptr) {
            curl.multi_remove_handle(multi, active.easy);
            curl.easy_cleanup(active.easy);
        }
        curl.slist_free_all(active.headers);
        curl.slist_free_all(active.connect_to);
        active.easy = nullptr;
        active.headers = active.connect_to = nullptr;
    }

    template <class Value> void set(CURL* easy, CURLoption option, Value value) { curl.easy_setopt(easy, option, value); }

    void set_tls(CURL* easy, const std::string& url) {
        const auto& tls = settings.tls;
        set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        if (!tls.ca_pem.empty()) {
            curl_blob blob = blob_of(tls.ca_pem);
            set(easy, CURLOPT_CAINFO_BLOB, &blob);
            set(easy, CURLOPT_CAPATH, static_cast<char*>(nullptr)); // Debian's default would go on trusting public CAs
        }
        if (tls.insecure) {
            set(easy, CURLOPT_SSL_VERIFYPEER, 0L);
            set(easy, CURLOPT_SSL_VERIFYHOST, 0L);
        }
        if (!tls.certificate_pem.empty() && url.starts_with("https://")) {
            curl_blob certificate = blob_of(tls.certificate_pem), key = blob_of(tls.key_pem.reveal());
            set(easy, CURLOPT_SSLCERT_BLOB, &certificate);
            set(easy, CURLOPT_SSLKEY_BLOB, &key);
            set(easy, CURLOPT_SSLCERTTYPE, "PEM");
            set(easy, CURLOPT_SSLKEYTYPE, "PEM");
        }
    }

    /// The server is reached at its address, but named to TLS as configured (protocol: SNI and verification).
    std::string url_for_tls(Active& active) {
        const std::string& url = active.transfer->request.url;
        if (settings.tls.server_name.empty() || !url.starts_with("https://")) return url;
        const auto parts = parse_url(url);
        const std::string host = contains(parts.host, ":") ? "[" + parts.host + "]" : parts.host;
        const auto path = url.find('/', 8);
        active.connect_to = curl.slist_append(nullptr, format("{}:443:{}:{}", settings.tls.server_name, host, parts.port).c_str());
        active.headers = curl.slist_append(active.headers, format("Host: {}:{}", host, parts.port).c_str());
        return format("https://{}:443{}", settings.tls.server_name, path == std::string::npos ? "/" : url.substr(path));
    }

    void start(Transfer* transfer) {
        under_way.push_back({.loop = this, .transfer = transfer});
        Active& active = under_way.back();
        active.easy = curl.easy_init();
        CURL* easy = active.easy;
        const std::string url = url_for_tls(active);
        for (const auto& header : transfer->request.headers) active.headers = curl.slist_append(active.headers, header.c_str());
        // Credentials only ever travel encrypted (client-go drops them for http too).
        if (!transfer->request.authorization.empty() && url.starts_with("https://"))
            active.headers = curl.slist_append(active.headers, ("Authorization: " + transfer->request.authorization.reveal()).c_str());
        set(easy, CURLOPT_URL, url.c_str());
        if (active.connect_to != nullptr) set(easy, CURLOPT_CONNECT_TO, active.connect_to);
        set(easy, CURLOPT_ERRORBUFFER, active.details.data());
        set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
        set(easy, CURLOPT_HTTPHEADER, active.headers);
        set(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE)); // never to a proxy
        set(easy, CURLOPT_FOLLOWLOCATION, 0L);
        set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
        set(easy, CURLOPT_NOSIGNAL, 1L);
        set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
        set(easy, CURLOPT_PIPEWAIT, 1L);
        set(easy, CURLOPT_PROXY, settings.proxy.c_str());
        set(easy, CURLOPT_NOPROXY, "");
        set(easy, CURLOPT_USERAGENT, settings.user_agent.c_str());
        set(easy, CURLOPT_BUFFERSIZE, k_receive_buffer);
        set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.milliseconds));
        if (settings.stall_timeout.milliseconds > 0) {
            set(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
            set(easy, CURLOPT_LOW_SPEED_TIME, std::max(1L, static_cast<long>(settings.stall_timeout.milliseconds / 1000)));
            // The server has this long until its first byte; a slow list after that is the stall timer's affair.
        }
        set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
        if (settings.compressed) set(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
        set_tls(easy, url);
        set(easy, CURLOPT_WRITEFUNCTION, &Loop::on_body);
        set(easy, CURLOPT_WRITEDATA, &active);
        set(easy, CURLOPT_HEADERFUNCTION, &Loop::on_header);
        set(easy, CURLOPT_HEADERDATA, &active);
        set(easy, CURLOPT_PRIVATE, &active);
        ++transfer->attempts;
        curl.multi_add_handle(multi, easy);
    }

    static std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) noexcept {
        try {
            Transfer& transfer = *static_cast<Active*>(user)->transfer;
            const std::string_view line = trim({data, size});
            if (line.starts_with("HTTP/")) {
                transfer.headers.clear(); // those of an interim answer or a proxy
                return size;
            }
            const auto colon = line.find(':');
            if (colon != std::string_view::npos && transfer.headers.size() < 200)
                transfer.headers.emplace_back(to_lower(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
            return size;
        } catch (...) {
            return 0;
        }
    }

    static std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) noexcept {
        try {
            Active& active = *static_cast<Active*>(user);
            Transfer& transfer = *active.transfer;
            long status = 0;
            active.loop->curl.easy_getinfo(active.easy, CURLINFO_RESPONSE_CODE, &status);
            transfer.bytes += size;
            if (status == 200 && transfer.on_data) {
                transfer.delivered = true;
                if (auto taken = transfer.on_data({data, size}); !taken) {
                    transfer.error = std::move(taken).error();
                    return 0;
                }
                return size;
            }
            if (status == 200 && transfer.body.size() + size > k_most_body) {
                transfer.error = Error{.kind = ErrorKind::protocol, .message = "the answer is larger than 64 MiB",
                                       .help = {"is the server of the context a Kubernetes API server?"}};
                return 0;
            }
            const std::size_t most = status == 200 ? k_most_body : k_most_error_body;
            transfer.body.append(data, std::min(size, most - std::min(most, transfer.body.size())));
            return size;
        } catch (...) {
            return 0;
        }
    }

    /// Takes a finished transfer off the loop and notes what became of it.
    Transfer* finish(CURL* easy, CURLcode code) {
        const auto place = std::find_if(under_way.begin(), under_way.end(), [&](const Active& active) { return active.easy == easy; });
        Transfer* transfer = place->transfer;
        long status = 0;
        curl.easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        transfer->status = static_cast<int>(status);
        long connect_status = 0; // of a proxy: its refusal looks like a lost connection
        curl.easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
        transfer->connection_lost = is_lost_connection(code) && connect_status < 300;
        if (status != 0) answered = true;
        if (code != CURLE_OK && !transfer->error) transfer->error = error_of(curl, easy, code, {.url = transfer->request.url, .details = place->details.data()}, settings);
        release(*place);
        under_way.erase(place);
        return transfer;
    }

    const CurlLibrary& curl;
    const HttpSettings& settings;
    CURLM* multi = nullptr;
    std::list<Active> under_way;
    bool answered = false;
    std::minstd_rand noise{std::random_device{}()};
};

HttpClient::HttpClient(HttpSettings settings) : m_settings(std::move(settings)) {}
HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::make(HttpSettings settings) {
    KD_TRY_ASSIGN(const auto* curl, load_curl());
    std::unique_ptr<HttpClient> client(new HttpClient(std::move(settings)));
    client->m_loop = std::make_unique<Loop>(*curl, client->m_settings);
    return client;
}

void HttpClient::set_identity(std::string certificate_pem, Secret key_pem) {
    m_loop->close();
    m_settings.tls.certificate_pem = std::move(certificate_pem);
    m_settings.tls.key_pem = std::move(key_pem);
    m_loop->open();
}

void HttpClient::run(const std::vector<Transfer*>& transfers, const RunLimits& limits) {
    struct Waiting {
        Transfer* transfer;
        Timestamp not_before;
    };
    std::deque<Waiting> waiting;
    for (auto* transfer : transfers) waiting.push_back({transfer, {}});
    std::optional<Error> unreachable;
    const auto give_up = [&](const Error& error) {
        for (auto& active : m_loop->under_way) active.transfer->error = error;
        for (const auto& entry : waiting) entry.transfer->error = error;
        for (auto& active : m_loop->under_way) m_loop->release(active);
        m_loop->under_way.clear();
    };
    const auto done = [&](Transfer& transfer) {
        m_bytes += std::exchange(transfer.bytes, 0);
        const auto delay = transfer.delivered || (transfer.error && transfer.error->kind == ErrorKind::decode)
                               ? std::nullopt
                               : retry_delay({.status = transfer.error ? 0 : transfer.status, .connection_lost = transfer.connection_lost,
                                              .retry_after = transfer.header("retry-after"), .attempts = transfer.attempts},
                                             static_cast<std::uint32_t>(m_loop->noise()));
        if (!delay) {
            if (transfer.error && !m_loop->answered) unreachable = transfer.error;
            if (limits.on_done) limits.on_done(transfer);
            return;
        }
        ++m_retries;
        transfer.error.reset();
        transfer.body.clear();
        transfer.headers.clear();
        waiting.push_back({&transfer, now_utc() + *delay});
    };
    while (!waiting.empty() || !m_loop->under_way.empty()) {
        const Timestamp now = now_utc();
        if (limits.interrupted != nullptr && limits.interrupted->load()) return give_up({.kind = ErrorKind::interrupted, .message = "interrupted"});
        if (limits.deadline && now >= limits.deadline) return give_up({.kind = ErrorKind::timeout, .message = "the time given by --timeout is over", .help = {"--timeout gives it longer"}});
        for (std::size_t looked = waiting.size(); looked > 0 && m_loop->under_way.size() < limits.concurrency; --looked) {
            const auto entry = waiting.front();
            waiting.pop_front();
            if (entry.not_before > now) {
                waiting.push_back(entry);
                continue;
            }
            ++m_requests;
            m_loop->start(entry.transfer);
        }
        int running = 0, left = 0;
        m_loop->curl.multi_perform(m_loop->multi, &running);
        while (const CURLMsg* message = m_loop->curl.multi_info_read(m_loop->multi, &left))
            if (message->msg == CURLMSG_DONE) done(*m_loop->finish(message->easy_handle, message->data.result));
        if (unreachable && !m_loop->answered) return give_up(*unreachable);
        if (running > 0 || !waiting.empty()) m_loop->curl.multi_poll(m_loop->multi, nullptr, 0, running > 0 ? k_poll_ms : 20, nullptr);
    }
}

} // namespace kdiag::net
