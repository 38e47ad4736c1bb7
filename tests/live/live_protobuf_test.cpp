// SPDX-License-Identifier: Apache-2.0
#include "fake_cluster.hpp"

#include "../support/struct_text.hpp"
#include "kube/codec/protobuf_splitter.hpp"

#include <fstream>
#include <iterator>

using namespace kdiag;
using namespace kdiag::test;
using kube::Resource;

namespace {

const std::string k_protobuf = "application/vnd.kubernetes.protobuf";

std::string recorded(std::string_view name) {
    std::ifstream file("kube/wire/" + std::string(name), std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(file), {});
    REQUIRE_MESSAGE(!bytes.empty(), name);
    return bytes;
}

FakeReply protobuf(std::string body) {
    return {.body = std::move(body), .content_type = k_protobuf};
}

bool wants_protobuf(const FakeRequest& request) {
    return request.header("accept").starts_with(k_protobuf);
}

/// A server that has one kind in both formats, or as `in_protobuf` says.
void serve_both(FakeCluster& cluster, const std::string& path, const std::string& plural, std::optional<FakeReply> in_protobuf = {}) {
    cluster.handle(path, [json = recorded(plural + ".json"), reply = in_protobuf ? *in_protobuf : protobuf(recorded(plural + ".pb"))](const FakeRequest& request) {
        return wants_protobuf(request) ? reply : FakeReply{.body = json};
    });
}

std::string path_of(const kube::ResourceInfo& info) {
    return format("{}/{}/{}", info.group.empty() ? "/api" : format("/apis/{}", info.group), info.version, info.plural);
}

/// All objects of all kinds as text.
std::string text_of(const facts::SnapshotParts& parts) {
    std::string text;
    for (const auto& info : kube::resource_table())
        facts::with_type_of(info.resource, [&]<class T>() {
            for (const auto& object : all<T>(parts)) text += format("{}\n{}", info.kind, StructText::of(object));
        });
    return text;
}

} // namespace

TEST_CASE("every kind is read the same in protobuf and in JSON") {
    FakeCluster cluster;
    for (const auto& info : kube::resource_table())
        if (info.resource != Resource::logs) serve_both(cluster, path_of(info), std::string(info.plural));
    const auto in_protobuf = cluster.read({.max_logs = 0});
    REQUIRE(in_protobuf);
    for (const auto& request : cluster.server().requests()) CHECK(request.header("accept") == "application/vnd.kubernetes.protobuf, application/json");
    const std::size_t requests = cluster.lists();
    const auto in_json = cluster.read({.max_logs = 0, .protobuf = false});
    REQUIRE(in_json);
    CHECK(cluster.lists() == 2 * requests);
    CHECK(cluster.server().requests().back().header("accept") == "application/json");
    CHECK(text_of(*in_protobuf) == text_of(*in_json));
    CHECK(text_of(*in_protobuf).size() > 10'000);
    CHECK(in_protobuf->gaps.empty());
    CHECK(in_protobuf->read == in_json->read);
}

TEST_CASE("a list in protobuf in single bytes is read whole") {
    FakeCluster cluster;
    cluster.reply("/api/v1/pods", {.body = recorded("pods.pb"), .content_type = k_protobuf, .chunked = true, .piece = 1});
    const auto parts = cluster.read({.resources = {Resource::pods}});
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 2);
    CHECK(parts->gaps.empty());
}

TEST_CASE("a server without protobuf is asked for JSON, and only for what it refused") {
    FakeCluster cluster;
    serve_both(cluster, "/api/v1/pods", "pods", FakeReply{.status = 406, .body = R"({"kind":"Status","code":406,"reason":"NotAcceptable","message":"only the following media types are accepted: application/json"})"});
    serve_both(cluster, "/api/v1/nodes", "nodes");
    const auto parts = cluster.read({.resources = {Resource::pods, Resource::nodes}});
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 2);
    CHECK(all<kube::Node>(*parts).size() == 1);
    CHECK(parts->gaps.empty());
    CHECK(cluster.count("/api/v1/pods") == 2);
    CHECK(cluster.count("/api/v1/nodes") == 1);
}

TEST_CASE("a server that refuses every format is a gap, not a loop") {
    FakeCluster cluster;
    cluster.list("/api/v1/nodes", named("n1")).reply("/api/v1/pods", {.status = 406, .body = "no"});
    const auto parts = cluster.read({.resources = {Resource::pods, Resource::nodes}});
    REQUIRE(parts);
    CHECK(gap_of(*parts, Resource::pods) != nullptr);
    CHECK(cluster.count("/api/v1/pods") == 2);
}

TEST_CASE("protobuf that cannot be used is read again in JSON, once") {
    const auto pods = recorded("pods.pb");
    auto twice = pods.substr(0, pods.size() - 4);
    for (const auto& [body, what] : std::initializer_list<std::pair<std::string, std::string>>{
             {recorded("nodes.pb"), "another kind"},
             {recorded("status.pb"), "a Status with 200"},
             {pods.substr(0, pods.size() / 2), "half of it"},
             {std::string(kube::k_protobuf_magic) + "nonsense", "nonsense"},
             {twice + twice.substr(4), "two of them"}}) {
        CAPTURE(what);
        FakeCluster cluster;
        serve_both(cluster, "/api/v1/pods", "pods", protobuf(body));
        const auto parts = cluster.read({.resources = {Resource::pods}});
        REQUIRE_MESSAGE(parts, words_of(parts.error()));
        CHECK(all<kube::Pod>(*parts).size() == 2);
        CHECK(parts->gaps.empty());
        CHECK(cluster.count("/api/v1/pods") == 2);
    }
}

TEST_CASE("a list that is broken in both formats is a gap that says so") {
    FakeCluster cluster;
    cluster.list("/api/v1/nodes", named("n1")).reply("/api/v1/pods", protobuf(recorded("pods.pb").substr(0, 3000)));
    const auto parts = cluster.read({.resources = {Resource::pods, Resource::nodes}});
    REQUIRE(parts);
    const auto* gap = gap_of(*parts, Resource::pods);
    CHECK(cluster.count("/api/v1/pods") == 4);
    REQUIRE(gap != nullptr);
    CHECK(contains(gap->detail, "the list is cut short or damaged: broken protobuf at byte 3000"));
}

TEST_CASE("one object that cannot be decoded is a partial gap with its name") {
    // PodList{items: [Pod{metadata: {name: "bad", namespace: "shop"}, spec: 7}, Pod{metadata: {name: "good", namespace: "shop"}}]}
    const std::string bad = "\x0a\x0b\x0a\x03" "bad" "\x1a\x04" "shop" "\x10\x07", good = "\x0a\x0c\x0a\x04good\x1a\x04shop";
    const std::string list = "\x12" + std::string(1, static_cast<char>(bad.size())) + bad + "\x12" + std::string(1, static_cast<char>(good.size())) + good;
    FakeCluster cluster;
    cluster.reply("/api/v1/pods", protobuf(std::string(kube::k_protobuf_magic) + "\x0a\x0d\x0a\x02v1\x12\x07PodList\x12" + static_cast<char>(list.size()) + list));
    const auto parts = cluster.read({.resources = {Resource::pods}});
    REQUIRE(parts);
    REQUIRE(all<kube::Pod>(*parts).size() == 1);
    CHECK(all<kube::Pod>(*parts)[0].meta.name == "good");
    REQUIRE(parts->gaps.size() == 1);
    CHECK(parts->gaps[0].partial);
    CHECK(parts->gaps[0].namespace_name == "shop");
    CHECK(parts->gaps[0].detail == "Pod/bad: spec: expected text or a message, found a number");
}

TEST_CASE("a refusal in protobuf is a refusal") {
    FakeCluster cluster;
    cluster.list("/api/v1/nodes", named("n1")).reply("/api/v1/pods", {.status = 403, .body = recorded("status.pb"), .content_type = k_protobuf});
    const auto parts = cluster.read({.resources = {Resource::pods, Resource::nodes}});
    REQUIRE(parts);
    REQUIRE(parts->gaps.size() == 1);
    CHECK(parts->gaps[0].reason == facts::GapReason::forbidden);
}

TEST_CASE("older versions are asked for in JSON: they number their fields otherwise") {
    FakeCluster cluster;
    cluster.reply("/apis/batch/v1/cronjobs", FakeCluster::unserved())
        .handle("/apis/batch/v1beta1/cronjobs", [](const FakeRequest& request) {
            return wants_protobuf(request) ? FakeReply{.status = 500} : FakeReply{.body = FakeCluster::list_of(R"({"metadata":{"name":"c","namespace":"shop"}})")};
        });
    const auto parts = cluster.read({.resources = {Resource::cronjobs}});
    REQUIRE(parts);
    CHECK(all<kube::CronJob>(*parts).size() == 1);
}
