// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/event_loop.hpp"
#include "util/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kdiag::local {

/// A program that runs with the standard streams of this process, and whose end is an event of the loop.
class Child {
public:
    /// As a shell says it: the program's code, or 128 and the number of the signal that ended it.
    using OnExit = std::function<void(int code)>;

    /// `words` is the program (looked up in PATH) and its arguments; `variables` are set besides those of this process. An Error: it
    /// cannot be started.
    static Result<std::unique_ptr<Child>> start(net::EventLoop& loop, const std::vector<std::string>& words, const std::vector<std::pair<std::string, std::string>>& variables,
                                                OnExit on_exit);
    /// The program goes on if it still runs.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void send(int signal);

private:
    Child(net::EventLoop& loop, OnExit on_exit) : m_loop(loop), m_on_exit(std::move(on_exit)) {}
    void wait();
    void look();

    net::EventLoop& m_loop;
    OnExit m_on_exit;
    int m_process = -1;
    int m_descriptor = -1; ///< readable when the process has ended; -1: the kernel has none
    net::EventLoop::TimerId m_timer = 0;
};

} // namespace kdiag::local
