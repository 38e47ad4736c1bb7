// SPDX-License-Identifier: Apache-2.0
#include "net/spdy_session.hpp"

#include "util/format.hpp"

#include <algorithm>

namespace kdiag::net {

namespace {

constexpr std::size_t k_frame_header = 8;
constexpr unsigned k_version = 3;
constexpr unsigned char k_fin = 1;
constexpr std::uint32_t k_refused = 3; // a status of RST_STREAM

enum FrameType : unsigned { syn_stream = 1, syn_reply = 2, rst_stream = 3, settings = 4, ping = 6, go_away = 7, headers = 8, window_update = 9 };

/// How many bytes of a control frame's body are looked at, and must be there; block of headers and everything else are skipped.
std::size_t body_needed(unsigned type) {
    switch (type) {
    case syn_reply:
    case ping: return 4;
    case syn_stream:
    case rst_stream: return 8;
    default: return 0;
    }
}

void put_u16(std::string& bytes, std::size_t value) {
    bytes += static_cast<char>(value >> 8 & 0xff);
    bytes += static_cast<char>(value & 0xff);
}

void put_u32(std::string& bytes, std::size_t value) {
    put_u16(bytes, value >> 16);
    put_u16(bytes, value);
}

void put_u16_little(std::string& bytes, std::size_t value) {
    bytes += static_cast<char>(value & 0xff);
    bytes += static_cast<char>(value >> 8 & 0xff);
}

std::string control(FrameType type, std::string_view body) {
    std::string frame;
    put_u16(frame, 0x8000 | k_version);
    put_u16(frame, type);
    put_u32(frame, body.size()); // flags, none of which are used, and 24 bits of length
    return frame.append(body);
}

/// Bytes as the next part of a zlib stream, in stored blocks (RFC 1951 3.2.4): a few headers once per connection are not worth a
/// compressor. An empty block at the end makes the reader hand out what it has, as Z_SYNC_FLUSH does.
std::string stored(std::string_view bytes, bool begins) {
    std::string out = begins ? std::string("\x78\x01", 2) : std::string(); // RFC 1950: deflate, 32 KiB window, no dictionary
    for (const std::size_t size : {bytes.size(), std::size_t{0}}) {
        out += '\0';
        put_u16_little(out, size);
        put_u16_little(out, ~size);
        out.append(bytes.substr(0, size));
    }
    return out;
}

std::string header_block(const SpdySession::Headers& headers) {
    std::string block;
    put_u32(block, headers.size());
    for (const auto& [name, value] : headers)
        for (const auto& text : {name, value}) {
            put_u32(block, text.size());
            block += text;
        }
    return block;
}

std::uint32_t read_u32(const unsigned char* bytes) {
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

Error broken(std::string_view how) {
    return {.kind = ErrorKind::protocol, .message = format("the server broke the SPDY protocol: {}", how), .help = {"try again; a proxy in between may do this"}};
}

} // namespace

SpdySession::StreamId SpdySession::open(const Headers& headers) {
    const StreamId stream = m_next;
    m_next += 2;
    std::string body;
    put_u32(body, stream);
    put_u32(body, 0); // associated with no other
    put_u16(body, 0); // priority, slot
    body += stored(header_block(headers), !std::exchange(m_compression_begun, true));
    m_output(control(syn_stream, body));
    return stream;
}

void SpdySession::send(StreamId stream, std::string_view bytes) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), k_most_data))) {
        const auto part = bytes.substr(0, k_most_data);
        std::string frame;
        frame.reserve(k_frame_header + part.size());
        put_u32(frame, stream);
        put_u32(frame, part.size());
        m_output(std::move(frame.append(part)));
    }
}

void SpdySession::end(StreamId stream) {
    std::string frame;
    put_u32(frame, stream);
    put_u32(frame, std::size_t{k_fin} << 24);
    m_output(std::move(frame));
}

void SpdySession::reset(StreamId stream, std::uint32_t status) {
    std::string body;
    put_u32(body, stream);
    put_u32(body, status);
    m_output(control(rst_stream, body));
}

Status SpdySession::receive(std::string_view bytes) {
    m_keep_alive.heard();
    while (!bytes.empty()) {
        if (m_filled < m_wanted) {
            const auto taken = bytes.copy(reinterpret_cast<char*>(m_frame.data()) + m_filled, m_wanted - m_filled);
            m_filled += taken;
            bytes.remove_prefix(taken);
            if (m_filled < m_wanted) return {};
            if (m_wanted == k_frame_header) KD_TRY(begin_frame());
        }
        const bool is_data = (m_frame[0] & 0x80) == 0;
        const auto part = bytes.substr(0, m_filled == m_wanted ? m_left : 0);
        bytes.remove_prefix(part.size());
        m_left -= part.size();
        if (is_data && !part.empty() && is_ours(read_u32(m_frame.data()))) m_events.on_data(read_u32(m_frame.data()), part);
        if (m_filled < m_wanted || m_left > 0) continue;
        if (is_data)
            end_data_frame();
        else
            KD_TRY(control_frame());
        m_filled = 0;
        m_wanted = k_frame_header;
    }
    return {};
}

/// Reads a frame's header: how much of its body to gather, how much is left after that.
Status SpdySession::begin_frame() {
    m_left = read_u32(m_frame.data() + 4) & 0xffffff;
    if ((m_frame[0] & 0x80) == 0) return {};
    const unsigned version = (m_frame[0] & 0x7fu) << 8 | m_frame[1];
    const unsigned type = unsigned{m_frame[2]} << 8 | m_frame[3];
    if (version != k_version) return broken(format("a frame of version {}", version));
    const auto needed = body_needed(type);
    if (m_left < needed) return broken(format("a frame of type {} that is too short", type));
    m_wanted = k_frame_header + needed;
    m_left -= needed;
    return {};
}

void SpdySession::end_data_frame() {
    const StreamId stream = read_u32(m_frame.data());
    if ((m_frame[4] & k_fin) != 0 && is_ours(stream)) m_events.on_end(stream);
}

Status SpdySession::control_frame() {
    const unsigned char* body = m_frame.data() + k_frame_header;
    const StreamId stream = m_wanted > k_frame_header ? read_u32(body) & 0x7fffffff : 0;
    switch (unsigned{m_frame[2]} << 8 | m_frame[3]) {
    case syn_stream: reset(stream, k_refused); break; // servers of Kubernetes open none
    case syn_reply:
        if (!is_ours(stream)) break;
        m_events.on_reply(stream);
        if ((m_frame[4] & k_fin) != 0) m_events.on_end(stream);
        break;
    case rst_stream:
        if (is_ours(stream)) m_events.on_reset(stream, read_u32(body + 4));
        break;
    case ping:
        if (stream % 2 == 0) m_output(control(ping, std::string_view(reinterpret_cast<const char*>(body), 4)));
        break;
    case go_away: m_going_away = true; break;
    default: break; // settings and windows are neither sent nor honoured by Kubernetes
    }
    return {};
}

Status SpdySession::passed(Duration time, bool paused) {
    switch (m_keep_alive.passed(time, paused)) {
    case KeepAlive::Due::nothing: return {};
    case KeepAlive::Due::ping: {
        std::string id;
        put_u32(id, m_next_ping);
        m_next_ping += 2;
        m_output(control(ping, id));
        return {};
    }
    case KeepAlive::Due::lost: break;
    }
    return Error{.kind = ErrorKind::network, .message = "the connection is lost: the server has not answered for a minute"};
}

} // namespace kdiag::net
