// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kdiag::test {

/// How a gRPC server answers a call.
struct HealthReply {
    std::string body = {};          ///< of DATA; empty: headers and trailers in one
    std::string grpc_status = "0";
    std::string grpc_message = {};
    bool silent = false;            ///< never answers the call
};

/// Just enough of HTTP/2 without TLS (RFC 9113) to answer gRPC calls, one connection after the other, on a free loopback port.
class HealthServer {
public:
    explicit HealthServer(std::function<HealthReply()> answer);
    ~HealthServer();
    HealthServer(const HealthServer&) = delete;
    HealthServer& operator=(const HealthServer&) = delete;

    int port() const { return m_port; }
    /// What the last call's DATA held.
    std::string last_body() const;

private:
    void accept();
    void serve(int descriptor);
    std::function<HealthReply()> m_answer;
    int m_listener = -1, m_port = 0;
    std::atomic<int> m_connection = -1;
    std::atomic<bool> m_stopping = false;
    mutable std::mutex m_mutex;
    std::string m_last_body;
    std::thread m_thread;
};

} // namespace kdiag::test
