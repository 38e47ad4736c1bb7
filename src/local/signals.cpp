// SPDX-License-Identifier: Apache-2.0
#include "local/signals.hpp"

#include "util/format.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>

namespace kdiag::local {

namespace {

using Handler = void (*)(int);

// What a handler may know.
std::array<int, 2> g_pipe = {-1, -1};
std::array<std::atomic<Handler>, NSIG> g_earlier{};
static_assert(std::atomic<Handler>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void on_signal_event(int number) {
    const int error = errno;
    if (const Handler earlier = g_earlier[static_cast<std::size_t>(number)]; earlier != nullptr) earlier(number);
    const auto byte = static_cast<unsigned char>(number);
    [[maybe_unused]] const auto written = write(g_pipe[1], &byte, 1); // full: the loop is woken anyway
    errno = error;
}

} // namespace

Result<std::unique_ptr<Signals>> Signals::watch(net::EventLoop& loop, const std::vector<int>& numbers, OnSignal on_signal) {
    if (g_pipe[0] >= 0) return Error{.kind = ErrorKind::internal, .message = "signals are watched already"};
    if (pipe2(g_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return Error{.kind = ErrorKind::io, .message = format("cannot watch for signals: {}", std::generic_category().message(errno)),
                     .help = {"close some files, or raise the limit (ulimit -n)"}};
    std::unique_ptr<Signals> signals(new Signals(loop));
    loop.watch(g_pipe[0], true, false, [handle = std::move(on_signal)](net::Readiness) {
        std::array<unsigned char, 64> bytes{};
        const auto got = read(g_pipe[0], bytes.data(), bytes.size());
        for (ssize_t i = 0; i < got; ++i) handle(bytes[static_cast<std::size_t>(i)]);
    });
    for (const int number : numbers) signals->install(number, on_signal_event);
    signals->install(SIGPIPE, SIG_IGN);
    return signals;
}

void Signals::install(int number, Handler handler) {
    struct sigaction before {};
    sigaction(number, nullptr, &before);
    if (before.sa_handler == SIG_IGN) return;
    const bool chained = (before.sa_flags & SA_SIGINFO) == 0 && before.sa_handler != SIG_DFL;
    g_earlier[static_cast<std::size_t>(number)] = chained ? before.sa_handler : nullptr;
    struct sigaction action {};
    action.sa_handler = handler;
    sigaction(number, &action, nullptr);
    m_before.emplace_back(number, before);
}

void Signals::forget_earlier() {
    for (auto& earlier : g_earlier) earlier = nullptr;
}

Signals::~Signals() {
    for (const auto& [number, before] : m_before) sigaction(number, &before, nullptr);
    m_loop.unwatch(g_pipe[0]);
    for (int& end : g_pipe) {
        close(end);
        end = -1;
    }
}

void stop_process() {
    raise(SIGSTOP);
}

} // namespace kdiag::local
