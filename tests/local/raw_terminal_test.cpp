// SPDX-License-Identifier: Apache-2.0
#include "local/raw_terminal.hpp"
#include "local/signals.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <functional>
#include <exception>

using namespace kdiag;
using namespace kdiag::local;

namespace {

struct Pty {
    int master = -1, slave = -1;
    Pty() {
        winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
        REQUIRE(openpty(&master, &slave, nullptr, nullptr, &size) == 0);
    }
    ~Pty() {
        close(master);
        close(slave);
    }
    bool is_raw() const {
        termios modes{};
        tcgetattr(slave, &modes);
        return (modes.c_lflag & (ICANON | ECHO | ISIG)) == 0 && (modes.c_oflag & OPOST) == 0;
    }
};

/// Runs in a process of its own whose controlling terminal is the pty; the status of waitpid.
int in_child(const Pty& pty, const std::function<void()>& body) {
    const pid_t child = fork();
    if (child == 0) {
        setsid();
        ioctl(pty.slave, TIOCSCTTY, 0);
        for (const int number : {SIGABRT, SIGSEGV, SIGTERM, SIGHUP}) std::signal(number, SIG_DFL); // doctest's and the sanitizers' otherwise
        body();
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return status;
}

} // namespace

TEST_CASE("the size of a terminal is known, and that of anything else is not") {
    const Pty pty;
    CHECK(window_size(pty.slave) == WindowSize{.columns = 80, .rows = 24});
    winsize none{};
    ioctl(pty.slave, TIOCSWINSZ, &none);
    CHECK_FALSE(window_size(pty.slave));
    CHECK_FALSE(window_size(-1));
}

TEST_CASE("a raw terminal passes keys on, and is given back") {
    const Pty pty;
    termios before{}, after{};
    REQUIRE(tcgetattr(pty.slave, &before) == 0);
    {
        const auto raw = RawTerminal::enter(pty.slave);
        REQUIRE(raw);
        CHECK(pty.is_raw());
        CHECK_FALSE(RawTerminal::enter(pty.slave)); // one at a time
        CHECK(pty.is_raw());
        (*raw)->suspend();
        CHECK_FALSE(pty.is_raw());
    }
    REQUIRE(tcgetattr(pty.slave, &after) == 0);
    CHECK(before.c_lflag == after.c_lflag);
    CHECK(before.c_iflag == after.c_iflag);
    CHECK(before.c_oflag == after.c_oflag);
    CHECK(before.c_cflag == after.c_cflag);
    const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const auto none = RawTerminal::enter(file);
    REQUIRE_FALSE(none);
    CHECK(none.error().message.find("Inappropriate ioctl") != std::string::npos);
    close(file);
    CHECK(RawTerminal::enter(pty.slave)); // a failure leaves nothing behind
}

TEST_CASE("the terminal is given back however the process ends") {
    struct Row {
        const char* name;
        std::function<void()> end;
        int signal; ///< 0: it exits
    };
    for (const auto& row : {
             Row{"exit in a handler", [] { restore_terminal(), _exit(0); }, 0},
             Row{"abort", [] { std::abort(); }, SIGABRT},
             Row{"an exception that nobody catches", [] { std::terminate(); }, SIGABRT},
             Row{"a segmentation fault", [] { raise(SIGSEGV); }, SIGSEGV},
             Row{"SIGQUIT", [] { raise(SIGQUIT); }, SIGQUIT},
             Row{"SIGTERM that nobody handles", [] { raise(SIGTERM); }, SIGTERM},
             Row{"SIGHUP that nobody handles", [] { raise(SIGHUP); }, SIGHUP},
             Row{"SIGUSR1", [] { raise(SIGUSR1); }, SIGUSR1},
         }) {
        CAPTURE(row.name);
        const Pty pty;
        std::array<int, 2> raw_seen{};
        REQUIRE(pipe(raw_seen.data()) == 0);
        const int status = in_child(pty, [&] {
            const auto raw = RawTerminal::enter(pty.slave);
            const char seen = raw && pty.is_raw() ? 'y' : 'n';
            if (write(raw_seen[1], &seen, 1) != 1) _exit(3);
            row.end();
        });
        char seen = 0;
        REQUIRE(read(raw_seen[0], &seen, 1) == 1);
        CHECK(seen == 'y');
        CHECK_FALSE(pty.is_raw());
        CHECK((row.signal == 0 ? WIFEXITED(status) && WEXITSTATUS(status) == 0 : WIFSIGNALED(status) && WTERMSIG(status) == row.signal));
        close(raw_seen[0]);
        close(raw_seen[1]);
    }
}

TEST_CASE("a job that is started in the background is stopped before it touches the terminal") {
    const Pty pty;
    const int status = in_child(pty, [&] {
        const pid_t job = fork();
        if (job == 0) {
            setpgid(0, 0);
            const auto raw = RawTerminal::enter(pty.slave);
            _exit(raw && pty.is_raw() ? 0 : 12);
        }
        setpgid(job, job);
        int job_status = 0;
        waitpid(job, &job_status, WUNTRACED);
        if (!WIFSTOPPED(job_status) || WSTOPSIG(job_status) != SIGTTOU || pty.is_raw()) _exit(10);
        std::signal(SIGTTOU, SIG_IGN);
        tcsetpgrp(pty.slave, job); // fg
        kill(job, SIGCONT);
        waitpid(job, &job_status, 0);
        _exit(WIFEXITED(job_status) ? WEXITSTATUS(job_status) : 11);
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a job in the background leaves the terminal as it is") {
    const Pty pty;
    const int status = in_child(pty, [&] {
        const auto raw = RawTerminal::enter(pty.slave);
        if (!raw) _exit(10);
        (*raw)->suspend();
        const pid_t other = fork(); // the job that has the terminal now
        if (other == 0) {
            setpgid(0, 0);
            pause();
        }
        setpgid(other, other);
        std::signal(SIGTTOU, SIG_IGN);
        tcsetpgrp(pty.slave, other);
        (*raw)->resume();
        const bool left_alone = !pty.is_raw();
        tcsetpgrp(pty.slave, getpgrp());
        (*raw)->resume();
        const bool raw_again = pty.is_raw();
        kill(other, SIGKILL);
        waitpid(other, nullptr, 0);
        (*raw)->suspend();
        _exit(left_alone && raw_again ? 0 : 11);
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK_FALSE(pty.is_raw());
}
