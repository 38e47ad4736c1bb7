// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/timestamp.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace kdiag::app {

/// Several streams that share an output line by line, each line after the prefix of its stream. Lines of up to `k_longest` bytes are given out
/// whole. A longer one has the output for itself as its bytes come: the others are kept until it has ended, or until nothing of it has come
/// for `k_patience`; then it is broken there, and what follows is a line of its own. Who feeds it stops a stream that is full(), so that at
/// most `k_longest` and a piece are kept of each.
class LineMerger {
public:
    static constexpr std::size_t k_longest = 1 << 20;
    static constexpr Duration k_patience = Duration::seconds(5);
    using Stream = std::size_t;

    explicit LineMerger(std::function<void(std::string_view)> write) : m_write(std::move(write)) {}

    Stream add(std::string prefix);
    void take(Stream stream, std::string_view bytes);
    /// What has no line feed gets one.
    void end(Stream stream);
    /// So much time has passed.
    void passed(Duration time);

    bool full(Stream stream) const;
    /// Streams that have ended still wait for a long line of another.
    bool holds_ended() const;

private:
    struct State {
        std::string prefix, begun; ///< not given out yet
        bool ended = false;
    };
    void give_out(Stream id, State& state);
    void give_out_all();

    std::function<void(std::string_view)> m_write;
    std::map<Stream, State> m_streams;
    Stream m_last = 0, m_holder = 0; ///< 0: none is within a long line
    Duration m_quiet;                ///< nothing of the long line has come for so long
};

} // namespace kdiag::app
