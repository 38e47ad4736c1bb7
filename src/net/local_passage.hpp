// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/event_loop.hpp"
#include "util/result.hpp"

#include <functional>
#include <memory>
#include <string>

namespace kdiag::net {

/// A door through which libcurl reaches what has no address: it connects to a name that only this process knows, and what it then says
/// comes out of a descriptor (libcurl before 7.89 cannot be given one that is connected already). Nothing appears in the file system.
class LocalPassage {
public:
    /// `on_connected` gets a non-blocking stream socket, which is its own from then on; of this process only, and once.
    static Result<std::unique_ptr<LocalPassage>> open(EventLoop& loop, std::function<void(int descriptor)> on_connected);
    ~LocalPassage();
    LocalPassage(const LocalPassage&) = delete;
    LocalPassage& operator=(const LocalPassage&) = delete;

    /// In the abstract namespace of Unix sockets (unix(7)).
    const std::string& name() const { return m_name; }

private:
    LocalPassage(EventLoop& loop, std::function<void(int)> on_connected) : m_loop(loop), m_on_connected(std::move(on_connected)) {}
    Status listen();
    void accept();
    EventLoop& m_loop;
    std::function<void(int)> m_on_connected;
    std::string m_name;
    int m_listener = -1;
};

} // namespace kdiag::net
