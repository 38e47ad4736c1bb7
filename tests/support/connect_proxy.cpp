// SPDX-License-Identifier: Apache-2.0
#include "support/connect_proxy.hpp"

#include "util/format.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <list>
#include <mutex>
#include <thread>

namespace kdiag::test {

namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

/// Bytes from one to the other; false: there are no more.
bool pass_on(Tcp::socket& from, Tcp::socket& to) {
    std::array<char, 64 * 1024> bytes;
    boost::system::error_code error;
    const auto got = from.read_some(asio::buffer(bytes), error);
    if (!error) asio::write(to, asio::buffer(bytes.data(), got), error);
    return !error;
}

} // namespace

struct ConnectProxy::Impl {
    explicit Impl(Manners proxy_manners) : manners(std::move(proxy_manners)), acceptor(io, Tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
        accepting = std::thread([this] { accept(); });
    }
    ~Impl() {
        {
            const std::lock_guard lock(mutex);
            stopping = true;
            for (auto& socket : sockets) ::shutdown(socket.native_handle(), SHUT_RDWR);
        }
        ::shutdown(acceptor.native_handle(), SHUT_RDWR);
        accepting.join();
        for (auto& thread : serving) thread.join();
    }

    void accept() {
        for (;;) {
            boost::system::error_code error;
            Tcp::socket socket(io);
            acceptor.accept(socket, error);
            const std::lock_guard lock(mutex);
            if (stopping) return;
            if (error) continue;
            Tcp::socket& client = sockets.emplace_back(std::move(socket));
            Tcp::socket& server = sockets.emplace_back(io);
            serving.emplace_back([this, &client, &server] {
                try {
                    serve(client, server);
                } catch (const std::exception&) { // somebody went away
                }
                ::shutdown(client.native_handle(), SHUT_RDWR);
            });
        }
    }

    void serve_socks(Tcp::socket& client, Tcp::socket& server) {
        const auto read = [&](std::size_t size) {
            std::string bytes(size, '\0');
            asio::read(client, asio::buffer(bytes));
            return bytes;
        };
        const auto methods = read(static_cast<unsigned char>(read(2)[1]));
        {
            const std::lock_guard lock(mutex);
            requests.push_back(methods);
        }
        asio::write(client, asio::buffer(std::string{5, static_cast<char>(manners.socks_method)}));
        const auto request = read(5); // version, CONNECT, 0, 3: a name, its length
        const auto target = read(static_cast<unsigned char>(request[4]) + 2u);
        const auto high = static_cast<unsigned char>(target[target.size() - 2]), low = static_cast<unsigned char>(target.back());
        char reply = 0;
        try {
            connect(server, static_cast<unsigned short>(high << 8 | low));
        } catch (const std::exception&) {
            reply = 5; // refused
        }
        asio::write(client, asio::buffer(std::string{5, reply, 0, 1, 0, 0, 0, 0, 0, 0}));
        pass_on_both(client, server);
    }

    void connect(Tcp::socket& server, unsigned short port) {
        server.connect(Tcp::endpoint(asio::ip::address_v4::loopback(), port));
        const std::lock_guard lock(mutex);
        ++tunnels;
    }

    static void pass_on_both(Tcp::socket& client, Tcp::socket& server) {
        for (;;) {
            std::array<pollfd, 2> both{{{client.native_handle(), POLLIN, 0}, {server.native_handle(), POLLIN, 0}}};
            if (::poll(both.data(), both.size(), -1) < 0) return;
            if (both[0].revents != 0 && !pass_on(client, server)) break;
            if (both[1].revents != 0 && !pass_on(server, client)) break;
        }
        ::shutdown(server.native_handle(), SHUT_RDWR);
    }

    void serve(Tcp::socket& client, Tcp::socket& server) {
        if (manners.socks_method >= 0) return serve_socks(client, server);
        std::string head;
        asio::read_until(client, asio::dynamic_buffer(head), "\r\n\r\n");
        {
            const std::lock_guard lock(mutex);
            requests.push_back(head);
        }
        if (manners.silent) {
            char byte = 0;
            client.read_some(asio::buffer(&byte, 1)); // until it has gone
            return;
        }
        if (!manners.answer.empty()) {
            asio::write(client, asio::buffer(manners.answer));
            return;
        }
        if (!manners.credentials.empty() && head.find("Proxy-Authorization: Basic " + manners.credentials + "\r\n") == std::string::npos) {
            asio::write(client, asio::buffer(std::string("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")));
            return;
        }
        const auto target = head.substr(8, head.find(' ', 8) - 8); // CONNECT HOST:PORT
        connect(server, static_cast<unsigned short>(std::stoi(target.substr(target.rfind(':') + 1))));
        asio::write(client, asio::buffer(std::string("HTTP/1.1 200 Connection established\r\n\r\n")));
        pass_on_both(client, server);
    }

    Manners manners;
    asio::io_context io;
    Tcp::acceptor acceptor;
    std::thread accepting;
    std::mutex mutex;
    std::list<Tcp::socket> sockets;
    std::list<std::thread> serving;
    std::vector<std::string> requests;
    std::size_t tunnels = 0;
    bool stopping = false;
};

ConnectProxy::ConnectProxy(Manners manners) : m_impl(std::make_unique<Impl>(std::move(manners))) {}
ConnectProxy::~ConnectProxy() = default;

std::string ConnectProxy::url(const std::string& userinfo) const {
    return format("{}://{}{}127.0.0.1:{}", m_impl->manners.socks_method < 0 ? "http" : "socks5h", userinfo, userinfo.empty() ? "" : "@", m_impl->acceptor.local_endpoint().port());
}

std::vector<std::string> ConnectProxy::requests() const {
    const std::lock_guard lock(m_impl->mutex);
    return m_impl->requests;
}

std::size_t ConnectProxy::tunnels() const {
    const std::lock_guard lock(m_impl->mutex);
    return m_impl->tunnels;
}

} // namespace kdiag::test
