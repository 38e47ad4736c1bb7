// SPDX-License-Identifier: Apache-2.0
#include "app/probe_replay.hpp"
#include "client/client_fixture.hpp"
#include "data/json.hpp"
#include "support/fixture.hpp"
#include "support/health_server.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::app;
using probe::Outcome;
using probe::Verdict;
using test::FakeReply;
using test::HttpServer;

namespace {

/// A pod on this machine, as a pod of the host's network is, whose only container has one readiness probe; asked from here.
struct Replayed {
    explicit Replayed(const std::string& probe, const std::string& state = R"({"running": {"startedAt": "2026-09-14T12:00:00Z"}})", bool host_network = true, bool with_way = true) {
        const auto pod = data::parse_json(R"({"metadata": {"name": "web", "namespace": "shop"}, "spec": {"hostNetwork": )" + std::string(host_network ? "true" : "false") +
                                          R"(, "restartPolicy": "Always", "containers": [{"name": "api", "readinessProbe": )" + probe +
                                          R"(}]}, "status": {"podIP": "127.0.0.1", "containerStatuses": [{"name": "api", "started": true, "state": )" + state + "}]}}");
        REQUIRE(pod);
        plan = probe::plan_probes(*pod, "1.37");
        REQUIRE(plan.probes.size() == 1);
        replay.probe = plan.probes[0];
        const auto client = test::client_for({.server = "https://127.0.0.1:1"});
        const auto way = way_from_here(client->loop(), nullptr);
        Replayer replayer(*client, plan, with_way ? way.get() : nullptr, "the image has no tools", nullptr);
        const auto asked = replayer.ask(replay);
        REQUIRE(asked);
        conclude(plan, replay);
    }
    const Outcome& outcome() const {
        REQUIRE(replay.outcomes.size() == 1);
        return replay.outcomes[0];
    }
    std::string notes() const {
        std::string text;
        for (const auto& note : replay.notes) text += note + "\n";
        return text;
    }
    probe::PodPlan plan;
    probe::Replay replay;
};

std::string http(const HttpServer& server, const std::string& path, const std::string& more = "", const std::string& settings = "") {
    return format(R"({{"httpGet": {{"port": {}, "path": "{}"{}}}{}}})", server.port(), path, more, settings);
}

} // namespace

TEST_CASE("an HTTP probe asks as the kubelet asks, and its status counts") {
    const HttpServer server([](const auto& request) { return FakeReply{.status = request.path == "/ready" ? 204 : 503}; });
    const Replayed good(http(server, "/ready", R"(, "httpHeaders": [{"name": "host", "value": "shop.example"}, {"name": "x-tier", "value": "gold"}])"));
    CHECK(good.outcome().verdict == Verdict::success);
    const auto request = server.requests().back();
    CHECK(request.header("user-agent") == "kube-probe/1.37");
    CHECK(request.header("accept") == "*/*");
    CHECK(request.header("host") == "shop.example");
    CHECK(request.header("x-tier") == "gold");
    CHECK(request.header("connection") == "close");
    const Replayed bad(http(server, "/other"));
    CHECK(bad.outcome().verdict == Verdict::failure);
    CHECK(bad.outcome().message == "HTTP probe failed with statuscode: 503");
    CHECK(contains(bad.replay.consequence, "stays out of its Services"));
}

TEST_CASE("a query goes as it is written, also where a server has to refuse it") {
    const HttpServer server([](const auto&) { return FakeReply{}; });
    CHECK(Replayed(http(server, "/a?c=d%20e")).outcome().verdict == Verdict::success);
    CHECK(Replayed(http(server, "/a b")).outcome().verdict == Verdict::success); // paths are escaped
    CHECK(Replayed(http(server, "/a?c=d e")).outcome().verdict == Verdict::failure);
}

TEST_CASE("redirects: followed on the same host, ten at most; another host is a warning and is not asked") {
    const HttpServer server([](const auto& request) {
        const std::string location = request.path == "/login" ? "/form" : request.path == "/loop" ? "/loop" : request.path == "/away" ? "http://127.0.0.2:1/x" : "";
        return location.empty() ? FakeReply{} : FakeReply{.status = 302, .headers = {{"Location", location}}};
    });
    const Replayed followed(http(server, "/login", R"(, "httpHeaders": [{"name": "Host", "value": "shop.example"}])"));
    CHECK(followed.outcome().verdict == Verdict::success);
    CHECK(contains(followed.notes(), "followed 1 redirect"));
    CHECK(server.requests().back().path == "/form");
    CHECK(server.requests().back().header("host") == "shop.example");
    const auto before = server.requests().size();
    const Replayed loop(http(server, "/loop"));
    CHECK(loop.outcome().verdict == Verdict::failure);
    CHECK(loop.outcome().message == "Get \"/loop\": stopped after 10 redirects");
    CHECK(server.requests().size() - before == 10);
    const Replayed away(http(server, "/away"));
    CHECK(away.outcome().verdict == Verdict::warning);
    CHECK(contains(away.notes(), "http://127.0.0.2:1/x"));
}

TEST_CASE("an answer after timeoutSeconds is a failure, and how late it came is told") {
    const HttpServer server([](const auto&) { return FakeReply{.delay = Duration{1300}}; });
    const Replayed late(http(server, "/"));
    CHECK(late.outcome().verdict == Verdict::failure);
    CHECK(late.outcome().timed_out);
    CHECK(late.outcome().took.count >= 1'300'000);
    CHECK(contains(late.outcome().message, "Client.Timeout exceeded while awaiting headers"));
    REQUIRE(late.replay.advice.size() == 1);
    CHECK(contains(late.replay.advice[0].text, "and timeoutSeconds is 1"));
    CHECK(Replayed(http(server, "/", "", R"(, "timeoutSeconds": 3)")).outcome().verdict == Verdict::success);
}

TEST_CASE("servers that refuse, reset, or speak something else fail the probe in words") {
    const HttpServer resets([](const auto&) { return FakeReply{.body = "0123456789", .cut_after = 0, .end = FakeReply::End::reset}; });
    const auto broken_off = Replayed(http(resets, "/")).outcome();
    CHECK(broken_off.verdict == Verdict::unknown); // the kubelet throws such a result away
    CHECK(contains(broken_off.message, "status 200, and then the answer broke off"));
    const HttpServer hangs_up([](const auto&) { return FakeReply{.raw = "HTTP"}; });
    CHECK(Replayed(http(hangs_up, "/")).outcome().verdict == Verdict::failure);
    const HttpServer interim([](const auto&) { return FakeReply{.raw = "HTTP/1.1 199 Wait\r\n\r\nhello"}; });
    CHECK(Replayed(http(interim, "/")).outcome().verdict == Verdict::failure); // 1xx is no answer yet, and what follows is none
    const HttpServer other([](const auto&) { return FakeReply{.raw = "220 mail.example\r\n"}; });
    CHECK(contains(Replayed(http(other, "/")).outcome().message, "the answer is no HTTP"));
    const int closed = test::closed_port();
    CHECK(contains(Replayed(format(R"({{"httpGet": {{"port": {}}}}})", closed)).outcome().message, "connection refused"));
    const auto tcp = Replayed(format(R"({{"tcpSocket": {{"port": {}}}}})", closed)).outcome();
    CHECK(tcp.message == format("dial tcp 127.0.0.1:{}: connect: connection refused", closed));
    CHECK(Replayed(format(R"({{"tcpSocket": {{"port": {}}}}})", resets.port())).outcome().verdict == Verdict::success);
}

TEST_CASE("certificates are not verified, as the kubelet does not") {
    const auto& pair = test::certificates().expired;
    const HttpServer server([](const auto&) { return FakeReply{}; }, test::ServerIdentity{.certificate = pair.certificate, .key = pair.key});
    CHECK(Replayed(http(server, "/", R"(, "scheme": "HTTPS")")).outcome().verdict == Verdict::success);
    CHECK(Replayed(http(server, "/")).outcome().verdict == Verdict::failure);
}

TEST_CASE("gRPC probes") {
    std::string message("\0\0\0\0\2\x08\1", 7);
    test::HealthServer server([&] { return test::HealthReply{.body = message}; });
    const auto grpc = format(R"({{"grpc": {{"port": {}, "service": "shop"}}}})", server.port());
    CHECK(Replayed(grpc).outcome().verdict == Verdict::success);
    CHECK(server.last_body() == std::string("\0\0\0\0\6\x0a\4shop", 11));
    message.back() = 2;
    CHECK(Replayed(grpc).outcome().message == "service unhealthy (responded with \"NOT_SERVING\")");
    test::HealthServer unknown([] { return test::HealthReply{.grpc_status = "12", .grpc_message = "unknown service"}; });
    CHECK(contains(Replayed(format(R"({{"grpc": {{"port": {}}}}})", unknown.port())).outcome().message, "does not implement the grpc health protocol"));
}

TEST_CASE("what cannot be run is unknown; what cannot be asked says so and has no result") {
    CHECK(Replayed(R"({"httpGet": {"port": "http"}})").outcome().verdict == Verdict::unknown);
    const Replayed waiting(R"({"tcpSocket": {"port": 1}})", R"({"waiting": {"reason": "CrashLoopBackOff"}})");
    CHECK(waiting.replay.outcomes.empty());
    const Replayed loopback(R"({"httpGet": {"port": 80, "host": "localhost"}})", R"({"running": {}})", false);
    CHECK(loopback.replay.outcomes.empty());
    CHECK(contains(loopback.notes(), "for the kubelet is the node"));
    const Replayed no_way(R"({"tcpSocket": {"port": 1}})", R"({"running": {}})", true, false);
    CHECK(no_way.replay.outcomes.empty());
    CHECK(contains(no_way.notes(), "not asked: the image has no tools"));
}

TEST_CASE("a way that cannot merely connect leaves a tcpSocket probe unasked, and does not call the port open") {
    class NoConnection final : public Way {
    public:
        std::string text() const override { return "curl in container `api`"; }
        Result<Names> look_up(const std::string&, Duration) override { return Names{}; }
        Result<Opened> open(const std::vector<std::string>&, int, Duration) override {
            Opened opened;
            opened.problem = "the image has neither nc nor bash";
            opened.tried = false;
            return opened;
        }
        Result<net::Exchange> ask(const Question&) override { return net::Exchange{}; }
    } way;
    const auto client = test::client_for({.server = "https://127.0.0.1:1"});
    probe::PodPlan plan{.namespace_name = "shop", .name = "web"};
    plan.containers.push_back({.name = "api", .running = true, .started = true});
    Replayer replayer(*client, plan, &way, {}, nullptr);
    probe::Replay replay{.probe = {.container = "api", .check = probe::TcpCheck{.host = "10.0.0.7", .port = 9}}};
    REQUIRE(replayer.ask(replay));
    CHECK(replay.outcomes.empty());
    REQUIRE(!replay.notes.empty());
    CHECK(contains(replay.notes.back(), "not asked: the image has neither nc nor bash"));
}

TEST_CASE("a role that may not run commands is told, and other probes are asked all the same") {
    const HttpServer server([](const auto&) { return test::status_reply(403, "Forbidden", "pods \\\"web\\\" is forbidden"); });
    const auto client = test::client_for(test::config_for(server));
    probe::PodPlan plan{.namespace_name = "shop", .name = "web"};
    plan.containers.push_back({.name = "api", .running = true, .started = true});
    Replayer replayer(*client, plan, nullptr, "no way", nullptr);
    probe::Replay replay{.probe = {.container = "api", .check = probe::ExecCheck{{"true"}}}};
    REQUIRE(replayer.ask(replay));
    CHECK(replay.outcomes.empty());
    CHECK(replay.way.empty());
    REQUIRE(replay.notes.size() == 1);
    CHECK(contains(replay.notes[0], "not asked: not allowed to run a command"));
    REQUIRE(replayer.refused());
    CHECK(replayer.refused()->kind == ErrorKind::forbidden);
}

TEST_CASE("what the kubelet and the rules say of a probe stands beside it") {
    const auto facts = test::snapshot_of("rules/KD1306-readiness-bad-status/fires-path-not-found.yaml");
    const auto& pod = facts.all<kube::Pod>().front();
    REQUIRE(!pod.spec.containers.empty());
    const std::string container(pod.spec.containers[0].name);
    probe::PodPlan plan{.namespace_name = std::string(pod.meta.namespace_name), .name = std::string(pod.meta.name)};
    plan.containers.push_back({.name = container, .running = true, .started = true});
    plan.probes.push_back({.kind = probe::Kind::readiness, .container = container});
    const auto replays = make_replays(plan, pod, facts, facts.newest_time());
    REQUIRE(replays.size() == 1);
    CHECK(contains(replays[0].target, "GET http"));
    CHECK(contains(replays[0].timing, "every "));
    REQUIRE(!replays[0].kubelet.empty());
    CHECK(contains(replays[0].kubelet[0].message, "Readiness probe failed: HTTP probe failed with statuscode: 404"));
    REQUIRE(!replays[0].advice.empty());
    CHECK(replays[0].advice[0].rule == "KD1306");
    plan.probes[0].kind = probe::Kind::liveness; // another probe of the container: nothing of this is about it
    CHECK(make_replays(plan, pod, facts, facts.newest_time())[0].kubelet.empty());
    plan.probes[0].kind = probe::Kind::readiness; // a role that reads nothing but the pod: what it declares is known all the same
    const auto alone = make_replays(plan, pod, facts::Snapshot(facts::SnapshotParts{}), facts.newest_time());
    CHECK(contains(alone[0].target, "GET http"));
    CHECK(alone[0].kubelet.empty());
}
