// SPDX-License-Identifier: Apache-2.0
#include "support/connect_proxy.hpp"

#include "util/format.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
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

    void serve(Tcp::socket& client, Tcp::socket& server) {
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
        server.connect(Tcp::endpoint(asio::ip::address_v4::loopback(), static_cast<unsigned short>(std::stoi(target.substr(target.rfind(':') + 1)))));
        {
            const std::lock_guard lock(mutex);
            ++tunnels;
        }
        asio::write(client, asio::buffer(std::string("HTTP/1.1 200 Connection established\r\n\r\n")));
        for (;;) {
            std::array<pollfd, 2> both{{{client.native_handle(), POLLIN, 0}, {server.native_handle(), POLLIN, 0}}};
            if (::poll(both.data(), both.size(), -1) < 0) return;
            if (both[0].revents != 0 && !pass_on(client, server)) break;
            if (both[1].revents != 0 && !pass_on(server, client)) break;
        }
        ::shutdown(server.native_handle(), SHUT_RDWR);
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
    return format("http://{}{}127.0.0.1:{}", userinfo, userinfo.empty() ? "" : "@", m_impl->acceptor.local_endpoint().port());
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
