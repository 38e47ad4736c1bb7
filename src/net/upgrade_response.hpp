// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kdiag::net {

/// What a server answered to a request for another protocol.
struct UpgradeResponse {
    int status = 0; ///< 101: the protocol was switched
    std::vector<std::pair<std::string, std::string>> headers = {}; ///< names in lower case
    std::string body = {}; ///< of a refusal, at most 64 KiB

    std::string_view header(std::string_view name) const;
};

/// Reads an HTTP/1.1 answer (RFC 9112) piece by piece: a head of at most 64 KiB, then either the other protocol's bytes or the body of a
/// refusal, by Content-Length, chunked, or until the connection ends.
class UpgradeResponseParser {
public:
    /// Takes the next bytes; an error when they are no HTTP.
    Status feed(std::string_view bytes);
    /// The connection ended: fine for a body without a length and for one that was cut short, an error inside the head.
    Status end_of_input();

    bool done() const { return m_state == State::done; }
    const UpgradeResponse& response() const { return m_response; }
    /// After a 101: bytes that came along and belong to the other protocol.
    std::string take_rest() { return std::move(m_buffer); }

private:
    enum class State { head, body_by_length, body_until_end, chunk_size, chunk_data, chunk_end, trailers, done };
    Status step(bool& progress);
    Status read_head(std::string_view head);
    Status begin_body();
    Status read_chunk_size(std::string_view line);
    void take_body(std::size_t most);

    State m_state = State::head;
    UpgradeResponse m_response;
    std::string m_buffer;       ///< bytes not looked at yet
    std::size_t m_searched = 0; ///< of m_buffer: holds no end of a head
    std::size_t m_left = 0;     ///< of the body or chunk
};

} // namespace kdiag::net
