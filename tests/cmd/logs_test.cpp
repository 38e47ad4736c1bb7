// SPDX-License-Identifier: Apache-2.0
// `kdiag logs` as a process: exit codes, standard streams, signals.
#include "fake_kubelet.hpp"
#include "kdiag_process.hpp"

#include "support/golden.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

using namespace kdiag;
using namespace kdiag::test;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// Pods whose logs have ten thousand lines, and do not end if they are followed.
class LoggingKubelet : public FakeKubelet {
public:
    LoggingKubelet()
        : FakeKubelet([](WebsocketPeer& peer, Wire&, const FakeRequest&) { finish(peer, 0); }, [](const FakeRequest& request) -> FakeReply {
              if (request.query.contains("watch")) return {.raw = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n", .take_over = [](Wire& wire) { wire.rest(Duration::minutes(5)); }};
              if (!has(request.path, "/log")) return {.status = 0};
              const bool follow = request.query.contains("follow");
              const std::string line = (request.query.contains("timestamps") ? "2026-09-14T12:00:01Z " : "") + std::string("a line\n");
              FakeReply reply{.content_type = "text/plain", .chunked = true};
              for (int i = 0; i < 10'000; ++i) reply.body += line;
              if (follow) {
                  reply.cut_after = reply.body.size();
                  reply.end = FakeReply::End::stall;
              }
              return reply;
          }) {}
    std::string command(const std::string& rest) const { return "logs --server " + url() + " -n shop " + rest; }
};

constexpr std::size_t k_all = 10'000 * 7;

/// Until a file has grown to a size.
bool grows_to(const std::string& path, std::size_t size) {
    for (int i = 0; i < 2000; ++i) {
        if (access(path.c_str(), F_OK) == 0 && read_file(path).size() >= size) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

} // namespace

TEST_CASE("signals end what is followed with their code, and all that was read is there") {
    const LoggingKubelet kubelet;
    for (const auto& [number, code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}}) {
        CAPTURE(number);
        const TemporaryFolder folder;
        const auto out = folder.path("out");
        KdiagProcess process(kubelet.command("web -f >" + out + " <&-")); // standard input is not needed
        REQUIRE(grows_to(out, k_all));
        process.signal(number);
        const auto ended = process.wait();
        CHECK(ended.code == code);
        CHECK(ended.err.empty());
        CHECK(ended.seconds < 20);
        CHECK(read_file(out).size() == k_all);
    }
}

TEST_CASE("a reader that goes, a full disk and a closed standard output each end it, with the code that they have") {
    const LoggingKubelet kubelet;
    for (const auto* flags : {"web", "web -f", "web --include line", "-l app=web", "web -o json -f"}) {
        CAPTURE(flags);
        const TemporaryFolder folder;
        const auto pipe = folder.path("pipe");
        REQUIRE(std::system(("mkfifo " + pipe + "; (head -1 <" + pipe + " >/dev/null) &").c_str()) == 0);
        CHECK(run_kdiag(kubelet.command(flags + std::string(" >") + pipe)).code == 0);
        auto full = run_kdiag(kubelet.command(flags + std::string(" >/dev/full")));
        CHECK(full.code == 3);
        CHECK(has(full.err, "No space left on device"));
        full = run_kdiag(kubelet.command(flags + std::string(" >&-")));
        CHECK(full.code == 3);
        CHECK(has(full.err, "cannot write"));
    }
}
