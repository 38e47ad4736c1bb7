// SPDX-License-Identifier: Apache-2.0
// kdiag probe as a process: words, exit codes, limits and interruption, against servers on this machine.
#include "kdiag_process.hpp"

#include "support/certificates.hpp"
#include "support/http_server.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>
#include <thread>

using namespace kdiag;
using namespace kdiag::test;
using nlohmann::json;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a URL needs no cluster; the exit code says whether all was good") {
    const HttpServer server([](const auto& request) { return FakeReply{.status = request.path == "/ready" ? 200 : 500, .body = "\x1b[31m token=hunter2hunter2"}; });
    const auto good = run_kdiag("probe " + server.url() + "/ready");
    CHECK(good.code == 0);
    CHECK(has(good.out, "GET /ready  200"));
    const auto bad = run_kdiag("probe " + server.url() + "/other");
    CHECK(bad.code == 1);
    CHECK(has(bad.out, "500, expected 200-399"));
    CHECK(!has(bad.out, "\x1b"));
    CHECK(!has(bad.out, "hunter2"));
    CHECK(run_kdiag("probe " + server.url() + "/other --expect 500-599").code == 0);
    const auto rounds = run_kdiag("probe " + server.url() + "/ready --count 3 --interval 1ms -o json");
    CHECK(rounds.code == 0);
    const auto document = json::parse(rounds.out);
    CHECK(document["kind"] == "ProbeReport");
    CHECK(document["rounds"].size() == 3);
    CHECK(document["run"]["exitCode"] == 0);
}

TEST_CASE("secrets in headers reach the server and nothing else") {
    const HttpServer server([](const auto&) { return FakeReply{}; });
    const auto ran = run_kdiag("probe " + server.url() + " --header 'Authorization: Bearer s3cret-s3cret-s3cret' -o json");
    CHECK(ran.code == 0);
    CHECK(server.requests().back().header("authorization") == "Bearer s3cret-s3cret-s3cret");
    CHECK(!has(ran.out + ran.err, "s3cret"));
}

TEST_CASE("words that cannot be probed are usage errors") {
    for (const auto* arguments : {"probe", "probe ftp://x", "probe http://", "probe tcp://host", "probe http://x --kind udp", "probe http://x --expect 20", "probe http://x --header nothing",
                                  "probe http://x --timeout abc", "probe http://x --timeout 0", "probe http://x --tcp-timeout 0s", "probe http://x --replay-probes", "probe svc/web:80 --replay-probes", "probe http://x --image busybox", "probe http://x -o wide", "probe http://x --path 'a b'", "probe 'http://u:p@x/'", "probe web:80", "probe a b c"}) {
        CAPTURE(arguments);
        const auto ran = run_kdiag(arguments);
        CAPTURE(ran.err);
        CHECK(ran.code == 2);
        CHECK(ran.out.empty());
        CHECK(ran.err.starts_with("error: "));
    }
    const auto no_ca = run_kdiag("probe https://127.0.0.1:1/ --ca /nonexistent");
    CHECK(no_ca.code == 3);
    CHECK(has(no_ca.err, "/nonexistent"));
    const auto no_cluster = run_kdiag("probe pod/web --server https://127.0.0.1:1 --request-timeout 1s");
    CHECK(no_cluster.code == 4);
}

TEST_CASE("servers that stall end at the limit, and Ctrl-C shows what is known") {
    const HttpServer stalls([](const auto&) { return FakeReply{.delay = Duration::seconds(30)}; });
    const auto late = run_kdiag("probe " + stalls.url() + " --timeout 1s");
    CHECK(late.code == 1);
    CHECK(late.seconds < 5);
    CHECK(has(late.out, "no answer within 1s"));
    const HttpServer server([](const auto&) { return FakeReply{}; });
    KdiagProcess process("probe " + server.url() + " --count 1000 --interval 200ms -o json");
    for (int i = 0; i < 500 && server.requests().size() < 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    process.signal(SIGINT);
    const auto stopped = process.wait();
    CHECK(stopped.code == 130);
    const auto document = json::parse(stopped.out);
    CHECK(document["rounds"].size() >= 2);
    CHECK(document["run"]["exitCode"] == 130);
}

TEST_CASE("a certificate that is not trusted fails, unless it is asked for") {
    const auto& pair = certificates().server;
    const HttpServer server([](const auto&) { return FakeReply{}; }, ServerIdentity{.certificate = pair.certificate, .key = pair.key});
    const TemporaryFolder folder;
    const auto ca = folder.write("ca.pem", certificates().ca);
    CHECK(run_kdiag("probe " + server.url()).code == 1);
    CHECK(run_kdiag("probe " + server.url() + " --no-verify").code == 0);
    CHECK(run_kdiag("probe " + server.url() + " --ca " + ca).code == 0);
}
