// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include "local/raw_terminal.hpp"
#include "util/error.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace kdiag::cmd {

namespace {

std::atomic<bool> g_interrupted = false;
std::atomic<int> g_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void on_stop_signal(int signal) {
    if (g_interrupted.exchange(true)) {
        local::restore_terminal();
        _exit(128 + signal);
    }
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

/// A closed standard stream leaves its number to the next file or connection, and the report would be written into that. /dev/null takes
/// the place, opened so that writing to it fails as writing to the closed one.
void occupy_closed_streams() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) _exit(static_cast<int>(ExitCode::config));
}

} // namespace

Process::Process() : m_buffer(STDOUT_FILENO), m_environment{.out = m_out, .err = std::cerr, .variable = variable, .out_error = [this] { return m_buffer.error(); }} {
    occupy_closed_streams();
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
