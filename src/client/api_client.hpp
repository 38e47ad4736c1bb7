// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/credentials.hpp"
#include "data/value.hpp"
#include "net/http.hpp"
#include "net/upgrade.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kdiag::client {

/// One request to the API.
struct ApiRequest {
    std::string path;   ///< `/api/v1/namespaces/shop/pods?...`, already escaped
    std::string doing;  ///< for messages: `list pods in namespace shop`
    std::string accept = "application/json";
    /// Takes the body as it arrives; without it the answer keeps it.
    std::function<Result<net::Flow>(std::string_view)> on_data = {};
    std::string method = "GET";
    std::string content_type = {}; ///< of the body
    std::string body = {};
};

/// What became of it.
struct ApiAnswer {
    int status = 0;
    std::string body;
    std::string content_type;
    std::optional<Error> error; ///< set for everything but a success
    std::string fresh_token;    ///< of a 410 about a list's next page: the token to go on with, at a later moment
    bool unserved = false;      ///< a 404 that says: this API does not exist here
    bool delivered = false;
    bool connection_lost = false; ///< in the middle
};

/// A request for another protocol than HTTP.
struct UpgradeCall {
    std::string method; ///< GET for WebSocket, POST for SPDY
    std::string path;
    std::string protocol;             ///< websocket or SPDY/3.1
    std::vector<std::string> headers; ///< of the offer
};

class ApiClient;

/// A request whose answer goes on while the loop turns; its end cancels it.
class OpenRequest {
public:
    ~OpenRequest();
    OpenRequest(const OpenRequest&) = delete;
    OpenRequest& operator=(const OpenRequest&) = delete;
    /// After the consumer has said pause.
    void resume();

private:
    friend class ApiClient;
    OpenRequest(ApiClient& client, ApiRequest request, std::function<void(ApiAnswer)> on_end);
    void begin();
    void end();
    ApiClient& m_client;
    ApiRequest m_request;
    std::function<void(ApiAnswer)> m_on_end;
    net::Transfer m_transfer;
    bool m_again = false; ///< a newer credential was tried
};

/// Requests to one cluster with one identity. Keeps the connection and the credential fresh; a 401 is answered once by a newer
/// credential and the same requests again.
class ApiClient {
public:
    /// `environment_proxy` is for when the kubeconfig names none; `interrupted` ends every request.
    static Result<std::unique_ptr<ApiClient>> make(config::ClusterConfig config, std::string environment_proxy, config::ExecOptions exec_options,
                                                   const std::atomic<bool>* interrupted = nullptr);

    /// Runs all of them in parallel, within limits; answers in the order of the requests. An Error is about all: no credential.
    Result<std::vector<ApiAnswer>> get_all(const std::vector<ApiRequest>& requests, const net::RunLimits& limits);
    /// One request whose answer is a JSON document. It may take as long as the API server itself allows, a minute.
    Result<data::Value> get_json(const ApiRequest& request);
    /// The items of a list, read page by page. A page token that has expired (410) goes on with the fresh one of the answer, as the
    /// API offers; without one the list is read again, once.
    Result<std::vector<data::Value>> get_items(const ApiRequest& request);

    /// A request that changes something, or whose status alone tells; its answer may be any success. Never sent twice but after a 401 or
    /// where the server says when to come again.
    Result<ApiAnswer> send(const ApiRequest& request);
    /// Begins a GET whose answer goes on (logs that are followed, watches), on a connection of its own. `on_end` is called once, from the
    /// loop, when the server ends it or the connection is lost; it may destroy the OpenRequest. An Error is about the credential.
    Result<std::unique_ptr<OpenRequest>> open(ApiRequest request, std::function<void(ApiAnswer)> on_end);

    /// Asks for another protocol on a connection of its own, once. `on_done` is called from the loop and may destroy the Upgrade. An Error
    /// is about the credential.
    Result<std::unique_ptr<net::Upgrade>> upgrade(const UpgradeCall& call, std::function<void(Result<net::Upgraded>)> on_done);
    /// What a refusal of an upgrade says, as for any other answer.
    Error refusal_of(const net::UpgradeResponse& response, const std::string& doing) const;
    /// Tries for a newer credential after a 401. False: there is none.
    Result<bool> refresh_credential();
    net::EventLoop& loop() { return m_loop; }

    const config::ClusterConfig& config() const { return m_config; }
    std::uint64_t requests() const { return m_http ? m_http->requests() : 0; }
    std::uint64_t retries() const { return m_http ? m_http->retries() : 0; }
    std::uint64_t bytes() const { return m_http ? m_http->bytes() : 0; }

private:
    ApiClient(config::ClusterConfig config, std::string environment_proxy, config::ExecOptions exec_options, const std::atomic<bool>* interrupted);
    friend class OpenRequest;
    Status prepare();
    net::HttpSettings http_settings() const;
    Status replay_refused(std::vector<net::Transfer>& transfers, const net::RunLimits& limits);
    void use_plugin_identity();
    net::RunLimits minute() const;
    net::Transfer transfer_for(const ApiRequest& request) const;
    ApiAnswer answer_of(net::Transfer& transfer, const std::string& doing) const;
    void describe_401(Error& error) const;

    config::ClusterConfig m_config;
    std::string m_environment_proxy;
    Credentials m_credentials;
    const std::atomic<bool>* m_interrupted;
    net::EventLoop m_loop;
    std::unique_ptr<net::HttpClient> m_http;
    std::unique_ptr<net::StreamConnector> m_streams; ///< made for the first upgrade
    std::string m_certificate_in_use;
};

/// Percent-encodes a query value or path segment.
std::string escape(std::string_view text);

} // namespace kdiag::client
