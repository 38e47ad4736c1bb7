// SPDX-License-Identifier: Apache-2.0
#include "net/http.hpp"

#include "net/curl_error.hpp"
#include "net/curl_library.hpp"
#include "net/curl_multi.hpp"
#include "net/easy_handle.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::net {

namespace {

constexpr std::size_t k_most_body = 64u << 20;
constexpr std::size_t k_most_error_body = 64 * 1024;
constexpr std::size_t k_most_headers = 200;
constexpr long k_receive_buffer = 256 * 1024;

bool is_success(int status) {
    return status >= 200 && status < 300;
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

/// Requests share few connections (libcurl opens one for each otherwise); endless answers would occupy those.
struct HttpClient::Connections {
    Connections(EventLoop& loop, std::size_t most) : requests(loop, most), endless(loop, 0) {}
    CurlMulti requests, endless;
};

/// A transfer under way.
struct HttpClient::Running {
    Running(HttpClient& http_client, Transfer& running, std::function<void(Transfer&)> told)
        : client(http_client), transfer(&running), on_end(std::move(told)) {}

    CurlMulti& multi() const { return endless ? client.m_connections->endless : client.m_connections->requests; }

    static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) noexcept;
    static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) noexcept;
    std::size_t take_body(std::string_view bytes);
    std::size_t keep_body(std::string_view bytes, int status);

    HttpClient& client;
    Transfer* transfer; ///< null: cancelled
    std::function<void(Transfer&)> on_end;
    EasyHandle easy;
    bool endless = false;
};

std::size_t HttpClient::Running::on_header(char* data, std::size_t, std::size_t size, void* self) noexcept {
    try {
        auto* transfer = static_cast<Running*>(self)->transfer;
        if (transfer == nullptr) return 0;
        const std::string_view line = trim({data, size});
        if (line.starts_with("HTTP/")) {
            transfer->headers.clear(); // those of an interim answer or a proxy
            return size;
        }
        const auto colon = line.find(':');
        if (colon != std::string_view::npos && transfer->headers.size() < k_most_headers)
            transfer->headers.emplace_back(to_lower(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
        return size;
    } catch (...) {
        return 0;
    }
}

std::size_t HttpClient::Running::on_body(char* data, std::size_t, std::size_t size, void* self) noexcept {
    auto& running = *static_cast<Running*>(self);
    ++running.client.m_in_callback;
    std::size_t taken = 0;
    try {
        if (running.transfer != nullptr) taken = running.take_body({data, size});
    } catch (...) {
        taken = 0;
    }
    --running.client.m_in_callback;
    return taken;
}

std::size_t HttpClient::Running::take_body(std::string_view bytes) {
    const int status = easy.response_code();
    transfer->bytes += bytes.size();
    client.m_bytes += bytes.size();
    if (status != 200 || !transfer->on_data) return keep_body(bytes, status);
    transfer->delivered = true;
    auto flow = transfer->on_data(bytes);
    if (transfer == nullptr) return 0;
    if (!flow) {
        transfer->error = std::move(flow).error();
        return 0;
    }
    if (*flow == Flow::pause) curl_easy_pause(easy.get(), CURLPAUSE_RECV);
    return bytes.size();
}

std::size_t HttpClient::Running::keep_body(std::string_view bytes, int status) {
    if (is_success(status) && transfer->body.size() + bytes.size() > k_most_body) {
        transfer->error = Error{.kind = ErrorKind::protocol, .message = "the answer is larger than 64 MiB",
                                .help = {"is the server of the context a Kubernetes API server?"}};
        return 0;
    }
    const std::size_t most = is_success(status) ? k_most_body : k_most_error_body;
    transfer->body.append(bytes.substr(0, most - std::min(most, transfer->body.size())));
    return bytes.size();
}

HttpClient::HttpClient(HttpSettings settings, EventLoop& loop) : m_settings(std::move(settings)), m_loop(loop) {}

HttpClient::~HttpClient() {
    *m_alive = false;
    while (!m_running.empty()) drop(*m_running.front());
}

Result<std::unique_ptr<HttpClient>> HttpClient::make(HttpSettings settings, EventLoop& loop) {
    KD_TRY(start_curl());
    std::unique_ptr<HttpClient> client(new HttpClient(std::move(settings), loop));
    client->m_connections = std::make_unique<Connections>(loop, client->m_settings.max_connections);
    return client;
}

void HttpClient::set_identity(std::string certificate_pem, Secret key_pem) {
    m_settings.tls.certificate_pem = std::move(certificate_pem); // libcurl compares it before it uses a connection again
    m_settings.tls.key_pem = std::move(key_pem);
}

void HttpClient::start(Transfer& transfer, std::function<void(Transfer&)> on_end) {
    m_running.push_back(std::make_unique<Running>(*this, transfer, std::move(on_end)));
    Running& running = *m_running.back();
    ++m_requests;
    ++transfer.attempts;
    begin(running);
}

void HttpClient::begin(Running& running) {
    const HttpRequest& request = running.transfer->request;
    auto& easy = running.easy;
    running.endless = request.endless;
    easy.reach(m_settings, request.url);
    easy.send_headers(request);
    easy.set(CURLOPT_HTTP_VERSION, static_cast<long>(request.endless ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
    easy.set(CURLOPT_PIPEWAIT, 1L);
    easy.set(CURLOPT_USERAGENT, m_settings.user_agent.c_str());
    easy.set(CURLOPT_BUFFERSIZE, k_receive_buffer);
    if (request.endless)
        easy.notice_dead_peer();
    else if (m_settings.stall_timeout.milliseconds > 0) { // a paused transfer is not stalled, libcurl sees to that
        easy.set(CURLOPT_LOW_SPEED_LIMIT, 1L);
        easy.set(CURLOPT_LOW_SPEED_TIME, std::max(1L, static_cast<long>(m_settings.stall_timeout.milliseconds / 1000)));
    }
    if (m_settings.compressed && !request.endless) easy.set(CURLOPT_ACCEPT_ENCODING, "gzip");
    if (!request.body.empty()) {
        easy.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        easy.set(CURLOPT_POSTFIELDS, request.body.data());
    }
    if (request.method != "GET") easy.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    easy.set(CURLOPT_WRITEFUNCTION, &Running::on_body);
    easy.set(CURLOPT_WRITEDATA, &running);
    easy.set(CURLOPT_HEADERFUNCTION, &Running::on_header);
    easy.set(CURLOPT_HEADERDATA, &running);
    const auto add = [this, &running] { running.multi().add(running.easy.get(), [this, &running](CURLcode code) { finish(running, code); }); };
    if (m_in_callback == 0) return add();
    m_loop.post([alive = m_alive, this, transfer = running.transfer, add] {
        if (*alive && find(*transfer) != nullptr) add();
    });
}

HttpClient::Running* HttpClient::find(const Transfer& transfer) {
    const auto place = std::find_if(m_running.begin(), m_running.end(), [&](const auto& running) { return running->transfer == &transfer; });
    return place == m_running.end() ? nullptr : place->get();
}

void HttpClient::drop(Running& running) {
    running.multi().remove(running.easy.get());
    m_running.remove_if([&](const auto& entry) { return entry.get() == &running; });
}

void HttpClient::resume(const Transfer& transfer) {
    if (auto* running = find(transfer)) running->multi().resume(running->easy.get());
}

void HttpClient::cancel(const Transfer& transfer) {
    auto* running = find(transfer);
    if (running == nullptr) return;
    if (m_in_callback == 0) return drop(*running);
    running->transfer = nullptr;
    m_loop.post([alive = m_alive, this, running] {
        if (*alive) drop(*running);
    });
}

/// Takes a finished transfer off and notes what became of it.
void HttpClient::finish(Running& running, int curl_code) {
    if (running.transfer == nullptr) return; // its drop is posted
    Transfer& transfer = *running.transfer;
    const auto code = static_cast<CURLcode>(curl_code);
    transfer.status = running.easy.response_code();
    transfer.connection_lost = is_lost_connection(code) && running.easy.proxy_code() < 300; // a proxy's refusal looks like one
    if (transfer.status != 0) m_answered = true;
    if (code != CURLE_OK && !transfer.error)
        transfer.error = error_of(running.easy.get(), code, {.url = transfer.request.url, .details = running.easy.details()}, m_settings);
    const auto on_end = std::move(running.on_end);
    drop(running);
    on_end(transfer);
}

} // namespace kdiag::net
