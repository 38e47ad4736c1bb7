// SPDX-License-Identifier: Apache-2.0
// `kdiag debug -it` at a terminal: the same streams as exec, and a way to leave without ending.
#include "fake_kubelet.hpp"
#include "kdiag_terminal.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <csignal>
#include <mutex>

using namespace kdiag;
using namespace kdiag::test;
using nlohmann::json;

namespace {

/// A debug container that runs, whose shell keeps what it is sent and exits with 4 at `exit`.
struct DebugShell {
    std::mutex mutex;
    std::string keys, size;
    std::atomic<bool> added = false, ended = false;
    FakeKubelet kubelet{[this](WebsocketPeer& peer, Wire&, const FakeRequest&) {
                            peer.send(out("prompt$ "));
                            while (const auto message = peer.receive()) {
                                const std::lock_guard lock(mutex);
                                if (message->starts_with('\0')) keys += message->substr(1);
                                if (message->starts_with('\4')) size = message->substr(1);
                                if (!keys.ends_with("exit")) continue;
                                ended = true;
                                return finish(peer, 0);
                            }
                        },
                        [this](const FakeRequest& request) { return answer(request); }};

    FakeReply answer(const FakeRequest& request) {
        if (request.path == "/api/v1/namespaces/shop") return {.body = R"({"kind":"Namespace","apiVersion":"v1","metadata":{"name":"shop"}})"};
        if (request.method == "PATCH") {
            added = true;
            return {.body = pod_json("web")};
        }
        if (request.path != "/api/v1/namespaces/shop/pods/web" || !added) return {.status = 0};
        auto pod = json::parse(pod_json("web"));
        const json state = ended ? json{{"terminated", {{"exitCode", 4}, {"reason", "Error"}}}} : json{{"running", {{"startedAt", "2026-01-01T00:00:00Z"}}}};
        pod["spec"]["ephemeralContainers"] = {{{"name", "kdiag-dbg"}, {"image", "busybox:stable"}}};
        pod["status"]["ephemeralContainerStatuses"] = {{{"name", "kdiag-dbg"}, {"image", ""}, {"imageID", ""}, {"ready", false}, {"restartCount", 0}, {"state", state}}};
        return {.body = pod.dump()};
    }
    std::string typed() {
        const std::lock_guard lock(mutex);
        return keys;
    }
    std::string last_size() {
        const std::lock_guard lock(mutex);
        return size;
    }
    std::string command() const { return "debug --server " + kubelet.url() + " -n shop web -it"; }
};

} // namespace

TEST_CASE("keys, sizes, a stop and the exit code are as with exec") {
    DebugShell shell;
    KdiagTerminal terminal(shell.command());
    REQUIRE(terminal.until_printed("prompt$ "));
    REQUIRE(terminal.until([&] { return terminal.is_raw(); }));
    CHECK(terminal.until([&] { return shell.last_size() == R"({"Width":80,"Height":24})"; }));
    terminal.resize(100, 30);
    CHECK(terminal.until([&] { return shell.last_size() == R"({"Width":100,"Height":30})"; }));
    terminal.signal(SIGTSTP);
    REQUIRE(terminal.until_stopped());
    CHECK_FALSE(terminal.is_raw());
    terminal.signal(SIGCONT);
    REQUIRE(terminal.until([&] { return terminal.is_raw(); }));
    terminal.type("\x03");
    CHECK(terminal.until([&] { return shell.typed() == "\r\x03"; })); // the line that brings the first prompt, and Ctrl-C as it is
    terminal.type("exit");
    CHECK(terminal.wait() == 4);
    CHECK_FALSE(terminal.is_raw());
}

TEST_CASE("Ctrl-P Ctrl-Q leaves the container running; signals give the terminal back") {
    DebugShell shell;
    KdiagTerminal terminal(shell.command());
    REQUIRE(terminal.until_printed("prompt$ "));
    REQUIRE(terminal.until([&] { return terminal.is_raw(); }));
    terminal.type("\x10\x11");
    CHECK(terminal.until_printed("left container kdiag-dbg, which goes on running"));
    CHECK(terminal.wait() == 0);
    CHECK_FALSE(terminal.is_raw());
    for (const auto& [number, code] : {std::pair{SIGTERM, 143}, {SIGHUP, 129}}) {
        CAPTURE(number);
        DebugShell other;
        KdiagTerminal ended(other.command());
        REQUIRE(ended.until_printed("prompt$ "));
        REQUIRE(ended.until([&] { return ended.is_raw(); }));
        ended.signal(number);
        CHECK(ended.wait() == code);
        CHECK_FALSE(ended.is_raw());
    }
}
