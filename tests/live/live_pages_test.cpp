// SPDX-License-Identifier: Apache-2.0
#include "fake_cluster.hpp"

using namespace kdiag;
using namespace kdiag::test;
using kube::Resource;

namespace {

std::string page_of(const std::string& items, const std::string& token) {
    return R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1","continue":")" + token + R"("},"items":[)" + items + "]}";
}

FakeReply cut(std::string body) {
    const auto most = body.size() - 40;
    return {.body = std::move(body), .cut_after = most};
}

std::string asked(const FakeRequest& request, const std::string& name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? "" : found->second;
}

FakeReply expired(const std::string& token) {
    return {.status = 410, .body = R"({"kind":"Status","metadata":{"continue":")" + token + R"("},"status":"Failure","message":"The provided continue parameter is too old","reason":"Expired","code":410})"};
}

/// A server that cannot send its pods at once, and does so in pages as `page` says of each token.
void serve_pages(FakeCluster& cluster, std::function<FakeReply(const std::string& token)> page) {
    cluster.handle("/api/v1/pods", [page = std::move(page)](const FakeRequest& request) {
        if (asked(request, "limit").empty()) return cut(FakeCluster::list_of(healthy_pod("a") + "," + healthy_pod("b") + "," + healthy_pod("c")));
        return page(asked(request, "continue"));
    });
}

} // namespace

TEST_CASE("a list that breaks off is read in pages, and nothing is there twice") {
    FakeCluster cluster;
    serve_pages(cluster, [](const std::string& token) {
        if (token.empty()) return FakeReply{.body = page_of(healthy_pod("a"), "to/b=")};
        return token == "to/b=" ? FakeReply{.body = page_of(healthy_pod("b"), "to/c")} : FakeReply{.body = page_of(healthy_pod("c"), "")};
    });
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 3);
    CHECK(parts->gaps.empty());
    CHECK(cluster.count("/api/v1/pods") == 4);
}

TEST_CASE("a page that breaks off is asked for once more") {
    FakeCluster cluster;
    int tries = 0;
    serve_pages(cluster, [&](const std::string& token) {
        if (token.empty()) return FakeReply{.body = page_of(healthy_pod("a"), "b")};
        return tries++ == 0 ? cut(page_of(healthy_pod("b") + "," + healthy_pod("c"), "")) : FakeReply{.body = page_of(healthy_pod("b") + "," + healthy_pod("c"), "")};
    });
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 3);
    CHECK(parts->gaps.empty());
    CHECK(tries == 2);
}

TEST_CASE("pages that do not come leave a gap beside what came") {
    FakeCluster cluster;
    serve_pages(cluster, [](const std::string& token) {
        return token.empty() ? FakeReply{.body = page_of(healthy_pod("a"), "b")} : cut(page_of(healthy_pod("b") + "," + healthy_pod("c"), ""));
    });
    auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() >= 2);
    const auto* gap = gap_of(*parts, Resource::pods);
    REQUIRE(gap != nullptr);
    CHECK_FALSE(gap->partial);
    CHECK_FALSE(facts::Snapshot(std::move(*parts)).knows<kube::Pod>());
}

TEST_CASE("a page that has expired is read as it is now") {
    FakeCluster cluster;
    serve_pages(cluster, [](const std::string& token) {
        if (token.empty()) return FakeReply{.body = page_of(healthy_pod("a"), "old")};
        return token == "old" ? expired("fresh") : FakeReply{.body = page_of(healthy_pod("b"), "")};
    });
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(parts->gaps.empty());
    CHECK(cluster.count("/api/v1/pods") == 4);
}

TEST_CASE("a page that has expired for good is a gap") {
    FakeCluster cluster;
    serve_pages(cluster, [](const std::string& token) { return token.empty() ? FakeReply{.body = page_of(healthy_pod("a"), "old")} : expired(""); });
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(gap_of(*parts, Resource::pods) != nullptr);
    CHECK(cluster.count("/api/v1/pods") == 3);
}

TEST_CASE("a server that leads in circles is not followed") {
    FakeCluster cluster;
    serve_pages(cluster, [](const std::string&) { return FakeReply{.body = page_of(healthy_pod("a"), "again")}; });
    const auto parts = cluster.read();
    REQUIRE(parts);
    const auto* gap = gap_of(*parts, Resource::pods);
    REQUIRE(gap != nullptr);
    CHECK(contains(gap->detail, "the list does not end"));
    CHECK(cluster.count("/api/v1/pods") == 3);
}

TEST_CASE("a page that nobody asked for is not taken for the list") {
    FakeCluster cluster;
    cluster.handle("/api/v1/pods", [](const FakeRequest& request) {
        return asked(request, "continue").empty() ? FakeReply{.body = page_of(healthy_pod("a"), "b")} : FakeReply{.body = page_of(healthy_pod("b"), "")};
    });
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 2);
    CHECK(parts->gaps.empty());
}

TEST_CASE("a list that takes the server too long is asked for in pages") {
    FakeCluster cluster;
    cluster.handle("/api/v1/events", [](const FakeRequest& request) {
        return asked(request, "limit").empty() ? FakeReply{.status = 504, .body = R"({"kind":"Status","message":"request did not complete within the allotted timeout","reason":"Timeout","code":504})"}
                                               : FakeReply{.body = FakeCluster::list_of("")};
    });
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(gap_of(*parts, Resource::events) == nullptr);
    CHECK(cluster.count("/api/v1/events") == 2);
}
