// SPDX-License-Identifier: Apache-2.0
#include "support/websocket_peer.hpp"

#include "util/format.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/detail/base64.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <openssl/sha.h>

#include <cstdint>

namespace kdiag::test {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

/// A Wire as Beast wants its streams.
class WireStream {
public:
    using executor_type = asio::io_context::executor_type;
    explicit WireStream(Wire& wire) : m_wire(wire) {}
    executor_type get_executor() { return m_io.get_executor(); }

    template <class Buffers> std::size_t read_some(const Buffers& buffers, boost::system::error_code& error) {
        const auto bytes = m_wire.read(std::max<std::size_t>(1, asio::buffer_size(buffers)));
        error = bytes.empty() ? boost::system::error_code(asio::error::eof) : boost::system::error_code();
        return asio::buffer_copy(buffers, asio::buffer(bytes));
    }
    template <class Buffers> std::size_t read_some(const Buffers& buffers) {
        boost::system::error_code error;
        const auto got = read_some(buffers, error);
        if (error) throw boost::system::system_error(error);
        return got;
    }
    template <class Buffers> std::size_t write_some(const Buffers& buffers, boost::system::error_code& error) {
        std::string bytes(asio::buffer_size(buffers), '\0');
        asio::buffer_copy(asio::buffer(bytes), buffers);
        m_wire.write(bytes);
        error = {};
        return bytes.size();
    }
    template <class Buffers> std::size_t write_some(const Buffers& buffers) {
        boost::system::error_code error;
        return write_some(buffers, error);
    }

private:
    asio::io_context m_io;
    Wire& m_wire;
};

void teardown(beast::role_type, WireStream&, boost::system::error_code& error) {
    error = {};
}

} // namespace

struct WebsocketPeer::Impl {
    explicit Impl(Wire& wire) : stream(wire) {}
    websocket::stream<WireStream> stream;
};

WebsocketPeer::WebsocketPeer(Wire& wire, const FakeRequest& request, const std::string& protocol) : m_impl(std::make_unique<Impl>(wire)) {
    beast::http::request<beast::http::string_body> message;
    message.method_string(request.method);
    message.target(request.target);
    for (const auto& [name, value] : request.headers) message.set(name, value);
    m_impl->stream.set_option(websocket::stream_base::decorator([protocol](websocket::response_type& response) {
        if (!protocol.empty()) response.set(beast::http::field::sec_websocket_protocol, protocol);
    }));
    m_impl->stream.read_message_max(64u << 20);
    m_impl->stream.accept(message);
    m_impl->stream.binary(true);
}

WebsocketPeer::~WebsocketPeer() = default;

void WebsocketPeer::send(std::string_view message, std::size_t frame) {
    if (frame == 0) {
        m_impl->stream.auto_fragment(false);
        m_impl->stream.write(asio::buffer(message));
        return;
    }
    for (; message.size() > frame; message.remove_prefix(frame)) m_impl->stream.write_some(false, asio::buffer(message.substr(0, frame)));
    m_impl->stream.write_some(true, asio::buffer(message));
}

std::optional<std::string> WebsocketPeer::receive() {
    beast::flat_buffer buffer;
    boost::system::error_code error;
    m_impl->stream.read(buffer, error);
    if (error) return std::nullopt;
    return beast::buffers_to_string(buffer.data());
}

void WebsocketPeer::ping() {
    m_impl->stream.ping({});
}

void WebsocketPeer::close(int code) {
    boost::system::error_code error;
    m_impl->stream.close(websocket::close_reason(static_cast<websocket::close_code>(code)), error);
}

std::string websocket_head(const FakeRequest& request, const std::string& protocol) {
    const std::string key = request.header("sec-websocket-key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest);
    std::string accept(beast::detail::base64::encoded_size(sizeof digest), '\0');
    accept.resize(beast::detail::base64::encode(accept.data(), digest, sizeof digest));
    return format("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\nSec-WebSocket-Protocol: {}\r\n\r\n", accept, protocol);
}

std::string websocket_frame(unsigned first, std::string_view payload) {
    std::string bytes(1, static_cast<char>(first));
    const int width = payload.size() < 126 ? 0 : payload.size() < 65536 ? 2 : 8;
    bytes += static_cast<char>(width == 0 ? payload.size() : width == 2 ? 126 : 127);
    for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) bytes += static_cast<char>(std::uint64_t{payload.size()} >> shift & 0xff);
    return bytes.append(payload);
}

} // namespace kdiag::test
