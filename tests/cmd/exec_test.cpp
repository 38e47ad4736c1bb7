// SPDX-License-Identifier: Apache-2.0
// `kdiag exec` as a process, against an API server that does as it is told: exit codes, streams, signals.
#include "fake_kubelet.hpp"
#include "kdiag_process.hpp"

#include "support/golden.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>
#include <unistd.h>

using namespace kdiag;
using namespace kdiag::test;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string exec(const FakeKubelet& kubelet, const std::string& rest) {
    return "exec --server " + kubelet.url() + " -n shop " + rest;
}

/// Waits for the end of the connection: a command that would go on.
void go_on(WebsocketPeer& peer) {
    while (peer.receive()) {}
}

constexpr const char* k_not_found = "error executing command in container: OCI runtime exec failed: exec failed: unable to start container process: exec: \"bash\": executable file not found in $PATH: unknown";

} // namespace

TEST_CASE("the command's exit code is kdiag's, and output comes on the stream that it was written to") {
    for (const auto& [code, expected] : {std::pair{0, 0}, {1, 1}, {3, 3}, {137, 137}, {200, 200}, {201, 255}, {255, 255}}) {
        CAPTURE(code);
        const FakeKubelet kubelet([code = code](WebsocketPeer& peer, Wire&, const FakeRequest&) {
            peer.send(out("to out\n"));
            peer.send(err("to err\n"));
            finish(peer, code);
        });
        const auto ended = run_kdiag(exec(kubelet, "web -- run"));
        CHECK(ended.code == expected);
        CHECK(ended.out == "to out\n");
        CHECK(ended.err == "to err\n");
    }
}

TEST_CASE("a command that did not start is told as a shell tells it, and leads on") {
    const FakeKubelet bare([](WebsocketPeer& peer, Wire&, const FakeRequest&) {
        peer.send(failed_start(k_not_found));
        peer.close(1000);
    });
    auto ended = run_kdiag(exec(bare, "web -- bash"));
    CHECK(ended.code == 127);
    CHECK(has(ended.err, "the image of container `app` has no `bash` (and no `sh`)"));
    CHECK(has(ended.err, "kdiag debug web -n shop --target app -it"));
    const FakeKubelet with_sh([](WebsocketPeer& peer, Wire&, const FakeRequest& request) {
        if (has(request.target, "command=sh")) return finish(peer, 0);
        peer.send(failed_start(k_not_found));
        peer.close(1000);
    });
    ended = run_kdiag(exec(with_sh, "web -- bash"));
    CHECK(ended.code == 127);
    CHECK(has(ended.err, "it has `sh`: kdiag exec web -n shop -c app -it -- sh"));
    const FakeKubelet closed([](WebsocketPeer& peer, Wire&, const FakeRequest&) {
        peer.send(failed_start("exec failed: unable to start container process: exec: \"/data\": permission denied: unknown"));
        peer.close(1000);
    });
    CHECK(run_kdiag(exec(closed, "web -- /data")).code == 126);
}

TEST_CASE("a connection that is lost is 204, never 0, and what came before is printed") {
    for (const bool reset : {false, true}) {
        const FakeKubelet kubelet([reset](WebsocketPeer& peer, Wire& wire, const FakeRequest&) {
            peer.send(out("half\n"));
            if (reset)
                wire.reset();
            else
                peer.close(1000);
        });
        const auto ended = run_kdiag(exec(kubelet, "web -- run"));
        CHECK(ended.code == 204);
        if (!reset) CHECK(ended.out == "half\n");
        CHECK(has(ended.err, "error: "));
        CHECK(has(ended.err, "may still be running"));
    }
}

TEST_CASE("failures of kdiag itself have codes above 200") {
    const FakeKubelet kubelet([](WebsocketPeer& peer, Wire&, const FakeRequest&) { finish(peer, 0); });
    struct Row {
        const char* arguments;
        int code;
        const char* words;
    };
    for (const auto& row : {
             Row{"", 202, "no pod is named"},
             Row{"web", 202, "no command is given"},
             Row{"web ls", 202, "-n shop web -- ls\n"},
             Row{"web ls -la /tmp", 202, "-n shop web -- ls -la /tmp\n"},
             Row{"-it web sh -c 'echo a; ls'", 202, "-it web -- sh -c 'echo a; ls'\n"},
             Row{"pod/web -c app date --iso-8601", 202, "pod/web -c app -- date --iso-8601\n"},
             Row{"pod web date", 202, "pod web -- date\n"},
             Row{"-l app=x date", 202, "-l app=x -- date\n"},
             Row{"pod web", 202, "no command is given"},
             Row{"web --", 202, "no command is given"},
             Row{"web --contaner app -- ls", 202, "did you mean `--container`?"},
             Row{"web --retry-connect soon -- ls", 202, "--retry-connect does not take `soon`"},
             Row{"-l app=x --all --retry-connect 5s -- ls", 202, "--retry-connect goes with one pod"},
             Row{"web -it --detach-keys ctrl-1 -- ls", 202, "--detach-keys does not take `ctrl-1`"},
             Row{"web -l app=x -- ls", 202, "exclude each other"},
             Row{"-l app=x --all -i -- ls", 202, "--all takes no -i"},
             Row{"web --nope -- ls", 202, "has no flag `--nope`"},
             Row{"a/b/c -- ls", 202, "is not TYPE/NAME"},
             Row{"-l 'a in b' -- ls", 202, "malformed"},
             Row{"web --timeout soon -- ls", 202, "--timeout does not take `soon`"},
             Row{"nobody -- ls", 209, "no pod `nobody`"},
             Row{"web -c nope -- ls", 209, "has no container `nope`"},
         }) {
        CAPTURE(row.arguments);
        const auto ended = run_kdiag(exec(kubelet, row.arguments));
        CHECK(ended.code == row.code);
        CHECK_MESSAGE(has(ended.err, row.words), ended.err);
        CHECK(ended.out.empty());
    }
    CHECK(run_kdiag("exec web --server http://127.0.0.1:1 -- ls").code == 204);
    CHECK(run_kdiag("exec web --kubeconfig /nope -- ls").code == 203);
}

TEST_CASE("a container that runs is entered although another holds its pod back") {
    const FakeKubelet kubelet([](WebsocketPeer& peer, Wire&, const FakeRequest&) { finish(peer, 5); },
                              [](const FakeRequest& request) { return request.path.ends_with("/pods/web") ? FakeReply{.body = pod_json("web", "Pending")} : FakeReply{.status = 0}; });
    CHECK(run_kdiag(exec(kubelet, "web -- run")).code == 5);
    const auto ended = run_kdiag(exec(kubelet, "web -c nope -- run"));
    CHECK(ended.code == 209);
    CHECK(ended.seconds < 30); // nothing to wait for
}

TEST_CASE("words after -- are the command's, whatever they look like") {
    const FakeKubelet kubelet([](WebsocketPeer& peer, Wire&, const FakeRequest&) { finish(peer, 0); });
    const auto ended = run_kdiag(exec(kubelet, "web -- prog --version -h -o json -- -n x ''"));
    CHECK(ended.code == 0);
    CHECK(ended.err.empty());
    CHECK(kubelet.requests().back().target ==
          "/api/v1/namespaces/shop/pods/web/exec?container=app&command=prog&command=--version&command=-h&command=-o&command=json&command=--&command=-n&command=x&command=&stdout=true&stderr=true");
}

TEST_CASE("standard input is passed on with its end, and large streams pass both ways unharmed") {
    const TemporaryFolder folder;
    std::string text;
    for (std::size_t i = 0; text.size() < 20'000'000; ++i) text += std::to_string(i * 7919) + "\n";
    const auto file = folder.write("data", text);
    std::string got;
    const FakeKubelet kubelet([&](WebsocketPeer& peer, Wire&, const FakeRequest&) {
        got = take_stdin(peer);
        for (std::size_t at = 0; at < got.size(); at += 30'000) peer.send(out(std::string_view(got).substr(at, 30'000)));
        finish(peer, 5);
    });
    const auto ended = run_kdiag(exec(kubelet, "web -i -- cat <" + file));
    CHECK(ended.code == 5);
    CHECK((got == text));
    CHECK((ended.out == text));
    if (k_memory_is_measured) CHECK(ended.most_kib < 64 * 1024);
    CHECK(run_kdiag(exec(kubelet, "web -i -- cat <&-")).code == 5); // a closed one has no bytes and an end
    CHECK(got.empty());
    CHECK(run_kdiag(exec(kubelet, "web -i -- cat </dev/null")).code == 5);
    const auto folder_as_input = run_kdiag(exec(kubelet, "web -i -- cat </"));
    CHECK(folder_as_input.code == 203);
    CHECK(has(folder_as_input.err, "cannot read standard input: Is a directory"));
}

TEST_CASE("a reader that has seen enough ends the command's connection, and a full disk is an error") {
    const FakeKubelet kubelet([](WebsocketPeer& peer, Wire&, const FakeRequest&) {
        const std::string lines(30'000, '\n');
        for (int i = 0; i < 1000; ++i) peer.send(out("line" + lines));
        finish(peer, 0);
    });
    const TemporaryFolder folder;
    const auto pipe = folder.path("pipe");
    // The reader takes a line and goes.
    REQUIRE(std::system(("mkfifo " + pipe + "; (head -1 <" + pipe + " >/dev/null) &").c_str()) == 0);
    auto ended = run_kdiag(exec(kubelet, "web -- yes >" + pipe));
    CHECK(ended.code == 128 + SIGPIPE);
    CHECK(ended.err.empty());
    ended = run_kdiag(exec(kubelet, "web -- yes >/dev/full"));
    CHECK(ended.code == 203);
    CHECK(has(ended.err, "cannot write standard output: No space left on device"));
    ended = run_kdiag(exec(kubelet, "web -- yes >&-"));
    CHECK(ended.code == 203);
}

TEST_CASE("signals and --timeout leave a command that goes on") {
    const FakeKubelet kubelet([](WebsocketPeer& peer, Wire&, const FakeRequest&) {
        peer.send(out("it runs\n"));
        go_on(peer);
    });
    for (const auto& [number, code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}}) {
        CAPTURE(number);
        const TemporaryFolder folder;
        const auto log = folder.path("log");
        KdiagProcess process(exec(kubelet, "web -- sleep 100 >" + log));
        for (int i = 0; i < 1000 && (access(log.c_str(), F_OK) != 0 || read_file(log).empty()); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        process.signal(number);
        const auto ended = process.wait();
        CHECK(ended.code == code);
        CHECK(read_file(log) == "it runs\n");
        CHECK(ended.seconds < 15);
    }
    const auto ended = run_kdiag(exec(kubelet, "web --timeout 300ms -- sleep 100"));
    CHECK(ended.code == 208);
    CHECK(ended.out == "it runs\n");
    CHECK(has(ended.err, "may still be running in the container"));
}

TEST_CASE("--all runs it in every pod that runs: lines are named, the worst code wins") {
    const FakeKubelet kubelet([](WebsocketPeer& peer, Wire&, const FakeRequest& request) {
        const bool first = has(request.path, "/web-1/");
        peer.send(out(first ? "a\nb" : "c\n"));
        peer.send(err("e\n"));
        finish(peer, first ? 0 : 4);
    });
    const auto ended = run_kdiag(exec(kubelet, "-l app=web --all --concurrency 1 -- run"));
    CHECK(ended.code == 4);
    CHECK(ended.out == "[web-1] a\n[web-1] b\n[web-2] c\n");
    CHECK(ended.err == "[web-1] e\n[web-2] e\n1 of 2 pods: exit code 4: web-2\n");
    CHECK(run_kdiag(exec(kubelet, "-l app=web -- run")).code == 0); // without --all: the one that serves best
    CHECK(run_kdiag(exec(kubelet, "-l app=web --all -c nope -- run")).err == "2 of 2 pods: has no container `nope`: web-1 and web-2\n");
}

TEST_CASE("--all: a line too long to keep is passed on whole, and no other comes in between") {
    constexpr std::size_t k_pieces = 100, k_piece = 30'000; // 3 MB
    const FakeKubelet kubelet([](WebsocketPeer& peer, Wire&, const FakeRequest& request) {
        if (has(request.path, "/web-2/")) {
            for (int i = 0; i < 200; ++i) peer.send(out("short\n"));
        } else {
            for (std::size_t i = 0; i < k_pieces; ++i) peer.send(out(std::string(k_piece, 'x')));
            peer.send(out("\nlast"));
        }
        finish(peer, 0);
    });
    const auto ended = run_kdiag(exec(kubelet, "-l app=web --all -- run"));
    CHECK(ended.code == 0);
    CHECK(ended.out.size() == 8 + k_pieces * k_piece + 1 + 13 + 200 * 14);
    CHECK(has(ended.out, "[web-1] " + std::string(k_pieces * k_piece, 'x') + "\n"));
    CHECK(has(ended.out, "[web-1] last\n"));
    if (k_memory_is_measured) CHECK(ended.most_kib < 64 * 1024);
}

TEST_CASE("--retry-connect tries again while nothing can have run, and only then") {
    std::atomic<int> execs = 0;
    const FakeKubelet late([&](WebsocketPeer& peer, Wire&, const FakeRequest&) {
        if (++execs == 1) { // the API server has agreed, and does not reach the kubelet
            peer.send(failed_start("error dialing backend: dial tcp 10.0.0.1:10250: connect: connection refused"));
            return peer.close(1000);
        }
        peer.send(out("it ran\n"));
        finish(peer, 3);
    });
    auto ended = run_kdiag(exec(late, "web --retry-connect 20s -- run"));
    CHECK(ended.code == 3);
    CHECK(ended.out == "it ran\n");
    CHECK(has(ended.err, "cannot reach the kubelet of the pod's node; trying again\n"));
    CHECK(execs == 2);
    std::atomic<int> runs = 0;
    const FakeKubelet losing([&](WebsocketPeer& peer, Wire&, const FakeRequest&) {
        ++runs;
        peer.close(1000);
    });
    CHECK(run_kdiag(exec(losing, "web --retry-connect 20s -- run")).code == 204);
    CHECK(runs == 1); // it may have run
    ended = run_kdiag("exec web --server http://127.0.0.1:1 --retry-connect 2s -- ls");
    CHECK(ended.code == 204);
    CHECK(has(ended.err, "trying again"));
    KdiagProcess process("exec web --server http://127.0.0.1:1 --retry-connect 10m -- ls");
    std::this_thread::sleep_for(std::chrono::seconds(2));
    process.signal(SIGTERM);
    ended = process.wait();
    CHECK(ended.code == 143);
    CHECK(ended.seconds < 20);
}

TEST_CASE("what has to be said is said on standard error, unless -q") {
    const FakeKubelet kubelet([](WebsocketPeer& peer, Wire&, const FakeRequest&) { finish(peer, 0); });
    CHECK(run_kdiag(exec(kubelet, "web -it -- sh </dev/null")).err == "Unable to use a TTY - input is not a terminal or the right kind of file\n");
    CHECK(run_kdiag(exec(kubelet, "web -it -q -- sh </dev/null")).err.empty());
    CHECK_FALSE(has(kubelet.requests().back().target, "tty"));
}
