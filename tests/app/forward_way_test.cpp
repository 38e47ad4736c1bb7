// SPDX-License-Identifier: Apache-2.0
#include "app/forward_way.hpp"
#include "client/client_fixture.hpp"
#include "support/forward_kubelet.hpp"
#include "support/http_server.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::test;

namespace {

/// A pod's port asked through a port-forward.
struct Asked {
    explicit Asked(const HttpServer& server) {
        auto config = config_for(server);
        config.streams = config::ClusterConfig::Streams::spdy;
        const auto api = client_for(std::move(config));
        kube::Pod pod;
        pod.meta.namespace_name = "shop";
        pod.meta.name = "web";
        pod.status.pod_ip = "10.0.0.7";
        const auto way = app::way_by_port_forward(*api, pod, "no tools", nullptr);
        opened = way->open({"10.0.0.7"}, 80, Duration::seconds(2));
        exchange = way->ask({.http = {.host = "10.0.0.7", .port = 80, .url = "http://10.0.0.7:80/", .target = {}, .headers = {}}, .address = "10.0.0.7", .port = 80, .timeout = Duration::seconds(2)});
    }
    Result<app::Opened> opened = app::Opened{};
    Result<net::Exchange> exchange = net::Exchange{};
};

} // namespace

TEST_CASE("a program in the pod that refuses is told as what it is") {
    const HttpServer server([](const auto&) {
        return spdy_reply([](std::string_view, bool) { return Answer{.refusal = "error forwarding port 80 to pod p, uid u: dial tcp4 127.0.0.1:80: connect: connection refused"}; });
    });
    const Asked asked(server);
    REQUIRE(asked.opened);
    CHECK(asked.opened->problem == "connection refused");
    REQUIRE(asked.exchange);
    CHECK(asked.exchange->problem == "connection refused");
    CHECK(asked.exchange->failed_at == net::ExchangePart::connection);
}

TEST_CASE("a kubelet that refuses says nothing about the program") {
    const HttpServer server([](const auto&) {
        return FakeReply{.status = 502, .body = R"({"kind":"Status","status":"Failure","message":"error dialing backend: dial tcp 10.0.0.1:10250: connect: connection refused","code":502})"};
    });
    const Asked asked(server);
    REQUIRE(!asked.opened);
    CHECK(!contains(asked.opened.error().message, "nothing listens"));
    CHECK(!asked.exchange);
}
