// SPDX-License-Identifier: Apache-2.0
// `kdiag exec -it` at a terminal: keys and sizes arrive, and the terminal is as before on every way out.
#include "fake_kubelet.hpp"
#include "kdiag_terminal.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <mutex>

using namespace kdiag;
using namespace kdiag::test;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string exec_it(const FakeKubelet& kubelet) {
    return "exec --server " + kubelet.url() + " -n shop web -it -- sh";
}

/// A remote terminal that prints a prompt, keeps what it is sent and ends when told to.
struct RemoteShell {
    std::mutex mutex;
    std::string keys;
    std::vector<std::string> sizes;
    std::string at_start = "prompt$ ";
    std::function<void(WebsocketPeer&, Wire&)> at_end = [](WebsocketPeer& peer, Wire&) { finish(peer, 0); };
    FakeKubelet kubelet{[this](WebsocketPeer& peer, Wire& wire, const FakeRequest&) {
        peer.send(out(at_start));
        while (const auto message = peer.receive()) {
            const std::lock_guard lock(mutex);
            if (message->starts_with('\0')) keys += message->substr(1);
            if (message->starts_with('\4')) sizes.push_back(message->substr(1));
            if (has(keys, "exit")) return at_end(peer, wire);
        }
    }};
    std::string typed() {
        const std::lock_guard lock(mutex);
        return keys;
    }
    std::string last_size() {
        const std::lock_guard lock(mutex);
        return sizes.empty() ? "" : sizes.back();
    }
};

} // namespace

TEST_CASE("keys go to the remote program as they are, sizes follow the window") {
    RemoteShell shell;
    KdiagTerminal terminal(exec_it(shell.kubelet));
    REQUIRE(terminal.until_printed("prompt$ "));
    REQUIRE(terminal.until([&] { return terminal.is_raw(); }));
    CHECK(terminal.until([&] { return shell.last_size() == R"({"Width":80,"Height":24})"; }));
    terminal.type("\x03\x1a\x04\x1c\r");
    CHECK(terminal.until([&] { return shell.typed() == "\x03\x1a\x04\x1c\r"; }));
    terminal.resize(132, 50);
    CHECK(terminal.until([&] { return shell.last_size() == R"({"Width":132,"Height":50})"; }));
    terminal.type("exit");
    CHECK(terminal.wait() == 0);
    CHECK_FALSE(terminal.is_raw());
    CHECK(has(shell.kubelet.requests().back().target, "stdin=true&stdout=true&tty=true"));
}

TEST_CASE("the terminal is as before however the session ends") {
    struct Row {
        const char* name;
        std::function<void(WebsocketPeer&, Wire&)> at_end;
        int code;
    };
    for (const auto& row : {
             Row{"an exit code", [](WebsocketPeer& peer, Wire&) { finish(peer, 3); }, 3},
             Row{"a command that was killed", [](WebsocketPeer& peer, Wire&) { finish(peer, 137); }, 137},
             Row{"no status", [](WebsocketPeer& peer, Wire&) { peer.close(1000); }, 204},
             Row{"a reset", [](WebsocketPeer&, Wire& wire) { wire.reset(); }, 204},
             Row{"a broken frame", [](WebsocketPeer&, Wire& wire) { wire.write(websocket_frame(0xf2, "?")); }, 204},
         }) {
        CAPTURE(row.name);
        RemoteShell shell;
        shell.at_start = "\x1b[?1049h\x1b[?25lprompt$ "; // as vi begins
        shell.at_end = row.at_end;
        KdiagTerminal terminal(exec_it(shell.kubelet));
        REQUIRE(terminal.until_printed("prompt$ "));
        REQUIRE(terminal.until([&] { return terminal.is_raw(); }));
        terminal.type("exit");
        const int code = terminal.wait();
        if (std::string_view(row.name) == "a broken frame")
            CHECK(code > 200);
        else
            CHECK(code == row.code);
        CHECK_FALSE(terminal.is_raw());
        const bool cut_off = row.code > 128;
        CHECK(has(terminal.screen(), "\x1b[?1049l") == cut_off); // the alternate screen is left, the cursor shown
        CHECK(has(terminal.screen(), "\x1b[?25h") == cut_off);
    }
}

TEST_CASE("the terminal is as before whatever signal ends kdiag") {
    for (const auto& [number, code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}, {SIGQUIT, 1000 + SIGQUIT}, {SIGABRT, 1000 + SIGABRT}, {SIGSEGV, 1000 + SIGSEGV}, {SIGUSR1, 1000 + SIGUSR1}}) {
#ifdef __SANITIZE_ADDRESS__
        if (number == SIGABRT || number == SIGSEGV) continue; // the sanitizer's
#endif
        CAPTURE(number);
        RemoteShell shell;
        KdiagTerminal terminal(exec_it(shell.kubelet));
        REQUIRE(terminal.until_printed("prompt$ "));
        REQUIRE(terminal.until([&] { return terminal.is_raw(); }));
        terminal.signal(number);
        CHECK(terminal.wait() == code);
        CHECK_FALSE(terminal.is_raw());
    }
}

TEST_CASE("a stopped session gives the terminal back, and takes it again") {
    for (const int number : {SIGTSTP, SIGSTOP}) {
        CAPTURE(number);
        RemoteShell shell;
        KdiagTerminal terminal(exec_it(shell.kubelet));
        REQUIRE(terminal.until_printed("prompt$ "));
        REQUIRE(terminal.until([&] { return terminal.is_raw(); }));
        terminal.signal(number);
        REQUIRE(terminal.until_stopped());
        if (number == SIGTSTP) CHECK_FALSE(terminal.is_raw()); // SIGSTOP cannot be caught: there the shell puts things right
        terminal.signal(SIGCONT);
        CHECK(terminal.until([&] { return terminal.is_raw(); }));
        terminal.type("exit");
        CHECK(terminal.wait() == 0);
        CHECK_FALSE(terminal.is_raw());
    }
}

TEST_CASE("a session whose output has no place to go ends, with the terminal as before") {
    RemoteShell shell;
    shell.at_start = std::string(100'000, 'x');
    KdiagTerminal terminal(exec_it(shell.kubelet), ">/dev/full");
    CHECK(terminal.wait() == 203);
    CHECK_FALSE(terminal.is_raw());
    CHECK(has(terminal.screen(), "No space left on device"));
}

TEST_CASE("a command that is refused never makes the terminal raw") {
    RemoteShell shell;
    KdiagTerminal terminal("exec --server " + shell.kubelet.url() + " -n shop nobody -it -- sh");
    CHECK(terminal.wait() == 209);
    CHECK_FALSE(terminal.is_raw());
}

TEST_CASE("keys that were chosen leave the command running, and give the terminal back") {
    RemoteShell shell;
    KdiagTerminal terminal("exec --server " + shell.kubelet.url() + " -n shop web -it --detach-keys ctrl-p,ctrl-q -- sh");
    REQUIRE(terminal.until_printed("prompt$ "));
    REQUIRE(terminal.until([&] { return terminal.is_raw(); }));
    terminal.type("ls\x10");
    CHECK(terminal.until([&] { return shell.typed() == "ls"; }));
    terminal.type("x");
    CHECK(terminal.until([&] { return shell.typed() == "ls\x10x"; }));
    terminal.type("\x10\x11");
    CHECK(terminal.until_printed("left the command"));
    CHECK(terminal.wait() == 0);
    CHECK_FALSE(terminal.is_raw());
    CHECK(shell.typed() == "ls\x10x");
}
