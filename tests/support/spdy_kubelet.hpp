// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/http_server.hpp"
#include "support/spdy_peer.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::test {

/// A kubelet's end of SPDY.
class SpdyPeer {
public:
    explicit SpdyPeer(Wire& wire) : m_wire(wire) {}

    /// The next frames; empty: the client has gone.
    std::vector<SpdyFrame> receive() {
        for (;;) {
            const auto bytes = m_wire.read(64 * 1024);
            if (bytes.empty()) return {};
            auto frames = m_reader.read(bytes);
            if (!frames.empty()) return frames;
        }
    }
    /// Agrees to streams until there are so many; by type.
    void agree(std::size_t count) {
        while (streams.size() < count) {
            const auto frames = receive();
            if (frames.empty()) return;
            for (const auto& frame : frames) {
                if (frame.type == 1) {
                    streams[frame.headers.at("streamtype")] = frame.stream;
                    m_wire.write(spdy_control(2, 0, id(frame.stream) + spdy_empty_headers(streams.size() == 1)));
                } else {
                    early.push_back(frame);
                }
            }
        }
    }
    void data(const std::string& type, std::string_view bytes, bool fin = false) { m_wire.write(spdy_data(streams.at(type), fin ? 1 : 0, bytes)); }
    /// As the kubelet ends a session: all streams reset, and goodbye.
    void end() {
        for (const auto& [type, stream] : streams) m_wire.write(spdy_control(3, 0, id(stream) + id(5)));
        m_wire.write(spdy_control(7, 0, id(0) + id(0)));
    }
    static std::string id(std::uint32_t value) {
        return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8), static_cast<char>(value)};
    }

    std::map<std::string, std::uint32_t> streams;
    std::vector<SpdyFrame> early;

private:
    Wire& m_wire;
    SpdyReader m_reader;
};

} // namespace kdiag::test
