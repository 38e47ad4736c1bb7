// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace kdiag::cmd {

namespace {

std::atomic<bool> g_interrupted = false;
std::atomic<int> g_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void on_stop_signal(int signal) {
    if (g_interrupted.exchange(true)) _exit(128 + signal);
    g_signal = signal;
}

std::optional<std::string> variable(std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
}

int terminal_columns() {
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
        winsize size{};
        if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    }
    return 0;
}

} // namespace

Process::Process() : m_environment{.out = std::cout, .err = std::cerr, .variable = variable} {
    std::ios::sync_with_stdio(false);
    struct sigaction action {};
    action.sa_handler = on_stop_signal;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    m_environment.interrupted = &g_interrupted;
    m_environment.signal = &g_signal;
    m_environment.stdin_is_terminal = isatty(STDIN_FILENO) == 1;
    m_environment.stdout_is_terminal = isatty(STDOUT_FILENO) == 1;
    m_environment.stderr_is_terminal = isatty(STDERR_FILENO) == 1;
    m_environment.terminal_columns = terminal_columns();
}

} // namespace kdiag::cmd
