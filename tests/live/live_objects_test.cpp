// SPDX-License-Identifier: Apache-2.0
#include "fake_cluster.hpp"

using namespace kdiag;
using namespace kdiag::test;

namespace {

constexpr const char* k_widgets = R"({"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"example.com"},"versions":[
  {"version":"v2","resources":[{"resource":"widgets","responseKind":{"kind":"Widget"},"scope":"Namespaced","singularResource":"widget","shortNames":["wd"]}]},
  {"version":"v1","resources":[{"resource":"widgets","responseKind":{"kind":"Widget"},"scope":"Namespaced","singularResource":"widget"}]}]}]})";

FakeCluster& with_widgets(FakeCluster& cluster) {
    return cluster.reply("/api", {.body = R"({"kind":"APIGroupDiscoveryList","items":[]})"}).reply("/apis", {.body = k_widgets});
}

FakeReply not_found(const std::string& name) {
    return {.status = 404, .body = format(R"({{"kind":"Status","reason":"NotFound","message":"not found","details":{{"name":"{}"}},"code":404}})", name)};
}

} // namespace

TEST_CASE("well-known words need no discovery") {
    FakeCluster cluster;
    auto source = cluster.source();
    for (const auto* word : {"pod", "po", "pods", "Deployment", "deploy.apps", "svc", "no", "sts.v1.apps"}) {
        CAPTURE(word);
        CHECK(source->resolve(word));
    }
    CHECK(cluster.server().requests().empty());
}

TEST_CASE("other words are looked up once: names, short names, groups and versions") {
    FakeCluster cluster;
    with_widgets(cluster);
    auto source = cluster.source();
    for (const auto* word : {"widgets", "widget", "WIDGET", "wd", "widgets.example.com", "wd.v2.example.com"}) {
        CAPTURE(word);
        const auto type = source->resolve(word);
        REQUIRE(type);
        CHECK(type->api_version() == "example.com/v2");
        CHECK(type->kind == "Widget");
    }
    CHECK(source->resolve("widgets.v1.example.com")->api_version() == "example.com/v1");
    CHECK(cluster.server().requests().size() == 2);
}

TEST_CASE("an unknown word has near ones") {
    FakeCluster cluster;
    with_widgets(cluster);
    auto source = cluster.source();
    const auto type = source->resolve("widgte");
    REQUIRE_FALSE(type);
    CHECK(type.error().kind == ErrorKind::usage);
    CHECK(contains(words_of(type.error()), "did you mean widget?"));
}

TEST_CASE("one object, and near names when it is absent") {
    FakeCluster cluster;
    cluster.reply("/api/v1/namespaces/shop/pods/web-1", {.body = R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-1"}})"})
        .reply("/api/v1/namespaces/shop/pods/wbe-1", not_found("wbe-1"))
        .handle("/api/v1/namespaces/shop/pods", [](const FakeRequest& request) {
            CHECK(contains(request.header("accept"), "PartialObjectMetadataList"));
            return FakeReply{.body = FakeCluster::list_of(named("web-1") + "," + named("database-0"))};
        });
    auto source = cluster.source();
    const auto type = source->resolve("pod");
    REQUIRE(type);
    const auto object = source->object(*type, "shop", "web-1");
    REQUIRE(object);
    CHECK(object->at("metadata", "name").as_string() == "web-1");
    const auto absent = source->object(*type, "shop", "wbe-1");
    REQUIRE_FALSE(absent);
    CHECK(absent.error().kind == ErrorKind::not_found);
    CHECK(contains(absent.error().message, "no pod `wbe-1` in namespace shop"));
    CHECK(contains(words_of(absent.error()), "did you mean web-1?"));
}

TEST_CASE("names cannot leave their place in the URL") {
    FakeCluster cluster;
    cluster.otherwise(not_found("x"));
    auto source = cluster.source();
    const auto type = source->resolve("pod");
    CHECK_FALSE(source->object(*type, "shop/../x", "a?b=c/../#d"));
    CHECK(cluster.server().requests()[0].target == "/api/v1/namespaces/shop%2F..%2Fx/pods/a%3Fb%3Dc%2F..%2F%23d");
}

TEST_CASE("a kind that is not served is told from an object that is absent") {
    FakeCluster cluster;
    cluster.otherwise(FakeCluster::unserved());
    auto source = cluster.source();
    const auto object = source->object(*source->resolve("hpa"), "shop", "web");
    REQUIRE_FALSE(object);
    CHECK(contains(object.error().message, "does not serve"));
}

TEST_CASE("objects by label say what they are") {
    FakeCluster cluster;
    cluster.handle("/api/v1/pods", [](const FakeRequest& request) {
        CHECK(request.query.at("labelSelector") == "app in (a,b)");
        return FakeReply{.body = FakeCluster::list_of(named("web-1"))};
    });
    auto source = cluster.source();
    const auto objects = source->objects(*source->resolve("pod"), "", "app in (a,b)");
    REQUIRE(objects);
    REQUIRE(objects->size() == 1);
    CHECK((*objects)[0]["kind"].as_string() == "Pod");
    CHECK((*objects)[0]["apiVersion"].as_string() == "v1");
}
