// SPDX-License-Identifier: Apache-2.0
#include "fake_cluster.hpp"

using namespace kdiag;
using namespace kdiag::test;
using kube::Resource;

TEST_CASE("a kind that may not be listed is a gap, the rest is read") {
    FakeCluster cluster;
    cluster.list("/api/v1/pods", healthy_pod("a")).reply("/api/v1/nodes", FakeCluster::forbidden("nodes"));
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 1);
    REQUIRE(parts->gaps.size() == 1);
    CHECK(parts->gaps[0].resource == Resource::nodes);
    CHECK(parts->gaps[0].reason == facts::GapReason::forbidden);
    CHECK(parts->gaps[0].detail == "cannot list nodes");
    CHECK_FALSE(parts->gaps[0].partial);
    CHECK_FALSE(parts->read.has(Resource::nodes));
}

TEST_CASE("a gap in one namespace names it") {
    FakeCluster cluster;
    cluster.list("/api/v1/namespaces/shop/pods", waiting_pod("a", "CreateContainerConfigError")).list("/api/v1/namespaces", named("shop"))
        .reply("/api/v1/namespaces/shop/secrets", FakeCluster::forbidden("secrets"));
    const auto parts = cluster.read(in_namespace("shop"));
    REQUIRE(parts);
    const auto* gap = gap_of(*parts, Resource::secrets);
    REQUIRE(gap != nullptr);
    CHECK(gap->detail == "cannot list secrets in namespace shop");
    CHECK(gap->namespace_name == "shop");
}

TEST_CASE("when nothing may be listed there is no verdict") {
    FakeCluster cluster;
    cluster.otherwise(FakeCluster::forbidden("it"));
    const auto parts = cluster.read();
    REQUIRE_FALSE(parts);
    CHECK(parts.error().kind == ErrorKind::forbidden);
}

TEST_CASE("an unknown user is told so, not given gaps") {
    FakeCluster cluster;
    cluster.otherwise({.status = 401, .body = R"({"kind":"Status","message":"Unauthorized","reason":"Unauthorized","code":401})"});
    const auto parts = cluster.read();
    REQUIRE_FALSE(parts);
    CHECK(parts.error().kind == ErrorKind::authentication);
    CHECK(contains(words_of(parts.error()), "context test"));
}

TEST_CASE("a namespace that does not exist is not a healthy one") {
    FakeCluster cluster;
    cluster.list("/api/v1/namespaces", named("shop") + "," + named("default"));
    const auto parts = cluster.read(in_namespace("shpo"));
    REQUIRE_FALSE(parts);
    CHECK(parts.error().kind == ErrorKind::not_found);
    CHECK(contains(words_of(parts.error()), "did you mean shop?"));
}

TEST_CASE("who may not list namespaces may still get the own one") {
    FakeCluster cluster;
    cluster.list("/api/v1/namespaces/shop/pods", healthy_pod("a")).reply("/api/v1/namespaces", FakeCluster::forbidden("namespaces"))
        .reply("/api/v1/namespaces/shop", {.body = named("shop")});
    const auto parts = cluster.read(in_namespace("shop"));
    REQUIRE(parts);
    REQUIRE(all<kube::Namespace>(*parts).size() == 1);
    CHECK(parts->partial.has(Resource::namespaces));
    REQUIRE(parts->gaps.size() == 1);
    CHECK(parts->gaps[0].partial);

    cluster.reply("/api/v1/namespaces/shop", {.status = 404, .body = R"({"kind":"Status","reason":"NotFound","details":{"name":"shop"},"code":404})"});
    const auto absent = cluster.read(in_namespace("shop"));
    REQUIRE_FALSE(absent);
    CHECK(absent.error().kind == ErrorKind::not_found);

    cluster.reply("/api/v1/namespaces/shop", FakeCluster::forbidden("namespaces"));
    const auto unknown = cluster.read(in_namespace("shop"));
    REQUIRE(unknown);
    CHECK_FALSE(unknown->gaps.empty());
}

TEST_CASE("a list that stalls is a gap by time, and the others are there") {
    FakeCluster cluster;
    cluster.list("/api/v1/pods", healthy_pod("a")).reply("/api/v1/services", {.body = FakeCluster::list_of(""), .cut_after = 5, .end = FakeReply::End::stall});
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 1);
    const auto* gap = gap_of(*parts, Resource::services);
    REQUIRE(gap != nullptr);
    CHECK(gap->reason == facts::GapReason::timeout);
}

TEST_CASE("a list that breaks off is read again, and nothing is there twice") {
    for (const auto end : {FakeReply::End::reset, FakeReply::End::close}) {
        FakeCluster cluster;
        const std::string whole = FakeCluster::list_of(healthy_pod("a") + "," + healthy_pod("b"));
        int calls = 0;
        cluster.handle("/api/v1/pods", [&](const FakeRequest&) { return calls++ == 0 ? FakeReply{.body = whole, .cut_after = whole.size() - 40, .end = end} : FakeReply{.body = whole}; });
        const auto parts = cluster.read();
        REQUIRE(parts);
        CHECK(all<kube::Pod>(*parts).size() == 2);
        CHECK(parts->gaps.empty());
        CHECK(calls == 2);
    }
}

TEST_CASE("a list that always breaks off leaves what came, and a gap") {
    FakeCluster cluster;
    const std::string whole = FakeCluster::list_of(healthy_pod("a") + "," + healthy_pod("b"));
    cluster.reply("/api/v1/pods", {.body = whole, .cut_after = whole.size() - 40});
    auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 1);
    const auto* gap = gap_of(*parts, Resource::pods);
    REQUIRE(gap != nullptr);
    CHECK_FALSE(gap->partial);
    CHECK_FALSE(facts::Snapshot(std::move(*parts)).knows<kube::Pod>());
}

TEST_CASE("a body that is shorter than its JSON is no empty list") {
    FakeCluster cluster;
    cluster.reply("/api/v1/pods", {.body = R"({"kind":"PodList","items":[)"}).reply("/api/v1/services", {.body = ""}).reply("/api/v1/nodes", {.body = R"({"kind":"Node"})"});
    const auto parts = cluster.read();
    REQUIRE(parts);
    for (const auto resource : {Resource::pods, Resource::services, Resource::nodes}) {
        const auto* gap = gap_of(*parts, resource);
        REQUIRE(gap != nullptr);
        CHECK(gap->reason == facts::GapReason::error);
    }
}

TEST_CASE("one broken object is a partial gap that names it") {
    FakeCluster cluster;
    cluster.list("/api/v1/pods", healthy_pod("a") + R"(,{"metadata":{"name":"odd","namespace":"shop"},"spec":{"containers":7}},)" + healthy_pod("b"));
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 2);
    REQUIRE(parts->gaps.size() == 1);
    CHECK(parts->gaps[0].partial);
    CHECK(contains(parts->gaps[0].detail, "Pod/odd"));
}

TEST_CASE("a web page is not a cluster without problems") {
    FakeCluster cluster;
    cluster.otherwise({.body = "<!DOCTYPE html><html>Sign in</html>", .content_type = "text/html; charset=utf-8"});
    const auto parts = cluster.read();
    REQUIRE_FALSE(parts);
    CHECK(parts.error().kind == ErrorKind::protocol);
    CHECK(contains(parts.error().message, "a web page"));
    CHECK(contains(words_of(parts.error()), "Kubernetes API server"));
}

TEST_CASE("a server that fails on one kind has a gap there") {
    FakeCluster cluster;
    cluster.list("/api/v1/pods", healthy_pod("a")).reply("/api/v1/events", {.status = 500, .body = R"({"kind":"Status","message":"etcdserver: request timed out","code":500})"});
    const auto parts = cluster.read();
    REQUIRE(parts);
    const auto* gap = gap_of(*parts, Resource::events);
    REQUIRE(gap != nullptr);
    CHECK(gap->reason == facts::GapReason::unavailable);
}

TEST_CASE("a busy server is waited for") {
    FakeCluster cluster;
    int calls = 0;
    cluster.handle("/api/v1/pods", [&](const FakeRequest&) {
        return calls++ == 0 ? FakeReply{.status = 429, .body = "Too many requests", .headers = {{"Retry-After", "1"}}} : FakeReply{.body = FakeCluster::list_of(healthy_pod("a"))};
    });
    auto source = cluster.source();
    const auto parts = source->read({});
    REQUIRE(parts);
    CHECK(parts->gaps.empty());
    CHECK(source->stats().retries == 1);
}

TEST_CASE("the time for everything together is kept") {
    FakeCluster cluster;
    cluster.list("/api/v1/pods", healthy_pod("a")).reply("/api/v1/events", {.body = FakeCluster::list_of(""), .delay = Duration::seconds(30)});
    auto source = cluster.source();
    const auto started = now_utc();
    const auto parts = source->read({.timeout = Duration{600}});
    CHECK(now_utc() - started < Duration::seconds(4));
    REQUIRE(parts);
    const auto* gap = gap_of(*parts, Resource::events);
    REQUIRE(gap != nullptr);
    CHECK(gap->reason == facts::GapReason::timeout);
}

TEST_CASE("nobody listens: one error, at once") {
    config::ClusterConfig config;
    config.server = format("https://ana:sesame@127.0.0.1:{}", closed_port());
    config.token = Secret("open-sesame");
    auto client = client::ApiClient::make(config, "", {});
    REQUIRE(client);
    auto source = collect::open_cluster(*std::move(client));
    const auto parts = source->read({});
    REQUIRE_FALSE(parts);
    CHECK(parts.error().kind == ErrorKind::network);
    CHECK_FALSE(contains(words_of(parts.error()), "sesame"));
    CHECK_FALSE(contains(source->identity().server, "sesame"));
}

TEST_CASE("an object of many megabytes costs no memory and hides no other") {
    FakeCluster cluster;
    const std::string head = R"({"kind":"List","items":[)" + healthy_pod("a") + R"(,{"metadata":{"name":"huge","namespace":"shop"},"spec":{"x":")";
    cluster.reply("/api/v1/pods", {.body = head + std::string(12u << 20, 'x') + R"("}},)" + healthy_pod("b") + "]}"});
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 2);
    CHECK(gap_of(*parts, Resource::pods) != nullptr);
}
