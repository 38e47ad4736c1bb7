// SPDX-License-Identifier: Apache-2.0
#include "probe/destination.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::probe;
using What = TargetWord::What;

namespace {

Destination to(const std::string& url, Depth depth = Depth::automatic) {
    const auto word = parse_target({url});
    REQUIRE(word);
    auto destination = destination_of(*word, depth);
    REQUIRE_MESSAGE(destination, url);
    return *destination;
}

} // namespace

TEST_CASE("targets as they are written") {
    const auto service = parse_target({"svc/web:http"});
    REQUIRE(service);
    CHECK((service->what == What::object && service->type == "svc" && service->object == "web" && service->port == "http"));
    CHECK(parse_target({"web-1"})->type == "pods");
    CHECK(parse_target({"deploy/web"})->port.empty());
    CHECK(parse_target({"pod", "web-1"})->object == "web-1");
    CHECK(parse_target({"dns:kubernetes.default"})->name == "kubernetes.default");
    CHECK(parse_target({"HTTPS://host"})->what == What::url);
    for (const auto& words : std::vector<std::vector<std::string>>{{}, {"a", "b", "c"}, {"svc/"}, {"/web"}, {"svc/web:"}, {"pod/web:0"}, {"pod/web:70000"}, {"web:80"}, {"ftp://host"}, {"dns:"}, {"dns:-x"}, {"dns:a b"}, {"svc/a/b"}, {"svc/web", "x"}, {""}}) {
        const auto refused = parse_target(words);
        REQUIRE(!refused);
        CHECK(refused.error().kind == ErrorKind::usage);
        CHECK(!refused.error().help.empty());
    }
}

TEST_CASE("URLs lead to a host, a port and a depth") {
    CHECK(to("http://web").url() == "http://web:80/");
    CHECK(to("https://web/ready?x=1#y").url() == "https://web:443/ready?x=1");
    CHECK(to("http://[fd00::7]:8080?x").url() == "http://[fd00::7]:8080/?x");
    CHECK(to("http://[fd00::7]:8080").is_numeric());
    CHECK(to("http://10.0.0.7").is_numeric());
    CHECK(!to("http://web").is_numeric());
    CHECK(to("tcp://db:5432").depth == Depth::tcp);
    CHECK((to("tls://db").depth == Depth::tls && to("tls://db").tls));
    CHECK((to("grpc://api:9000").depth == Depth::grpc && !to("grpc://api:9000").tls && to("grpcs://api").tls));
    CHECK(to("https://web", Depth::tcp).depth == Depth::tcp);
    for (const auto* url : {"tcp://db", "http://", "http://:80", "http://h:0", "http://h:70000", "http://h:x", "http://[fd00::7", "http://[::1]x", "http://user:secret@h/", "http://a b/", "http://h/a b", "http://-h/", "http://a\"b/", "http://\x01/"}) {
        const auto word = parse_target({url});
        REQUIRE(word);
        const auto refused = destination_of(*word, Depth::automatic);
        REQUIRE_MESSAGE(!refused, url);
        CHECK(refused.error().kind == ErrorKind::usage);
    }
}

TEST_CASE("what speaks on a port is guessed from its names and number") {
    const auto depth = [](int port, std::string_view name, std::string_view protocol = {}) { return destination_of_port("h", port, name, protocol, Depth::automatic).depth; };
    CHECK(depth(80, "") == Depth::http);
    CHECK(depth(1234, "http-api") == Depth::http);
    CHECK(depth(5432, "postgres") == Depth::tcp);
    CHECK(depth(8080, "raw") == Depth::tcp);
    CHECK(depth(9000, "grpc") == Depth::grpc);
    CHECK(depth(1234, "", "kubernetes.io/h2c") == Depth::grpc);
    CHECK(depth(1234, "tls") == Depth::tls);
    CHECK(depth(443, "") == Depth::http);
    CHECK(destination_of_port("h", 443, "", "", Depth::automatic).tls);
    CHECK(destination_of_port("h", 80, "", "", Depth::tcp).depth == Depth::tcp);
}

TEST_CASE("statuses that count") {
    CHECK(StatusRanges().has(302));
    CHECK(!StatusRanges().has(404));
    const auto ranges = StatusRanges::parse("200,404,500-599");
    REQUIRE(ranges);
    CHECK((ranges->has(404) && ranges->has(503) && !ranges->has(201)));
    for (const auto* text : {"", "20", "200-", "-200", "399-200", "200;204", "200,,204", "abc"}) CHECK(!StatusRanges::parse(text));
}

TEST_CASE("hosts that are a Service's by their form") {
    using Pair = std::pair<std::string, std::string>;
    CHECK(service_of_host("web.shop.svc.cluster.local", "cluster.local", "here") == Pair{"shop", "web"});
    CHECK(service_of_host("web-0.web.shop.svc.cluster.local.", "cluster.local", "here") == Pair{"shop", "web"});
    CHECK(service_of_host("web.shop", "cluster.local", "here") == Pair{"shop", "web"});
    CHECK(service_of_host("web", "cluster.local", "here") == Pair{"here", "web"});
    CHECK(service_of_host("www.example.com", "cluster.local", "here") == Pair{});
    CHECK(service_of_host("", "cluster.local", "here") == Pair{});
}
