// SPDX-License-Identifier: Apache-2.0
#include "client/api_client.hpp"

#include "client/api_status.hpp"
#include "data/json.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <unordered_set>

namespace kdiag::client {

namespace {

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
}

/// Keys of Impersonate-Extra headers may hold what a header's name may not (KEP-2250: percent-encoded).
std::vector<std::string> impersonation_headers(const config::Impersonation& who) {
    std::vector<std::string> headers;
    if (!who.active()) return headers;
    headers.push_back("Impersonate-User: " + who.user);
    if (!who.uid.empty()) headers.push_back("Impersonate-Uid: " + who.uid);
    for (const auto& group : who.groups) headers.push_back("Impersonate-Group: " + group);
    for (const auto& [key, value] : who.extra) headers.push_back(format("Impersonate-Extra-{}: {}", escape(key), value));
    return headers;
}

constexpr int k_page_size = 500; // kubectl's

Error not_a_list(const std::string& doing) {
    return {.kind = ErrorKind::protocol, .message = format("cannot {}: the answer is not a list of objects", doing),
            .help = {"is the server of the context a Kubernetes API server?"}};
}

Result<data::Value> json_of(const ApiAnswer& answer, const std::string& doing) {
    auto document = data::parse_json(answer.body);
    if (document && document->is_object()) return document;
    Error error{.kind = ErrorKind::protocol, .message = format("cannot {}: the server's answer is no JSON object", doing),
                .help = {"is the server of the context a Kubernetes API server?"}};
    if (contains(answer.content_type, "html"))
        error.notes.push_back("it answered with a web page");
    else if (!document)
        error.notes.push_back(document.error().message);
    return error;
}

std::string continue_of(const Result<data::Value>& list) {
    return list ? std::string(list->at("metadata", "continue").as_string()) : std::string();
}

bool holds_line_break(const std::vector<std::string>& headers) {
    for (const auto& header : headers)
        if (header.find_first_of("\r\n") != std::string::npos) return true;
    return false;
}

} // namespace

std::string escape(std::string_view text) {
    std::string escaped;
    for (const char c : text) escaped += is_unreserved(c) ? std::string(1, c) : format("%{:02X}", static_cast<unsigned char>(c));
    return escaped;
}

ApiClient::ApiClient(config::ClusterConfig config, std::string environment_proxy, config::ExecOptions exec_options, const std::atomic<bool>* interrupted)
    : m_config(std::move(config)), m_environment_proxy(std::move(environment_proxy)), m_credentials(m_config, exec_options), m_interrupted(interrupted) {}

Result<std::unique_ptr<ApiClient>> ApiClient::make(config::ClusterConfig config, std::string environment_proxy, config::ExecOptions exec_options,
                                                   const std::atomic<bool>* interrupted) {
    if (holds_line_break(impersonation_headers(config.impersonation)))
        return Error{.kind = ErrorKind::usage, .message = "--as and its kin take no line breaks"};
    return std::unique_ptr<ApiClient>(new ApiClient(std::move(config), std::move(environment_proxy), exec_options, interrupted));
}

net::HttpSettings ApiClient::http_settings() const {
    net::HttpSettings settings;
    settings.tls = {.ca_pem = m_config.ca_pem, .insecure = m_config.insecure, .server_name = m_config.tls_server_name,
                    .certificate_pem = m_config.client_certificate_pem, .key_pem = m_config.client_key_pem};
    settings.proxy = m_config.proxy_url.empty() ? m_environment_proxy : m_config.proxy_url;
    if (settings.proxy.starts_with("socks5://")) settings.proxy.replace(0, 9, "socks5h://"); // Go lets the proxy resolve names
    settings.stall_timeout = m_config.request_timeout;
    const auto parts = m_config.server.substr(0, m_config.server.find('/', 8));
    // gzip costs more than it saves when the server is this machine.
    settings.compressed = !m_config.disable_compression && !contains(parts, "//127.0.0.1") && !contains(parts, "//localhost") && !contains(parts, "//[::1]");
    settings.user_agent = format("kdiag/{} (linux/amd64)", KDIAG_VERSION);
    return settings;
}

Status ApiClient::prepare() {
    KD_TRY(m_credentials.prepare(now_utc()));
    if (m_credentials.authorization().reveal().find_first_of("\r\n") != std::string::npos)
        return Error{.kind = ErrorKind::config, .message = "the token holds a line break, which no token has", .help = {"check the user's token in the kubeconfig"}};
    if (!m_http) {
        KD_TRY_ASSIGN(m_http, net::HttpClient::make(http_settings(), m_loop));
    }
    use_plugin_identity();
    return {};
}

void ApiClient::use_plugin_identity() {
    if (m_credentials.certificate_pem().empty() || m_credentials.certificate_pem() == m_certificate_in_use) return;
    m_http->set_identity(m_credentials.certificate_pem(), m_credentials.key_pem());
    m_certificate_in_use = m_credentials.certificate_pem();
}

net::Transfer ApiClient::transfer_for(const ApiRequest& request) const {
    net::Transfer transfer;
    transfer.request.url = m_config.server + request.path;
    transfer.request.headers = impersonation_headers(m_config.impersonation);
    transfer.request.headers.push_back("Accept: " + request.accept);
    if (!request.content_type.empty()) transfer.request.headers.push_back("Content-Type: " + request.content_type);
    transfer.request.authorization = m_credentials.authorization();
    transfer.request.method = request.method;
    transfer.request.body = request.body;
    transfer.on_data = request.on_data;
    return transfer;
}

Result<std::unique_ptr<net::Upgrade>> ApiClient::upgrade(const UpgradeCall& call, std::function<void(Result<net::Upgraded>)> on_done) {
    KD_TRY(prepare());
    if (!m_streams) {
        KD_TRY_ASSIGN(m_streams, net::StreamConnector::make(m_loop));
    }
    net::UpgradeRequest request{.method = call.method, .url = m_config.server + call.path, .protocol = call.protocol, .headers = impersonation_headers(m_config.impersonation),
                                .authorization = m_credentials.authorization()};
    request.headers.insert(request.headers.end(), call.headers.begin(), call.headers.end());
    request.headers.push_back("User-Agent: " + m_http->settings().user_agent);
    return std::make_unique<net::Upgrade>(*m_streams, m_http->settings(), std::move(request), std::move(on_done));
}

Error ApiClient::refusal_of(const net::UpgradeResponse& response, const std::string& doing) const {
    auto error = error_of_answer({.status = response.status, .headers = response.headers, .body = response.body}, doing);
    if (response.status == 401) describe_401(error);
    return error;
}

Result<bool> ApiClient::refresh_credential() {
    KD_TRY_ASSIGN(const bool newer, m_credentials.refresh(now_utc()));
    if (newer) use_plugin_identity();
    return newer;
}

void ApiClient::describe_401(Error& error) const {
    error.notes.insert(error.notes.begin(), format("context {}, user {}{}", m_config.context.empty() ? "<none>" : m_config.context,
                                                   m_config.user.empty() ? "<none>" : m_config.user,
                                                   m_config.exec ? format(": exec plugin `{}` gave a credential that is refused", m_config.exec->command) : ""));
    if (m_config.server.starts_with("http://") && !m_credentials.authorization().empty())
        error.notes.push_back("the server's address is http, and credentials are only sent over https");
}

/// One newer credential for all that were refused: they were not carried out, so they may be sent again.
Status ApiClient::replay_refused(std::vector<net::Transfer>& transfers, const net::RunLimits& limits) {
    std::vector<net::Transfer*> refused;
    for (auto& transfer : transfers)
        if (transfer.status == 401 && !transfer.error) refused.push_back(&transfer);
    if (refused.empty()) return {};
    KD_TRY_ASSIGN(const bool newer, refresh_credential());
    if (!newer) return {};
    for (auto* transfer : refused) {
        transfer->status = 0;
        transfer->body.clear();
        transfer->headers.clear();
        transfer->request.authorization = m_credentials.authorization();
    }
    m_http->run(refused, limits);
    return {};
}

Result<std::vector<ApiAnswer>> ApiClient::get_all(const std::vector<ApiRequest>& requests, const net::RunLimits& limits) {
    KD_TRY(prepare());
    net::RunLimits own = limits;
    if (own.interrupted == nullptr) own.interrupted = m_interrupted;
    std::vector<net::Transfer> transfers;
    for (const auto& request : requests) transfers.push_back(transfer_for(request));
    std::vector<net::Transfer*> pointers;
    for (auto& transfer : transfers) pointers.push_back(&transfer);
    m_http->run(pointers, own);
    KD_TRY(replay_refused(transfers, own));
    std::vector<ApiAnswer> answers;
    for (std::size_t i = 0; i < transfers.size(); ++i) answers.push_back(answer_of(transfers[i], requests[i].doing));
    return answers;
}

ApiAnswer ApiClient::answer_of(net::Transfer& transfer, const std::string& doing) const {
    ApiAnswer answer{.status = transfer.status, .content_type = std::string(transfer.header("content-type")), .error = transfer.error,
                     .delivered = transfer.delivered, .connection_lost = transfer.connection_lost};
    const bool success = transfer.status == 200 || (transfer.status > 200 && transfer.status < 300 && !transfer.on_data);
    if (!answer.error && !success) answer.error = error_of_answer(transfer, doing);
    if (transfer.status == 401 && answer.error) describe_401(*answer.error);
    answer.unserved = is_unserved(transfer);
    if (transfer.status == 410) answer.fresh_token = continue_after_expiry(transfer.body);
    answer.body = std::move(transfer.body);
    return answer;
}

Result<ApiAnswer> ApiClient::send(const ApiRequest& request) {
    KD_TRY_ASSIGN(auto answers, get_all({request}, minute()));
    return std::move(answers.front());
}

Result<std::unique_ptr<OpenRequest>> ApiClient::open(ApiRequest request, std::function<void(ApiAnswer)> on_end) {
    KD_TRY(prepare());
    std::unique_ptr<OpenRequest> opened(new OpenRequest(*this, std::move(request), std::move(on_end)));
    opened->begin();
    return opened;
}

OpenRequest::OpenRequest(ApiClient& client, ApiRequest request, std::function<void(ApiAnswer)> on_end)
    : m_client(client), m_request(std::move(request)), m_on_end(std::move(on_end)) {}

OpenRequest::~OpenRequest() {
    m_client.m_http->cancel(m_transfer);
}

void OpenRequest::resume() {
    m_client.m_http->resume(m_transfer);
}

void OpenRequest::begin() {
    m_transfer = m_client.transfer_for(m_request);
    m_transfer.request.endless = true;
    m_client.m_http->start(m_transfer, [this](net::Transfer&) { end(); });
}

void OpenRequest::end() {
    if (m_transfer.status == 401 && !m_transfer.error && !m_again) {
        m_again = true;
        const auto newer = m_client.refresh_credential();
        if (newer && *newer) return begin();
    }
    const auto on_end = std::move(m_on_end); // it may end this object
    on_end(m_client.answer_of(m_transfer, m_request.doing));
}

net::RunLimits ApiClient::minute() const {
    return {.deadline = now_utc() + Duration::minutes(1), .interrupted = m_interrupted};
}

Result<data::Value> ApiClient::get_json(const ApiRequest& request) {
    KD_TRY_ASSIGN(auto answers, get_all({request}, minute()));
    auto& answer = answers.front();
    if (answer.error) return std::move(*answer.error);
    return json_of(answer, request.doing);
}

Result<std::vector<data::Value>> ApiClient::get_items(const ApiRequest& request) {
    const auto limits = minute();
    const char separator = contains(request.path, "?") ? '&' : '?';
    std::vector<data::Value> items;
    std::unordered_set<std::string> seen; // pages of different moments may hold an object twice
    std::string token;
    bool again = false;
    for (;;) {
        auto page = request;
        page.path += format("{}limit={}{}", separator, k_page_size, token.empty() ? std::string() : "&continue=" + escape(token));
        KD_TRY_ASSIGN(auto answers, get_all({page}, limits));
        auto& answer = answers.front();
        if (answer.status == 410 && !token.empty()) {
            if (answer.fresh_token == token || (answer.fresh_token.empty() && std::exchange(again, true))) return std::move(*answer.error);
            token = std::move(answer.fresh_token);
            continue;
        }
        if (answer.error) return std::move(*answer.error);
        auto document = json_of(answer, request.doing);
        if (!document) return std::move(document).error();
        if (!(*document)["items"].is_array() && !(*document)["items"].is_null()) return not_a_list(request.doing);
        for (const auto& item : (*document)["items"].as_array()) {
            const auto& meta = item["metadata"];
            const std::string key = std::string(meta["namespace"].as_string()) + '/' + std::string(meta["name"].as_string());
            if (seen.insert(key).second) items.push_back(item);
        }
        std::string next = continue_of(document);
        if (next.empty()) return items;
        if (next == token) return not_a_list(request.doing);
        token = std::move(next);
    }
}

} // namespace kdiag::client
