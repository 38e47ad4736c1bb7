// SPDX-License-Identifier: Apache-2.0
#include "app/probe_steps.hpp"
#include "support/certificates.hpp"
#include "support/health_server.hpp"
#include "support/http_server.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::app;
using probe::StepState;
using test::FakeReply;
using test::HttpServer;

namespace {

std::vector<probe::Step> walk(const std::string& url, StepSettings settings = {}, probe::Depth depth = probe::Depth::automatic) {
    const auto word = probe::parse_target({url});
    REQUIRE(word);
    const auto destination = probe::destination_of(*word, depth);
    REQUIRE(destination);
    net::EventLoop loop;
    const auto way = way_from_here(loop, nullptr);
    auto steps = walk_steps(*way, *destination, settings, now_utc());
    REQUIRE(steps);
    return *std::move(steps);
}

/// `dns+ tcp- http?`: names with how they ended.
std::string shape_of(const std::vector<probe::Step>& steps) {
    std::string shape;
    for (const auto& step : steps) shape += (shape.empty() ? "" : " ") + step.name + (step.state == StepState::good ? "+" : step.state == StepState::failed ? "-" : "?");
    return shape;
}

HttpServer tls_server(const test::KeyPair& pair) {
    return HttpServer([](const auto&) { return FakeReply{.body = "hello"}; }, test::ServerIdentity{.certificate = pair.certificate, .key = pair.key});
}

std::string notes_of(const probe::Step& step) {
    std::string text;
    for (const auto& note : step.notes) text += note + "\n";
    return text;
}

/// As an image with nothing but curl or wget: they ask for the whole, TLS included.
class WholeWay final : public Way {
public:
    explicit WholeWay(bool verifies) : m_verifies(verifies) {}
    std::string text() const override { return "wget in container `api`"; }
    bool is_transparent() const override { return false; }
    bool can_verify(const std::string&) const override { return m_verifies; }
    Result<Names> look_up(const std::string&, Duration) override { return Names{.addresses = {"10.0.0.7"}, .problem = {}, .server = {}, .took = {}}; }
    Result<Opened> open(const std::vector<std::string>& addresses, int, Duration limit) override {
        tcp_limit = limit;
        return Opened{.address = addresses.front(), .problem = tried ? "" : "the image has neither nc nor bash", .timed_out = false, .took = {}, .notes = {}, .tried = tried};
    }
    Result<net::Exchange> ask(const Question& question) override {
        asked_to_verify = question.verify;
        net::Exchange exchange;
        if (question.handshake_only) {
            exchange.problem = "the image has no tool that passes bytes on (nc, or bash and cat)";
            return exchange;
        }
        exchange.status = 200;
        return exchange;
    }
    bool asked_to_verify = false, tried = true;
    Duration tcp_limit{0};

private:
    bool m_verifies;
};

} // namespace

TEST_CASE("what a tool cannot ask by itself is no success: a later step shows it, or nothing does") {
    WholeWay curl(true);
    curl.tried = false;
    const auto shape = [&](probe::Depth depth, bool tls) {
        const auto steps = walk_steps(curl, {.host = "shop.example", .port = 443, .tls = tls, .depth = depth}, {}, now_utc());
        REQUIRE(steps);
        return shape_of(*steps);
    };
    CHECK(shape(probe::Depth::http, true) == "dns+ tcp? http+");
    CHECK(shape(probe::Depth::tcp, false) == "dns+ tcp-");
    CHECK(shape(probe::Depth::tls, true) == "dns+ tcp? tls-");
}

TEST_CASE("a name whose address is known is not looked up, and still goes into Host and certificates") {
    const HttpServer server([](const auto&) { return FakeReply{}; });
    const auto port = std::stoi(server.url().substr(server.url().rfind(':') + 1));
    net::EventLoop loop;
    const auto way = way_from_here(loop, nullptr);
    const auto steps = walk_steps(*way, {.host = "web.shop.svc.cluster.local", .port = port, .depth = probe::Depth::http, .address = "127.0.0.1"}, {}, now_utc());
    REQUIRE(steps);
    CHECK(shape_of(*steps) == "dns? tcp+ http+");
    CHECK(notes_of(steps->front()) == "not asked: connecting to 127.0.0.1\n");
    CHECK(server.requests().back().header("host") == format("web.shop.svc.cluster.local:{}", port));
}

TEST_CASE("a tool that does TLS by itself is told to verify, and one that cannot is no proof of a certificate") {
    const probe::Destination to{.host = "shop.example", .port = 443, .tls = true};
    WholeWay curl(true), wget(false);
    const auto verified = walk_steps(curl, to, {.tcp_limit = Duration{700}}, now_utc());
    REQUIRE(verified);
    CHECK(shape_of(*verified) == "dns+ tcp+ http+");
    CHECK(curl.asked_to_verify);
    CHECK(curl.tcp_limit == Duration{700});
    CHECK(notes_of(verified->back()).empty());
    const auto blind = walk_steps(wget, to, {}, now_utc());
    REQUIRE(blind);
    CHECK(!wget.asked_to_verify);
    CHECK(wget.tcp_limit == Duration::seconds(5));
    CHECK(notes_of(blind->back()) == "the certificate was not verified: wget in container `api` cannot\n");
    const auto wanted = walk_steps(wget, to, {.verify = false}, now_utc());
    REQUIRE(wanted);
    CHECK(notes_of(wanted->back()).empty());
}

TEST_CASE("HTTP: the steps go through, and a status that is not expected fails the last") {
    const HttpServer server([](const auto& request) { return FakeReply{.status = request.path == "/ready" ? 200 : 503, .body = "not yet"}; });
    const auto good = walk(server.url() + "/ready", {.headers = {{"X-Mine", "1"}, {"Host", "shop.example"}}});
    CHECK(shape_of(good) == "tcp+ http+");
    CHECK(good[1].text == "GET /ready  200");
    const auto request = server.requests().back();
    CHECK(request.header("x-mine") == "1");
    CHECK(request.header("host") == "shop.example");
    CHECK(request.header("user-agent") == "kdiag-probe");
    const auto bad = walk(server.url() + "/other");
    CHECK(shape_of(bad) == "tcp+ http-");
    CHECK(bad[1].text == "GET /other  503, expected 200-399");
    CHECK(notes_of(bad[1]) == "says: not yet\n");
    CHECK(shape_of(walk(server.url() + "/other", {.expect = *probe::StatusRanges::parse("503")})) == "tcp+ http+");
    CHECK(shape_of(walk(server.url() + "/other", {}, probe::Depth::tcp)) == "tcp+");
}

TEST_CASE("the first step that fails ends the walk") {
    CHECK(shape_of(walk("http://127.0.0.1:" + std::to_string(test::closed_port()))) == "tcp- http?");
    const auto named = walk("https://kdiag-test.invalid/", {.limit = Duration::seconds(3)});
    CHECK(shape_of(named) == "dns- tcp? tls? http?");
    const HttpServer stalls([](const auto&) { return FakeReply{.delay = Duration::seconds(20)}; });
    const auto late = walk(stalls.url(), {.limit = Duration::seconds(1)});
    CHECK(shape_of(late) == "tcp+ http-");
    CHECK(late[1].text == "GET /  no answer within 1s");
    const HttpServer resets([](const auto&) { return FakeReply{.body = "0123456789", .cut_after = 0, .end = FakeReply::End::reset}; });
    CHECK(shape_of(walk(resets.url())) == "tcp+ http-");
}

TEST_CASE("redirects are said and not followed") {
    const HttpServer server([](const auto&) { return FakeReply{.status = 302, .headers = {{"Location", "login?x"}}}; });
    const auto steps = walk(server.url() + "/a/b");
    CHECK(shape_of(steps) == "tcp+ http+");
    CHECK(contains(notes_of(steps[1]), server.url() + "/a/login?x, which is not followed"));
    CHECK(server.requests().size() == 1);
}

TEST_CASE("TLS: names and end of a good certificate, and the chain of one that is not trusted") {
    const auto& certificates = test::certificates();
    const auto good = tls_server(certificates.server);
    const auto trusted = walk(good.url() + "/", {.ca_pem = certificates.ca});
    CHECK(shape_of(trusted) == "tcp+ tls+ http+");
    CHECK(contains(trusted[1].text, "127.0.0.1"));
    CHECK(contains(trusted[1].text, "left)"));
    const auto stranger = walk(good.url() + "/", {.ca_pem = certificates.other_ca});
    CHECK(shape_of(stranger) == "tcp+ tls- http?");
    CHECK(stranger[1].text == "its certificate is signed by an authority that is not trusted");
    CHECK(contains(notes_of(stranger[1]), "certificate: CN = "));
    CHECK(contains(notes_of(stranger[1]), "--no-verify"));
    CHECK(shape_of(walk(good.url() + "/", {.verify = false})) == "tcp+ tls+ http+");
    const auto expired = tls_server(certificates.expired);
    const auto old = walk(expired.url() + "/", {.ca_pem = certificates.ca});
    CHECK(old[1].text == "its certificate has expired");
    CHECK(contains(notes_of(old[1]), "expired "));
    const auto other = tls_server(certificates.other_name);
    const auto wrong = walk(other.url() + "/", {.ca_pem = certificates.ca});
    CHECK(wrong[1].text == "its certificate is for another name");
    CHECK(contains(notes_of(wrong[1]), "db.example.com"));
    CHECK(shape_of(walk(good.url() + "/", {.ca_pem = certificates.ca}, probe::Depth::tls)) == "tcp+ tls+");
}

TEST_CASE("gRPC health over HTTP/2") {
    std::string message("\0\0\0\0\2\x08\1", 7);
    test::HealthServer server([&] { return test::HealthReply{.body = message}; });
    const std::string url = "grpc://127.0.0.1:" + std::to_string(server.port());
    CHECK(shape_of(walk(url)) == "tcp+ grpc+");
    message.back() = 2;
    const auto unhealthy = walk(url);
    CHECK(shape_of(unhealthy) == "tcp+ grpc-");
    CHECK(unhealthy[1].text == "service unhealthy (responded with \"NOT_SERVING\")");
    const HttpServer http([](const auto&) { return FakeReply{}; });
    CHECK(shape_of(walk("grpc://127.0.0.1:" + std::to_string(http.port()), {.limit = Duration::seconds(2)})) == "tcp+ grpc-");
}
