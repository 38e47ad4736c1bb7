// SPDX-License-Identifier: Apache-2.0
#include "client/api_client.hpp"

#include "client/api_status.hpp"
#include "data/json.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

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

ApiClient::ApiClient(config::ClusterConfig config, std::string environment_proxy, config::ExecOptions exec_options)
    : m_config(std::move(config)), m_environment_proxy(std::move(environment_proxy)), m_credentials(m_config, exec_options) {}

Result<std::unique_ptr<ApiClient>> ApiClient::make(config::ClusterConfig config, std::string environment_proxy, config::ExecOptions exec_options) {
    if (holds_line_break(impersonation_headers(config.impersonation)))
        return Error{.kind = ErrorKind::usage, .message = "--as and its kin take no line breaks"};
    return std::unique_ptr<ApiClient>(new ApiClient(std::move(config), std::move(environment_proxy), exec_options));
}

Status ApiClient::prepare() {
    KD_TRY(m_credentials.prepare(now_utc()));
    if (m_http) return {};
    net::HttpSettings settings;
    settings.tls = {.ca_pem = m_config.ca_pem, .insecure = m_config.insecure, .server_name = m_config.tls_server_name,
                    .certificate_pem = m_config.client_certificate_pem, .key_pem = m_config.client_key_pem};
    if (!m_credentials.certificate_pem().empty()) {
        settings.tls.certificate_pem = m_credentials.certificate_pem();
        settings.tls.key_pem = m_credentials.key_pem();
    }
    settings.proxy = m_config.proxy_url.empty() ? m_environment_proxy : m_config.proxy_url;
    if (settings.proxy.starts_with("socks5://")) settings.proxy.replace(0, 9, "socks5h://"); // Go lets the proxy resolve names
    settings.stall_timeout = m_config.request_timeout;
    const auto parts = m_config.server.substr(0, m_config.server.find('/', 8));
    // gzip costs more than it saves when the server is this machine.
    settings.compressed = !m_config.disable_compression && !contains(parts, "//127.0.0.1") && !contains(parts, "//localhost") && !contains(parts, "//[::1]");
    settings.user_agent = format("kdiag/{} (linux/amd64)", KDIAG_VERSION);
    KD_TRY_ASSIGN(m_http, net::HttpClient::make(std::move(settings)));
    return {};
}

net::Transfer ApiClient::transfer_for(const ApiRequest& request) const {
    net::Transfer transfer;
    transfer.request.url = m_config.server + request.path;
    transfer.request.headers = impersonation_headers(m_config.impersonation);
    transfer.request.headers.push_back("Accept: " + request.accept);
    transfer.request.authorization = m_credentials.authorization();
    transfer.on_data = request.on_data;
    return transfer;
}

void ApiClient::describe_401(Error& error) const {
    error.notes.insert(error.notes.begin(), format("context {}, user {}{}", m_config.context.empty() ? "<none>" : m_config.context,
                                                   m_config.user.empty() ? "<none>" : m_config.user,
                                                   m_config.exec ? format(": exec plugin `{}` gave a credential that is refused", m_config.exec->command) : ""));
}

Result<std::vector<ApiAnswer>> ApiClient::get_all(const std::vector<ApiRequest>& requests, const net::RunLimits& limits) {
    KD_TRY(prepare());
    std::vector<net::Transfer> transfers;
    for (const auto& request : requests) transfers.push_back(transfer_for(request));
    std::vector<net::Transfer*> pointers;
    for (auto& transfer : transfers) pointers.push_back(&transfer);
    m_http->run(pointers, limits);

    std::vector<net::Transfer*> refused;
    for (auto& transfer : transfers)
        if (transfer.status == 401 && !transfer.error) refused.push_back(&transfer);
    if (!refused.empty()) {
        KD_TRY_ASSIGN(const bool newer, m_credentials.refresh(now_utc()));
        if (newer) {
            if (!m_credentials.certificate_pem().empty()) m_http->set_identity(m_credentials.certificate_pem(), m_credentials.key_pem());
            for (auto* transfer : refused) {
                transfer->status = 0;
                transfer->body.clear();
                transfer->request.authorization = m_credentials.authorization();
            }
            m_http->run(refused, limits);
        }
    }
    std::vector<ApiAnswer> answers;
    for (std::size_t i = 0; i < transfers.size(); ++i) {
        auto& transfer = transfers[i];
        ApiAnswer answer{.status = transfer.status, .content_type = std::string(transfer.header("content-type")), .error = transfer.error, .delivered = transfer.delivered};
        if (!answer.error && transfer.status != 200) answer.error = error_of_answer(transfer, requests[i].doing);
        if (transfer.status == 401 && answer.error) describe_401(*answer.error);
        answer.unserved = is_unserved(transfer);
        answer.body = std::move(transfer.body);
        answers.push_back(std::move(answer));
    }
    return answers;
}

Result<data::Value> ApiClient::get_json(const ApiRequest& request, const net::RunLimits& limits) {
    KD_TRY_ASSIGN(auto answers, get_all({request}, limits));
    auto& answer = answers.front();
    if (answer.error) return std::move(*answer.error);
    auto document = data::parse_json(answer.body);
    if (!document)
        return Error{.kind = ErrorKind::protocol, .message = format("cannot {}: the server's answer is no JSON", request.doing), .notes = {document.error().message},
                     .help = {"is the server of the context a Kubernetes API server?"}};
    return document;
}

} // namespace kdiag::client
