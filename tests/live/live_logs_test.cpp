// SPDX-License-Identifier: Apache-2.0
#include "fake_cluster.hpp"

using namespace kdiag;
using namespace kdiag::test;
using kube::Resource;

namespace {

constexpr const char* k_log_path = "/api/v1/namespaces/shop/pods/a/log";

FakeReply bad_request(std::string_view message) {
    return {.status = 400, .body = format(R"({{"kind":"Status","message":"{}","reason":"BadRequest","code":400}})", message)};
}

FakeCluster& with_crash(FakeCluster& cluster) {
    return cluster.list("/api/v1/pods", crashing_pod("a") + "," + healthy_pod("b"));
}

} // namespace

TEST_CASE("the log of the instance that crashed is read, and no other") {
    FakeCluster cluster;
    with_crash(cluster).handle(k_log_path, [](const FakeRequest& request) {
        CHECK(request.query.at("container") == "app");
        CHECK(request.query.at("previous") == "true");
        CHECK(request.query.at("tailLines") == "20");
        CHECK(request.query.at("limitBytes") == "65536");
        CHECK_FALSE(request.query.contains("timestamps"));
        return FakeReply{.body = "starting\npanic: no route\n", .content_type = "text/plain"};
    });
    const auto source = cluster.source();
    const auto parts = source->read({});
    REQUIRE(parts);
    CHECK(source->stats().log_requests == 1);
    REQUIRE(parts->logs.size() == 1);
    CHECK(parts->logs[0].pod == "a");
    CHECK(parts->logs[0].previous);
    CHECK(parts->logs[0].text == "starting\npanic: no route");
    CHECK(parts->read.has(Resource::logs));
    CHECK(parts->gaps.empty());
}

TEST_CASE("without an earlier instance the current one is asked, and that is no gap") {
    FakeCluster cluster;
    with_crash(cluster).handle(k_log_path, [](const FakeRequest& request) {
        if (request.query.contains("previous")) return bad_request("previous terminated container \\\"app\\\" in pod \\\"a\\\" not found");
        return FakeReply{.body = "hello", .content_type = "text/plain"};
    });
    const auto parts = cluster.read();
    REQUIRE(parts);
    REQUIRE(parts->logs.size() == 1);
    CHECK_FALSE(parts->logs[0].previous);
    CHECK(parts->gaps.empty());
}

TEST_CASE("a container that never wrote a log is no gap") {
    FakeCluster cluster;
    with_crash(cluster).reply(k_log_path, bad_request("container is waiting to start: ContainerCreating"));
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(parts->logs.empty());
    CHECK(parts->gaps.empty());
}

TEST_CASE("logs that may not be read are one gap") {
    FakeCluster cluster;
    cluster.list("/api/v1/pods", crashing_pod("a") + "," + crashing_pod("b")).reply(k_log_path, FakeCluster::forbidden("pods/log"))
        .reply("/api/v1/namespaces/shop/pods/b/log", FakeCluster::forbidden("pods/log"));
    const auto parts = cluster.read();
    REQUIRE(parts);
    REQUIRE(parts->gaps.size() == 1);
    CHECK(parts->gaps[0].resource == Resource::logs);
    CHECK(parts->gaps[0].reason == facts::GapReason::forbidden);
    CHECK_FALSE(parts->read.has(Resource::logs));
}

TEST_CASE("a kubelet that does not answer is a partial gap with the server's words") {
    FakeCluster cluster;
    with_crash(cluster).reply(k_log_path, {.status = 500, .body = R"({"kind":"Status","message":"Get \"https://n1:10250/x\": dial tcp: connect refused","code":500})"});
    const auto parts = cluster.read();
    REQUIRE(parts);
    REQUIRE(parts->gaps.size() == 1);
    CHECK(parts->gaps[0].partial);
    CHECK(contains(parts->gaps[0].detail, "dial tcp"));
}

TEST_CASE("lists and logs together keep to the number of requests that is allowed") {
    FakeCluster cluster;
    std::string pods;
    for (int i = 0; i < 30; ++i) pods += (i > 0 ? "," : "") + crashing_pod(format("p{}", i));
    cluster.list("/api/v1/pods", pods).otherwise({.body = FakeCluster::list_of("")});
    REQUIRE(cluster.read({.most_requests = 22}));
    CHECK(cluster.lists() == 17);
    CHECK(cluster.server().requests().size() == 22);
}

TEST_CASE("logs that would only repeat what the status tells keep to fewer requests, but for the first three") {
    FakeCluster cluster;
    std::string pods;
    for (int i = 0; i < 30; ++i) pods += (i > 0 ? "," : "") + crashing_pod(format("p{}", i), "shop", "OOMKilled");
    cluster.list("/api/v1/pods", pods).otherwise({.body = FakeCluster::list_of("")});
    REQUIRE(cluster.read({.usual_requests = 21}));
    CHECK(cluster.server().requests().size() == 21);
    REQUIRE(cluster.read({.usual_requests = 18}));
    CHECK(cluster.server().requests().size() == 21 + 20);
}

TEST_CASE("only so many logs as were asked for, and none when none are") {
    FakeCluster cluster;
    std::string pods;
    for (int i = 0; i < 30; ++i) pods += (i > 0 ? "," : "") + crashing_pod(format("p{}", i));
    cluster.list("/api/v1/pods", pods);
    REQUIRE(cluster.read({.max_logs = 4}));
    CHECK(cluster.server().requests().size() - cluster.lists() == 4);
    const auto before = cluster.server().requests().size() - cluster.lists();
    REQUIRE(cluster.read({.max_logs = 0}));
    CHECK(cluster.server().requests().size() - cluster.lists() == before);
}
