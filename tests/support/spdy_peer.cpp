// SPDX-License-Identifier: Apache-2.0
#include "support/spdy_peer.hpp"

#include "support/spdy_dictionary.hpp"

#include <zlib.h>

#include <stdexcept>

namespace kdiag::test {

namespace {

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t size) {
    if (at + size > bytes.size()) throw std::runtime_error("a SPDY frame is too short");
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

std::string big_endian(std::size_t value, int bytes) {
    std::string text;
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xff);
    return text;
}

const Bytef* dictionary() {
    static const std::string bytes = spdy_dictionary();
    return reinterpret_cast<const Bytef*>(bytes.data());
}

} // namespace

std::string spdy_control(unsigned type, unsigned flags, std::string_view body) {
    return big_endian(0x8003, 2) + big_endian(type, 2) + big_endian(flags, 1) + big_endian(body.size(), 3) + std::string(body);
}

std::string spdy_data(std::uint32_t stream, unsigned flags, std::string_view payload) {
    return big_endian(stream, 4) + big_endian(flags, 1) + big_endian(payload.size(), 3) + std::string(payload);
}

std::string spdy_empty_headers(bool first) {
    z_stream stream{};
    if (deflateInit(&stream, Z_DEFAULT_COMPRESSION) != Z_OK) throw std::runtime_error("deflateInit");
    deflateSetDictionary(&stream, dictionary(), static_cast<uInt>(spdy_dictionary().size()));
    std::string out(200, '\0'), none(4, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(none.data());
    stream.avail_in = 4;
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_SYNC_FLUSH);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return first ? out : out.substr(6); // without the zlib header and the dictionary's checksum
}

struct SpdyReader::Inflater {
    z_stream stream{};
    Inflater() {
        if (inflateInit(&stream) != Z_OK) throw std::runtime_error("inflateInit");
    }
    ~Inflater() { inflateEnd(&stream); }
    std::string inflate_block(std::string_view block) {
        std::string in(block), out(64 * 1024, '\0');
        stream.next_in = reinterpret_cast<Bytef*>(in.data());
        stream.avail_in = static_cast<uInt>(in.size());
        stream.next_out = reinterpret_cast<Bytef*>(out.data());
        stream.avail_out = static_cast<uInt>(out.size());
        int result = inflate(&stream, Z_SYNC_FLUSH);
        if (result == Z_NEED_DICT) {
            inflateSetDictionary(&stream, dictionary(), static_cast<uInt>(spdy_dictionary().size()));
            result = inflate(&stream, Z_SYNC_FLUSH);
        }
        if (result != Z_OK || stream.avail_in != 0) throw std::runtime_error("a block of headers cannot be inflated");
        out.resize(out.size() - stream.avail_out);
        return out;
    }
};

SpdyReader::SpdyReader() : m_inflater(std::make_unique<Inflater>()) {}
SpdyReader::~SpdyReader() = default;

std::map<std::string, std::string> SpdyReader::headers_of(std::string_view block) {
    const std::string text = m_inflater->inflate_block(block);
    std::map<std::string, std::string> headers;
    std::size_t at = 4;
    const auto next = [&] {
        const std::size_t size = number(text, at, 4);
        if (at + 4 + size > text.size()) throw std::runtime_error("a header is longer than its block");
        const std::string part = text.substr(at + 4, size);
        at += 4 + size;
        return part;
    };
    for (std::uint32_t left = number(text, 0, 4); left > 0; --left) {
        const auto name = next();
        if (name.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos || headers.contains(name)) throw std::runtime_error("a header's name is not allowed: " + name);
        headers[name] = next();
    }
    return headers;
}

std::vector<SpdyFrame> SpdyReader::read(std::string_view bytes) {
    m_buffer += bytes;
    std::vector<SpdyFrame> frames;
    std::size_t at = 0;
    while (m_buffer.size() - at >= 8) {
        const std::string_view rest = std::string_view(m_buffer).substr(at);
        const std::size_t size = number(rest, 5, 3);
        if (rest.size() < 8 + size) break;
        const auto body = rest.substr(8, size);
        SpdyFrame frame{.fin = (rest[4] & 1) != 0};
        if ((rest[0] & 0x80) == 0) {
            frame.stream = number(rest, 0, 4);
            frame.payload = body;
        } else {
            if (number(rest, 0, 2) != 0x8003) throw std::runtime_error("no SPDY/3");
            frame.type = number(rest, 2, 2);
            frame.stream = number(body, 0, 4);
            if (frame.type == 1) frame.headers = headers_of(body.substr(10));
            if (frame.type == 3) frame.status = number(body, 4, 4);
            if (frame.type == 6) frame.status = frame.stream;
        }
        frames.push_back(std::move(frame));
        at += 8 + size;
    }
    m_buffer.erase(0, at);
    return frames;
}

} // namespace kdiag::test
