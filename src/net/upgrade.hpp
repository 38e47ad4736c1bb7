// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/stream_connection.hpp"
#include "net/upgrade_request.hpp"
#include "net/upgrade_response.hpp"

#include <functional>
#include <memory>
#include <string>

namespace kdiag::net {

/// How a server answered to an upgrade. With a 101 there is a stream, to be listened to; `rest` came along and is its first bytes.
struct Upgraded {
    UpgradeResponse response;
    std::unique_ptr<StreamConnection> stream;
    std::string rest;
};

/// One connection, one request for another protocol, one answer, within 30 seconds. Never tried twice: the server may have acted on it.
class Upgrade {
public:
    /// on_done is called once, from the loop, and may destroy this object. An error is about the connection.
    Upgrade(StreamConnector& connector, const HttpSettings& settings, UpgradeRequest request, std::function<void(Result<Upgraded>)> on_done);
    ~Upgrade();
    Upgrade(const Upgrade&) = delete;
    Upgrade& operator=(const Upgrade&) = delete;

private:
    void connected(Status status);
    void answered(std::string_view bytes);
    void ended(std::optional<Error> error);
    void finish(Result<Upgraded> result);

    StreamConnector& m_connector;
    UpgradeRequest m_request;
    std::function<void(Result<Upgraded>)> m_on_done;
    UpgradeResponseParser m_parser;
    EventLoop::TimerId m_deadline = 0;
    std::unique_ptr<StreamConnection> m_stream;
};

} // namespace kdiag::net
