// SPDX-License-Identifier: Apache-2.0
#include "kdiag_terminal.hpp"

#include <doctest/doctest.h>

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <array>
#include <chrono>
#include <csignal>

namespace kdiag::test {

namespace {

constexpr std::chrono::seconds k_patience(10);

} // namespace

KdiagTerminal::KdiagTerminal(const std::string& arguments, const std::string& redirections) {
    winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
    REQUIRE(openpty(&m_master, &m_slave, nullptr, nullptr, &size) == 0);
    const std::string line = "exec env -i PATH=\"$PATH\" HOME=/nonexistent LANG=C.UTF-8 TERM=xterm '" KDIAG_BINARY "' " + arguments + " " + redirections;
    m_pid = fork();
    if (m_pid == 0) {
        close(m_master);
        login_tty(dup(m_slave)); // this process keeps the other one open, so that the modes can be looked at in the end
        execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
        _exit(127);
    }
    REQUIRE(m_pid > 0);
}

KdiagTerminal::~KdiagTerminal() {
    if (m_pid > 0) {
        kill(m_pid, SIGKILL);
        waitpid(m_pid, nullptr, 0);
    }
    close(m_master);
    close(m_slave);
}

void KdiagTerminal::type(std::string_view keys) {
    REQUIRE(write(m_master, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
}

void KdiagTerminal::resize(unsigned columns, unsigned rows) {
    winsize size{.ws_row = static_cast<unsigned short>(rows), .ws_col = static_cast<unsigned short>(columns), .ws_xpixel = 0, .ws_ypixel = 0};
    REQUIRE(ioctl(m_master, TIOCSWINSZ, &size) == 0); // the kernel sends SIGWINCH
}

void KdiagTerminal::signal(int number) const {
    kill(m_pid, number);
}

bool KdiagTerminal::is_raw() const {
    termios modes{};
    REQUIRE(tcgetattr(m_slave, &modes) == 0);
    return (modes.c_lflag & (ICANON | ECHO | ISIG)) == 0 && (modes.c_oflag & OPOST) == 0;
}

void KdiagTerminal::read_some(int milliseconds) {
    pollfd ready{.fd = m_master, .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, milliseconds) <= 0) return;
    std::array<char, 4096> bytes{};
    if (const auto got = read(m_master, bytes.data(), bytes.size()); got > 0) m_screen.append(bytes.data(), static_cast<std::size_t>(got));
}

bool KdiagTerminal::until(const std::function<bool()>& is_so) {
    const auto end = std::chrono::steady_clock::now() + k_patience;
    for (;;) {
        if (is_so()) return true;
        if (std::chrono::steady_clock::now() >= end) return false;
        read_some(20);
    }
}

bool KdiagTerminal::until_printed(std::string_view text) {
    return until([&] { return m_screen.find(text) != std::string::npos; });
}

bool KdiagTerminal::until_stopped() {
    return until([this] {
        siginfo_t info{};
        return waitid(P_PID, static_cast<id_t>(m_pid), &info, WSTOPPED | WNOHANG) == 0 && info.si_code == CLD_STOPPED;
    });
}

int KdiagTerminal::wait() {
    int status = 0;
    if (!until([&] { return m_pid < 0 || waitpid(m_pid, &status, WNOHANG) == m_pid; })) return -1;
    m_pid = -1;
    read_some(20);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

} // namespace kdiag::test
