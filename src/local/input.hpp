// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/event_loop.hpp"
#include "util/result.hpp"

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace kdiag::local {

/// Reads a local stream (terminal, pipe, file, socket) in the loop, and not before somebody has room for it. The descriptor is never
/// made non-blocking, because that would also hold for the shell that gave it: it is read only when it is ready.
class Input {
public:
    struct Events {
        std::function<void(std::string_view)> on_data;
        /// Once: the end, or why reading failed. A descriptor that was closed from the start (`<&-`) has an end and no error.
        std::function<void(std::optional<Error>)> on_end;
    };

    Input(net::EventLoop& loop, int descriptor, Events events);
    ~Input();
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

    /// No data until resume(). May be called from on_data.
    void pause();
    void resume();

private:
    void read_some();
    void end(std::optional<Error> error);

    net::EventLoop& m_loop;
    int m_descriptor;
    Events m_events;
    bool m_ended = false;
    bool m_read_before = false;
    std::vector<char> m_bytes;
};

} // namespace kdiag::local
