// SPDX-License-Identifier: Apache-2.0
#include "support/http_server.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <zlib.h>

#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace kdiag::test {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;

std::string percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            decoded.push_back(static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16)));
            i += 2;
        } else {
            decoded.push_back(text[i]);
        }
    }
    return decoded;
}

std::string gzipped(std::string_view text) {
    z_stream stream{};
    if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("deflateInit2");
    std::string out(deflateBound(&stream, static_cast<uLong>(text.size())) + 32, '\0');
    std::string in(text);
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

FakeRequest request_from(const http::request<http::string_body>& message) {
    FakeRequest request{.method = std::string(message.method_string()), .target = std::string(message.target())};
    const auto question = request.target.find('?');
    request.path = percent_decoded(std::string_view(request.target).substr(0, question));
    if (question != std::string::npos)
        for (const auto pair : split(std::string_view(request.target).substr(question + 1), '&')) {
            const auto equals = pair.find('=');
            request.query[percent_decoded(pair.substr(0, equals))] = equals == std::string_view::npos ? "" : percent_decoded(pair.substr(equals + 1));
        }
    for (const auto& field : message) request.headers.emplace_back(to_lower(std::string(field.name_string())), std::string(field.value()));
    request.body = message.body();
    return request;
}

std::string chunk_of(std::string_view bytes) {
    return format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

} // namespace

std::string FakeRequest::header(std::string_view name) const {
    const auto values = all(name);
    return values.empty() ? std::string() : values.front();
}

std::vector<std::string> FakeRequest::all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : headers)
        if (key == name) values.push_back(value);
    return values;
}

struct HttpServer::Impl {
    Impl(Handler handler, std::optional<ServerIdentity> tls)
        : m_handler(std::move(handler)), m_acceptor(m_io, Tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
        m_port = m_acceptor.local_endpoint().port();
        if (tls) use(*tls);
        m_accepting = std::thread([this] { accept(); });
    }

    ~Impl() {
        {
            const std::lock_guard lock(m_mutex);
            m_stopping = true;
            for (auto& socket : m_sockets) ::shutdown(socket.native_handle(), SHUT_RDWR);
        }
        m_wake.notify_all();
        ::shutdown(m_acceptor.native_handle(), SHUT_RDWR);
        m_accepting.join();
        for (auto& thread : m_serving) thread.join();
    }

    void use(const ServerIdentity& tls) {
        m_tls.emplace(asio::ssl::context::tls_server);
        m_tls->use_certificate_chain(asio::buffer(tls.certificate));
        m_tls->use_private_key(asio::buffer(tls.key), asio::ssl::context::pem);
        if (tls.client_ca.empty()) return;
        m_tls->add_certificate_authority(asio::buffer(tls.client_ca));
        m_tls->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    }

    void accept() {
        for (;;) {
            boost::system::error_code error;
            Tcp::socket socket(m_io);
            m_acceptor.accept(socket, error);
            const std::lock_guard lock(m_mutex);
            if (m_stopping) return;
            if (error) continue;
            ++m_connections;
            m_sockets.push_back(std::move(socket));
            Tcp::socket& own = m_sockets.back();
            m_serving.emplace_back([this, &own] { serve(own); });
        }
    }

    void serve(Tcp::socket& socket) {
        try {
            if (!m_tls) {
                converse(socket, socket, {});
            } else {
                asio::ssl::stream<Tcp::socket&> stream(socket, *m_tls);
                stream.handshake(asio::ssl::stream_base::server);
                converse(stream, socket, client_name(stream.native_handle()));
            }
        } catch (const std::exception&) { // the client went away, or was refused: part of the game
        }
        const std::lock_guard lock(m_mutex);
        ::shutdown(socket.native_handle(), SHUT_RDWR);
    }

    static std::string client_name(SSL* ssl) {
        X509* certificate = SSL_get1_peer_certificate(ssl);
        if (certificate == nullptr) return {};
        char name[256] = {};
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
        X509_free(certificate);
        return name;
    }

    template <class Stream> void converse(Stream& stream, Tcp::socket& socket, const std::string& client) {
        boost::beast::flat_buffer buffer;
        for (;;) {
            http::request<http::string_body> message;
            http::read(stream, buffer, message);
            auto request = request_from(message);
            request.client = client;
            FakeReply reply;
            {
                const std::lock_guard lock(m_mutex);
                m_requests.push_back(request);
            }
            {
                const std::lock_guard lock(m_handling);
                reply = m_handler(request);
            }
            if (reply.take_over) return hand_over(stream, socket, buffer, reply);
            if (!answer(stream, socket, reply)) return;
        }
    }

    template <class Stream> void hand_over(Stream& stream, Tcp::socket& socket, boost::beast::flat_buffer& buffer, const FakeReply& reply) {
        Wire wire{.read = [&](std::size_t most) {
                      std::string bytes(most, '\0');
                      if (buffer.size() > 0) {
                          const auto got = asio::buffer_copy(asio::buffer(bytes), buffer.data());
                          buffer.consume(got);
                          bytes.resize(got);
                          return bytes;
                      }
                      boost::system::error_code error;
                      bytes.resize(stream.read_some(asio::buffer(bytes), error));
                      return bytes;
                  },
                  .write = [&](std::string_view bytes) { asio::write(stream, asio::buffer(bytes)); },
                  .reset = [&] { end(socket, FakeReply::End::reset); },
                  .rest = [&](Duration time) { return rest(std::chrono::milliseconds(time.milliseconds)); }};
        if (!reply.raw.empty()) wire.write(reply.raw);
        reply.take_over(wire);
    }

    /// False when the connection is over.
    template <class Stream> bool answer(Stream& stream, Tcp::socket& socket, const FakeReply& reply) {
        if (reply.delay.milliseconds > 0 && rest(std::chrono::milliseconds(reply.delay.milliseconds))) return false;
        if (!reply.raw.empty()) {
            asio::write(stream, asio::buffer(reply.raw));
            return false;
        }
        const std::string body = reply.gzip ? gzipped(reply.body) : reply.body;
        const bool chunked = reply.chunked || reply.repeat > 1;
        std::string head = format("HTTP/1.1 {} Fake\r\nContent-Type: {}\r\n", reply.status, reply.content_type);
        if (reply.gzip) head += "Content-Encoding: gzip\r\n";
        head += chunked ? std::string("Transfer-Encoding: chunked\r\n") : format("Content-Length: {}\r\n", reply.claimed_length.value_or(body.size()));
        for (const auto& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
        asio::write(stream, asio::buffer(head + "\r\n"));
        const auto sent = std::string_view(body).substr(0, reply.cut_after.value_or(body.size()));
        for (std::size_t turn = 0; turn < reply.repeat; ++turn) {
            send_body(stream, sent, chunked, reply.piece);
            if (reply.on_sent) reply.on_sent((turn + 1) * sent.size());
        }
        if (!reply.tail.empty()) send_body(stream, reply.tail, chunked, reply.piece);
        if (reply.cut_after) return end(socket, reply.end);
        if (chunked) asio::write(stream, asio::buffer(std::string_view("0\r\n\r\n")));
        return !reply.claimed_length;
    }

    template <class Stream> void send_body(Stream& stream, std::string_view body, bool chunked, std::size_t piece) {
        const std::size_t step = piece == 0 ? std::max<std::size_t>(body.size(), 1) : piece;
        for (std::size_t at = 0; at < body.size(); at += step) {
            const auto part = body.substr(at, step);
            asio::write(stream, asio::buffer(chunked ? chunk_of(part) : std::string(part)));
        }
    }

    bool end(Tcp::socket& socket, FakeReply::End how) {
        if (how == FakeReply::End::stall) rest(std::chrono::hours(1));
        if (how == FakeReply::End::reset) {
            socket.set_option(asio::socket_base::linger(true, 0));
            const std::lock_guard lock(m_mutex);
            socket.close();
        }
        return false;
    }

    /// Waits; true when the server is to stop.
    bool rest(std::chrono::milliseconds time) {
        std::unique_lock lock(m_mutex);
        return m_wake.wait_for(lock, time, [this] { return m_stopping; });
    }

    Handler m_handler;
    asio::io_context m_io;
    std::optional<asio::ssl::context> m_tls;
    Tcp::acceptor m_acceptor;
    int m_port = 0;
    mutable std::mutex m_mutex;
    std::mutex m_handling;
    std::condition_variable m_wake;
    bool m_stopping = false;
    std::size_t m_connections = 0;
    std::vector<FakeRequest> m_requests;
    std::list<Tcp::socket> m_sockets;
    std::list<std::thread> m_serving;
    std::thread m_accepting;
};

HttpServer::HttpServer(Handler handler, std::optional<ServerIdentity> tls) : m_impl(std::make_unique<Impl>(std::move(handler), std::move(tls))) {}
HttpServer::~HttpServer() = default;

int HttpServer::port() const {
    return m_impl->m_port;
}

std::string HttpServer::url() const {
    return format("{}://127.0.0.1:{}", m_impl->m_tls ? "https" : "http", m_impl->m_port);
}

std::vector<FakeRequest> HttpServer::requests() const {
    const std::lock_guard lock(m_impl->m_mutex);
    return m_impl->m_requests;
}

std::size_t HttpServer::connections() const {
    const std::lock_guard lock(m_impl->m_mutex);
    return m_impl->m_connections;
}

int closed_port() {
    asio::io_context io;
    Tcp::acceptor acceptor(io, Tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    return acceptor.local_endpoint().port();
}

} // namespace kdiag::test
