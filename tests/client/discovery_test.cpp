// SPDX-License-Identifier: Apache-2.0
#include "client_fixture.hpp"

#include "client/discovery.hpp"

using namespace kdiag;
using namespace kdiag::test;

namespace {

constexpr const char* k_core = R"({"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[{"metadata":{},"versions":[{"version":"v1","resources":[
  {"resource":"endpoints","responseKind":{"group":"","version":"v1","kind":"Endpoints"},"scope":"Namespaced","singularResource":"endpoints","shortNames":["ep"]}]}]}]})";
constexpr const char* k_groups = R"({"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[
  {"metadata":{"name":"example.com"},"versions":[
    {"version":"v2","freshness":"Current","resources":[{"resource":"widgets","responseKind":{"group":"example.com","version":"v2","kind":"Widget"},"scope":"Cluster","singularResource":"widget","shortNames":["wd"]}]},
    {"version":"v1","freshness":"Current","resources":[{"resource":"widgets","responseKind":{"group":"example.com","version":"v1","kind":"Widget"},"scope":"Cluster","singularResource":"widget"}]}]},
  {"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale","resources":[]}]}]})";

} // namespace

TEST_CASE("aggregated discovery takes two requests; a stale group is left out") {
    HttpServer server([](const FakeRequest& request) {
        CHECK(contains(request.header("accept"), "as=APIGroupDiscoveryList"));
        return FakeReply{.body = request.path == "/api" ? k_core : k_groups};
    });
    const auto types = client::discover(*client_for(config_for(server)));
    REQUIRE(types);
    REQUIRE(types->size() == 3);
    CHECK((*types)[0].plural == "endpoints");
    CHECK((*types)[0].namespaced);
    CHECK((*types)[1].version == "v2");
    CHECK((*types)[1].group == "example.com");
    CHECK((*types)[1].short_names == std::vector<std::string>{"wd"});
    CHECK_FALSE((*types)[1].namespaced);
    CHECK(server.requests().size() == 2);
}

TEST_CASE("an old server is asked group by group; one that does not answer is left out") {
    HttpServer server([](const FakeRequest& request) {
        if (request.path == "/api") return FakeReply{.body = R"({"kind":"APIVersions","versions":["v1"]})"};
        if (request.path == "/apis")
            return FakeReply{.body = R"({"kind":"APIGroupList","groups":[{"name":"example.com","preferredVersion":{"groupVersion":"example.com/v1","version":"v1"}},
                                        {"name":"metrics.k8s.io","preferredVersion":{"groupVersion":"metrics.k8s.io/v1beta1","version":"v1beta1"}}]})"};
        if (request.path == "/api/v1")
            return FakeReply{.body = R"({"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"pods","singularName":"","namespaced":true,"kind":"Pod","shortNames":["po"]},
                                        {"name":"pods/log","kind":"Pod","namespaced":true}]})"};
        if (request.path == "/apis/example.com/v1")
            return FakeReply{.body = R"({"kind":"APIResourceList","groupVersion":"example.com/v1","resources":[{"name":"widgets","singularName":"widget","namespaced":false,"kind":"Widget"}]})"};
        return FakeReply{.status = 503, .body = "no backend", .content_type = "text/plain"};
    });
    const auto types = client::discover(*client_for(config_for(server)));
    REQUIRE(types);
    REQUIRE(types->size() == 2);
    CHECK((*types)[0].singular == "pod");
    CHECK((*types)[1].plural == "widgets");
    CHECK((*types)[1].group == "example.com");
}

TEST_CASE("discovery that is no JSON is an error") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = "<html>", .content_type = "text/html"}; });
    const auto types = client::discover(*client_for(config_for(server)));
    REQUIRE_FALSE(types);
    CHECK(types.error().kind == ErrorKind::protocol);
}
