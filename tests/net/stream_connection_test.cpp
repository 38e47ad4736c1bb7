// SPDX-License-Identifier: Apache-2.0
#include "net/socket_stream.hpp"
#include "net/stream_connection.hpp"
#include "net/tcp_listener.hpp"
#include "util/format.hpp"

#include <doctest/doctest.h>

#include <sched.h>

#include <memory>
#include <optional>
#include <string>

using namespace kdiag;
using namespace kdiag::net;

namespace {

/// A connection, and the server's end of it, in one loop.
struct Connected {
    Connected() {
        auto made = StreamConnector::make(loop);
        REQUIRE(made);
        connector = std::move(*made);
        auto listening = TcpListener::listen(loop, "127.0.0.1", 0, [this](int descriptor, const std::string&) { server = std::make_unique<SocketStream>(loop, descriptor, SocketStream::Events{}); });
        REQUIRE(listening);
        listener = std::move(*listening);
        std::optional<Status> connected;
        connection = std::make_unique<StreamConnection>(*connector, HttpSettings{}, format("http://127.0.0.1:{}/", listener->port()), [&](Status status) { connected = std::move(status); });
        while (!connected || server == nullptr) loop.turn(Duration::seconds(5));
        REQUIRE(*connected);
        connection->listen({.on_bytes = [this](std::string_view bytes) { take(bytes); }, .on_drained = {}, .on_end = {}});
    }
    /// Byte `i` of what the server sends is `i % 251`.
    void send(std::size_t count) {
        std::string bytes;
        for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>((sent + i) % 251);
        sent += count;
        server->write(bytes);
    }
    void take(std::string_view bytes) {
        for (const char byte : bytes) in_order = in_order && static_cast<unsigned char>(byte) == got++ % 251;
        yielded = yielded || sched_getscheduler(0) == SCHED_BATCH;
    }

    EventLoop loop;
    std::unique_ptr<StreamConnector> connector;
    std::unique_ptr<TcpListener> listener;
    std::unique_ptr<SocketStream> server;
    std::unique_ptr<StreamConnection> connection;
    std::size_t sent = 0, got = 0;
    bool in_order = true, yielded = false;
};

} // namespace

TEST_CASE("bulk is read whole and in order, by a thread that yields until it is over") {
    REQUIRE(sched_getscheduler(0) == SCHED_OTHER);
    Connected ends;
    while (ends.got < 32u << 20) {
        while (ends.sent < 32u << 20 && !ends.server->full()) ends.send(100'000);
        ends.loop.turn(Duration::seconds(5));
    }
    while (ends.got < ends.sent) ends.loop.turn(Duration::seconds(5));
    CHECK(ends.in_order);
    CHECK(ends.yielded);

    for (int answer = 0; answer < 8; ++answer) { // one after the other, each small
        ends.send(100);
        while (ends.got < ends.sent) ends.loop.turn(Duration::seconds(5));
    }
    CHECK(ends.in_order);
    CHECK(sched_getscheduler(0) == SCHED_OTHER);
}

TEST_CASE("a connection that is ended in the middle of bulk leaves no trace of it") {
    {
        Connected ends;
        while (!ends.yielded) {
            while (!ends.server->full()) ends.send(100'000);
            ends.loop.turn(Duration::seconds(5));
        }
        CHECK(sched_getscheduler(0) == SCHED_BATCH);
    }
    CHECK(sched_getscheduler(0) == SCHED_OTHER);
}
