// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/event_loop.hpp"
#include "util/result.hpp"

#include <csignal>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace kdiag::local {

/// Signals as events of the loop, so that one that comes just before the loop waits is not slept through. While it lives:
/// - a handler that was there before still runs first (the process's own for SIGINT and SIGTERM: the second one ends it at once);
/// - what was ignored stays ignored (nohup);
/// - SIGPIPE is ignored: a reader that has gone is an error of the write, not the end of a process with a raw terminal.
/// One at a time in a process.
class Signals {
public:
    using OnSignal = std::function<void(int)>;

    static Result<std::unique_ptr<Signals>> watch(net::EventLoop& loop, const std::vector<int>& numbers, OnSignal on_signal);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    /// From now on handlers that were there before do not run: what comes is for this one alone to answer.
    void forget_earlier();

private:
    explicit Signals(net::EventLoop& loop) : m_loop(loop) {}
    void install(int number, void (*handler)(int));

    net::EventLoop& m_loop;
    std::vector<std::pair<int, struct sigaction>> m_before;
};

/// Stops this process as Ctrl-Z does, and returns when it goes on. The caller has given the terminal back.
void stop_process();

} // namespace kdiag::local
