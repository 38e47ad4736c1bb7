// SPDX-License-Identifier: Apache-2.0
#include "support/health_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string_view>

namespace kdiag::test {

namespace {

constexpr std::string_view k_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum FrameType : unsigned char { k_data = 0, k_headers = 1, k_settings = 4 };
constexpr unsigned char k_end_stream = 1, k_end_headers = 4, k_ack = 1;

bool read_all(int descriptor, char* data, std::size_t size) {
    while (size > 0) {
        const auto got = ::recv(descriptor, data, size, 0);
        if (got <= 0) return false;
        data += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

std::string frame(FrameType type, unsigned char flags, unsigned stream, const std::string& payload) {
    std::string bytes;
    for (const int shift : {16, 8, 0}) bytes += static_cast<char>(payload.size() >> shift);
    bytes += static_cast<char>(type);
    bytes += static_cast<char>(flags);
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(stream >> shift);
    return bytes + payload;
}

/// HPACK: a literal that is not indexed, with a new name (RFC 7541 6.2.2); texts shorter than 127 bytes.
std::string literal(const std::string& name, const std::string& value) {
    return std::string(1, '\0') + static_cast<char>(name.size()) + name + static_cast<char>(value.size()) + value;
}

} // namespace

HealthServer::HealthServer(std::function<HealthReply()> answer) : m_answer(std::move(answer)), m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(m_listener, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(m_listener, 8);
    ::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size);
    m_port = ntohs(address.sin_port);
    m_thread = std::thread([this] { accept(); });
}

HealthServer::~HealthServer() {
    m_stopping = true;
    ::shutdown(m_listener, SHUT_RDWR);
    if (const int open = m_connection; open >= 0) ::shutdown(open, SHUT_RDWR);
    m_thread.join();
    ::close(m_listener);
}

std::string HealthServer::last_body() const {
    const std::lock_guard lock(m_mutex);
    return m_last_body;
}

void HealthServer::accept() {
    while (!m_stopping) {
        const int descriptor = ::accept(m_listener, nullptr, nullptr);
        if (descriptor < 0) return;
        m_connection = descriptor;
        serve(descriptor);
        m_connection = -1;
        ::close(descriptor);
    }
}

void HealthServer::serve(int descriptor) {
    const auto send = [&](const std::string& bytes) { return ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()); };
    std::string preface(k_preface.size(), '\0');
    if (!read_all(descriptor, preface.data(), preface.size()) || preface != k_preface) return;
    if (!send(frame(k_settings, 0, 0, {}))) return;
    std::string body;
    while (true) {
        unsigned char head[9];
        if (!read_all(descriptor, reinterpret_cast<char*>(head), sizeof head)) return;
        std::string payload((static_cast<std::size_t>(head[0]) << 16) | (static_cast<std::size_t>(head[1]) << 8) | head[2], '\0');
        if (!read_all(descriptor, payload.data(), payload.size())) return;
        const unsigned stream = (static_cast<unsigned>(head[5] & 0x7f) << 24) | (static_cast<unsigned>(head[6]) << 16) | (static_cast<unsigned>(head[7]) << 8) | head[8];
        if (head[3] == k_settings && (head[4] & k_ack) == 0) send(frame(k_settings, k_ack, 0, {}));
        if (head[3] == k_data) body += payload;
        const bool is_call = (head[3] == k_data || head[3] == k_headers) && (head[4] & k_end_stream) != 0;
        if (!is_call) continue;
        {
            const std::lock_guard lock(m_mutex);
            m_last_body = body;
        }
        body.clear();
        const auto reply = m_answer();
        if (reply.silent) continue;
        const std::string status = "\x88" + literal("content-type", "application/grpc"); // :status 200 is static entry 8
        auto trailers = literal("grpc-status", reply.grpc_status);
        if (!reply.grpc_message.empty()) trailers += literal("grpc-message", reply.grpc_message);
        if (reply.body.empty()) {
            send(frame(k_headers, k_end_headers | k_end_stream, stream, status + trailers));
        } else {
            send(frame(k_headers, k_end_headers, stream, status) + frame(k_data, 0, stream, reply.body) + frame(k_headers, k_end_headers | k_end_stream, stream, trailers));
        }
    }
}

} // namespace kdiag::test
