// SPDX-License-Identifier: Apache-2.0
#include "local/raw_terminal.hpp"

#include "util/format.hpp"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace kdiag::local {

namespace {

/// Signals that end the process when nobody catches them.
constexpr std::array k_deadly = {SIGHUP, SIGINT, SIGTERM, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSYS, SIGTRAP, SIGALRM,
                                 SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ};

// Handlers have no other way to know. Written before the descriptor is published, and never while it is.
termios g_before{};
termios g_raw{};
std::atomic<int> g_descriptor = -1;
std::atomic<bool> g_is_raw = false;
std::array<struct sigaction, k_deadly.size()> g_actions_before{};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

/// tcsetattr of a job in the background stops it by SIGTTOU, and a process that ends must not stop.
int set_modes(int descriptor, const termios& modes) noexcept {
    sigset_t ttou, before;
    sigemptyset(&ttou);
    sigaddset(&ttou, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &ttou, &before);
    int result = 0;
    while ((result = tcsetattr(descriptor, TCSANOW, &modes)) != 0 && errno == EINTR) {}
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return result;
}

/// Reads the modes once this job has the terminal: until then the setting of them stops it (SIGTTOU), as it should, and the modes are
/// those of another job, say of a shell that edits a line.
bool read_modes(int descriptor, termios& modes) {
    if (tcgetattr(descriptor, &modes) != 0) return false;
    while (tcsetattr(descriptor, TCSANOW, &modes) != 0)
        if (errno != EINTR) return false;
    return tcgetattr(descriptor, &modes) == 0;
}

/// SA_RESETHAND has set the default action again: what is raised here kills once this returns.
void on_deadly_signal(int signal) {
    restore_terminal();
    raise(signal);
}

void catch_deadly_signals() {
    for (std::size_t i = 0; i < k_deadly.size(); ++i) {
        sigaction(k_deadly[i], nullptr, &g_actions_before[i]);
        if (g_actions_before[i].sa_handler != SIG_DFL) continue; // ignored, or a sanitizer's
        struct sigaction action {};
        action.sa_handler = on_deadly_signal;
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        sigaction(k_deadly[i], &action, nullptr);
    }
}

} // namespace

std::optional<WindowSize> window_size(int descriptor) {
    winsize size{};
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return std::nullopt;
    return WindowSize{.columns = size.ws_col, .rows = size.ws_row};
}

Result<std::unique_ptr<RawTerminal>> RawTerminal::enter(int descriptor) {
    const auto failed = [](const char* what) {
        return Error{.kind = ErrorKind::io, .message = format("cannot {} the terminal: {}", what, std::generic_category().message(errno)),
                     .help = {"run it without -t, the keys are then handled here"}};
    };
    if (g_descriptor >= 0) return Error{.kind = ErrorKind::internal, .message = "the terminal is raw already"};
    if (!read_modes(descriptor, g_before)) return failed("read the modes of");
    g_raw = g_before;
    cfmakeraw(&g_raw);
    g_descriptor = descriptor;
    catch_deadly_signals();
    std::unique_ptr<RawTerminal> terminal(new RawTerminal);
    g_is_raw = true;
    if (set_modes(descriptor, g_raw) != 0) return failed("set the modes of");
    return terminal;
}

RawTerminal::~RawTerminal() {
    restore_terminal();
    for (std::size_t i = 0; i < k_deadly.size(); ++i)
        if (g_actions_before[i].sa_handler == SIG_DFL) sigaction(k_deadly[i], &g_actions_before[i], nullptr);
    g_descriptor = -1;
}

void RawTerminal::suspend() {
    restore_terminal();
}

void RawTerminal::resume() {
    if (tcgetpgrp(g_descriptor) != getpgrp()) return;
    g_is_raw = true;
    set_modes(g_descriptor, g_raw);
}

void restore_terminal() noexcept {
    const int error = errno;
    if (g_is_raw.exchange(false)) set_modes(g_descriptor, g_before);
    errno = error;
}

} // namespace kdiag::local
