// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::test {

/// Frames of the SPDY/3 draft, written by its text and independently of kdiag's own code.
std::string spdy_control(unsigned type, unsigned flags, std::string_view body);
std::string spdy_data(std::uint32_t stream, unsigned flags, std::string_view payload);
/// A block of no headers, as servers compress it: with the dictionary, and `first` on a connection.
std::string spdy_empty_headers(bool first);

struct SpdyFrame {
    unsigned type = 0; ///< 0: data
    std::uint32_t stream = 0;
    bool fin = false;
    std::string payload; ///< of data
    std::map<std::string, std::string> headers;
    std::uint32_t status = 0; ///< of a reset; the number of a ping
};

/// Reads a client's frames; throws std::runtime_error for what a server would refuse.
class SpdyReader {
public:
    SpdyReader();
    ~SpdyReader();
    /// The frames that are complete with these bytes.
    std::vector<SpdyFrame> read(std::string_view bytes);

private:
    struct Inflater;
    std::map<std::string, std::string> headers_of(std::string_view block);
    std::unique_ptr<Inflater> m_inflater;
    std::string m_buffer;
};

} // namespace kdiag::test
