// SPDX-License-Identifier: Apache-2.0
#include "net/socket_stream.hpp"
#include "net/tcp_listener.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>

using namespace kdiag;
using namespace kdiag::net;

namespace {

/// A stream, and the other end of its connection.
struct Ends {
    explicit Ends(EventLoop& event_loop) : loop(event_loop) {
        std::array<int, 2> pair{};
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()) == 0);
        other = pair[1];
        stream = std::make_unique<SocketStream>(loop, pair[0], SocketStream::Events{.on_bytes = [this](std::string_view bytes) { got += bytes; }, .on_drained = [this] { ++drained; },
                                                                                     .on_end = [this](int error) { end = error; }});
    }
    ~Ends() {
        if (other >= 0) close(other);
    }
    void turn(int times = 5) {
        for (int i = 0; i < times; ++i) loop.turn(Duration{5});
    }
    std::string take() {
        std::string all;
        std::array<char, 65536> buffer{};
        for (ssize_t n = 0; (n = read(other, buffer.data(), buffer.size())) > 0;) all.append(buffer.data(), static_cast<std::size_t>(n));
        return all;
    }
    EventLoop& loop;
    int other = -1, drained = 0;
    std::string got;
    std::optional<int> end;
    std::unique_ptr<SocketStream> stream;
};

int connect_to(std::uint16_t port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return descriptor;
}

} // namespace

TEST_CASE("small writes of one turn reach the system together, and what is left at the end is sent") {
    EventLoop loop;
    std::array<int, 2> pair{};
    REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair.data()) == 0); // each send is a packet of its own there
    std::array<char, 256> buffer{};
    const auto packet = [&] {
        const auto got = recv(pair[1], buffer.data(), buffer.size(), 0);
        return std::string(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    };
    {
        SocketStream stream(loop, pair[0], {});
        for (const char* piece : {"one ", "two ", "three"}) stream.write(piece);
        CHECK_FALSE(stream.written());
        loop.turn(Duration{5});
        CHECK(stream.written());
        CHECK(packet() == "one two three");
        CHECK(packet().empty());
        stream.write("the last word");
    }
    CHECK(packet() == "the last word");
    close(pair[1]);
}

TEST_CASE("a socket is read only after resume, and not while it is paused") {
    EventLoop loop;
    Ends ends(loop);
    REQUIRE(write(ends.other, "one", 3) == 3);
    ends.turn();
    CHECK(ends.got.empty());
    ends.stream->resume();
    ends.turn();
    CHECK(ends.got == "one");
    ends.stream->pause();
    REQUIRE(write(ends.other, "two", 3) == 3);
    ends.turn();
    CHECK(ends.got == "one");
    ends.stream->resume();
    ends.turn();
    CHECK(ends.got == "onetwo");
    close(std::exchange(ends.other, -1));
    ends.turn();
    CHECK(ends.end == 0);
}

TEST_CASE("what a slow peer does not take waits, and room is told of once") {
    EventLoop loop;
    Ends ends(loop);
    std::string all;
    while (!ends.stream->full()) {
        const std::string piece(32 * 1024, static_cast<char>('a' + all.size() % 23));
        all += piece;
        ends.stream->write(piece);
    }
    ends.stream->end_writing();
    ends.stream->write("never sent");
    std::string got;
    for (int i = 0; i < 1000 && got.size() < all.size(); ++i) {
        got += ends.take();
        ends.turn(1);
    }
    CHECK(got == all);
    CHECK(ends.drained == 1);
    CHECK(ends.stream->written());
    char byte = 0;
    CHECK(read(ends.other, &byte, 1) == 0); // the end after everything else
}

TEST_CASE("a peer that goes away is told of once, and swallows what is written") {
    EventLoop loop;
    Ends ends(loop);
    ends.stream->resume();
    close(std::exchange(ends.other, -1));
    ends.turn();
    CHECK(ends.end == 0);
    ends.end.reset();
    ends.stream->write(std::string(1 << 20, 'x'));
    ends.turn();
    CHECK(!ends.end);
    CHECK(ends.stream->written());
}

TEST_CASE("a listener takes a free port, names who connects, and says when a port is taken") {
    EventLoop loop;
    int accepted = -1;
    std::string peer;
    auto listener = TcpListener::listen(loop, "127.0.0.1", 0, [&](int descriptor, const std::string& who) {
        accepted = descriptor;
        peer = who;
    });
    REQUIRE(listener);
    CHECK((*listener)->port() > 0);
    CHECK((*listener)->display().starts_with("127.0.0.1:"));
    const int client = connect_to((*listener)->port());
    for (int i = 0; i < 50 && accepted < 0; ++i) loop.turn(Duration{20});
    REQUIRE(accepted >= 0);
    CHECK(peer.starts_with("127.0.0.1:"));
    std::array<char, 16> congestion_control{};
    socklen_t size = congestion_control.size();
    CHECK(getsockopt(accepted, IPPROTO_TCP, TCP_CONGESTION, congestion_control.data(), &size) == 0);
    CHECK(std::string(congestion_control.data()) == "reno");
    {
        SocketStream stream(loop, accepted, {});
        stream.reset();
    }
    char byte = 0;
    CHECK(read(client, &byte, 1) == -1);
    CHECK(errno == ECONNRESET);
    close(client);
    const auto taken = TcpListener::listen(loop, "127.0.0.1", (*listener)->port(), {});
    REQUIRE(!taken);
    CHECK(taken.error().message.find("another program has this port") != std::string::npos);
    const auto nonsense = TcpListener::listen(loop, "somewhere", 0, {});
    REQUIRE(!nonsense);
    CHECK(nonsense.error().kind == ErrorKind::usage);
    const auto foreign = TcpListener::listen(loop, "192.0.2.1", 0, {});
    REQUIRE(!foreign);
    CHECK(foreign.error().help.front().find("no address of this machine") != std::string::npos);
}

TEST_CASE("which addresses only this machine reaches") {
    CHECK(is_loopback("127.0.0.1"));
    CHECK(is_loopback("127.3.2.1"));
    CHECK(is_loopback("::1"));
    CHECK(!is_loopback("0.0.0.0"));
    CHECK(!is_loopback("10.0.0.1"));
    CHECK(!is_loopback("::"));
}
