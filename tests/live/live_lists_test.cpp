// SPDX-License-Identifier: Apache-2.0
#include "fake_cluster.hpp"

using namespace kdiag;
using namespace kdiag::test;
using kube::Resource;

TEST_CASE("a healthy cluster takes one request for each of the first kinds, and no log") {
    FakeCluster cluster;
    cluster.list("/api/v1/pods", healthy_pod("a") + "," + healthy_pod("b", "pay")).list("/api/v1/nodes", named("n1")).list("/api/v1/namespaces", named("shop"));
    auto source = cluster.source();
    const auto parts = source->read({});
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 2);
    CHECK(all<kube::Node>(*parts).size() == 1);
    CHECK(parts->gaps.empty());
    CHECK(source->stats().api_requests == 17); // the 16 first kinds and the disruption budgets
    CHECK(source->stats().bytes_received > 0);
    CHECK(cluster.lists() == 17);
    for (const auto& request : cluster.server().requests()) {
        CHECK_FALSE(request.query.contains("limit"));
        CHECK(request.method == "GET");
    }
    CHECK(parts->read.has(Resource::networkpolicies)); // ready pods can be cut off, too
    for (const auto resource : {Resource::secrets, Resource::configmaps, Resource::persistentvolumes}) {
        CHECK_FALSE(parts->read.has(resource));
        CHECK(gap_of(*parts, resource) == nullptr);
    }
}

TEST_CASE("only the kinds that are asked for are read") {
    FakeCluster cluster;
    cluster.list("/api/v1/pods", healthy_pod("a"));
    const auto parts = cluster.read({.resources = {Resource::pods, Resource::nodes}});
    REQUIRE(parts);
    CHECK(cluster.lists() == 2);
    CHECK(parts->read == kube::ResourceSet{Resource::pods, Resource::nodes});
}

TEST_CASE("the worst cluster takes at most 25 requests, however many objects it has") {
    FakeCluster cluster;
    std::string pods;
    for (int i = 0; i < 200; ++i) pods += (i > 0 ? "," : "") + pending_pod(format("p{}", i), format("ns{}", i % 20));
    for (int i = 0; i < 30; ++i) pods += "," + crashing_pod(format("c{}", i));
    cluster.list("/api/v1/pods", pods + "," + waiting_pod("w", "CreateContainerConfigError"))
        .list("/apis/networking.k8s.io/v1/ingresses", R"({"metadata":{"name":"i","namespace":"shop"},"spec":{"tls":[{"secretName":"s"}]}})")
        .list("/api/v1/persistentvolumeclaims", R"({"metadata":{"name":"d","namespace":"shop"},"status":{"phase":"Pending"}})")
        .list("/apis/apps/v1/deployments", R"({"metadata":{"name":"d","namespace":"shop"},"spec":{"template":{"spec":{"runtimeClassName":"gvisor"}}}})")
        .list("/api/v1/events", R"({"metadata":{"name":"e","namespace":"shop"},"reason":"FailedCreate"})");
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 231);
    CHECK(cluster.lists() <= 25);
    CHECK(cluster.server().requests().size() <= 28); // the lists come first, and three logs are read even so
    for (const auto resource : {Resource::secrets, Resource::configmaps, Resource::serviceaccounts, Resource::persistentvolumes, Resource::storageclasses,
                                Resource::ingressclasses, Resource::runtimeclasses, Resource::poddisruptionbudgets, Resource::resourcequotas, Resource::networkpolicies})
        CHECK(parts->read.has(resource));
}

TEST_CASE("configuration, logins and quotas are read only where the first lists give a reason to") {
    const auto read_beside = [](const std::string& pod, const std::string& event) {
        FakeCluster cluster;
        cluster.list("/api/v1/pods", pod).list("/api/v1/events", event);
        auto parts = cluster.read();
        REQUIRE(parts);
        return parts->read;
    };
    const auto has = [](const kube::ResourceSet& read, std::initializer_list<Resource> wanted) {
        return std::all_of(wanted.begin(), wanted.end(), [&](auto resource) { return read.has(resource); });
    };
    const std::string back_off = "Back-off pulling image \\\"x\\\"";
    for (const auto& pod : {crashing_pod("a"), waiting_pod("a", "ImagePullBackOff", back_off), waiting_pod("a", "InvalidImageName")}) {
        const auto read = read_beside(pod, "");
        for (const auto resource : {Resource::configmaps, Resource::secrets, Resource::serviceaccounts, Resource::resourcequotas}) CHECK_FALSE(read.has(resource));
    }
    for (const auto* reason : {"CreateContainerConfigError", "ContainerCreating", "PodInitializing", "RunContainerError"})
        CHECK(has(read_beside(waiting_pod("a", reason), ""), {Resource::configmaps, Resource::secrets}));
    CHECK(has(read_beside(waiting_pod("a", "ErrImagePull", "pull access denied, repository does not exist"), ""), {Resource::secrets, Resource::serviceaccounts}));
    CHECK(has(read_beside(waiting_pod("a", "ImagePullBackOff", back_off), R"({"metadata":{"name":"e","namespace":"shop"},"reason":"Failed",
        "message":"Failed to pull image \"x\": 401 Unauthorized"})"), {Resource::secrets, Resource::serviceaccounts}));
    CHECK(has(read_beside(healthy_pod("a"), R"({"metadata":{"name":"e","namespace":"shop"},"reason":"FailedCreate","message":"exceeded quota"})"),
              {Resource::resourcequotas, Resource::serviceaccounts}));
}

TEST_CASE("a refusal that a condition still tells of, after its event is gone, is enough to read quotas") {
    FakeCluster cluster;
    cluster.list("/apis/apps/v1/replicasets", R"({"metadata":{"name":"r","namespace":"shop"},"status":{"conditions":[{"type":"ReplicaFailure","status":"True",
        "reason":"FailedCreate","message":"exceeded quota"}]}})");
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(parts->read.has(Resource::resourcequotas));
}

TEST_CASE("one namespace is read by its own URLs, and cluster kinds by theirs") {
    FakeCluster cluster;
    cluster.list("/api/v1/namespaces/shop/pods", healthy_pod("a")).list("/api/v1/namespaces", named("shop"));
    const auto parts = cluster.read(in_namespace("shop"));
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 1);
    CHECK(cluster.count("/api/v1/nodes") == 1);
    CHECK(cluster.count("/api/v1/pods") == 0);
    CHECK(cluster.count("/apis/apps/v1/namespaces/shop/deployments") == 1);
}

TEST_CASE("an unscheduled pod in one namespace: what the others take from nodes is read too") {
    FakeCluster cluster;
    cluster.list("/api/v1/namespaces/shop/pods", pending_pod("a")).list("/api/v1/namespaces", named("shop"))
        .list("/api/v1/pods", pending_pod("a") + "," + healthy_pod("b", "pay"));
    auto parts = cluster.read(in_namespace("shop"));
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 1);
    REQUIRE(parts->other_pods.size() == 1);
    CHECK(parts->other_pods[0].meta.name == "b");
    CHECK(parts->gaps.empty());

    cluster.reply("/api/v1/pods", FakeCluster::forbidden("pods"));
    parts = cluster.read(in_namespace("shop"));
    REQUIRE(parts);
    CHECK(parts->other_pods.empty());
    REQUIRE(parts->gaps.size() == 1);
    CHECK(parts->gaps[0].partial);
    CHECK(parts->gaps[0].reason == facts::GapReason::forbidden);
}

TEST_CASE("lists in single bytes are read whole") {
    FakeCluster cluster;
    cluster.reply("/api/v1/pods", {.body = FakeCluster::list_of(healthy_pod("a") + "," + healthy_pod("b")), .chunked = true, .piece = 1});
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(all<kube::Pod>(*parts).size() == 2);
}

TEST_CASE("an old server is asked for the older versions") {
    FakeCluster cluster;
    cluster.reply("/apis/discovery.k8s.io/v1/endpointslices", FakeCluster::unserved())
        .list("/apis/discovery.k8s.io/v1beta1/endpointslices", R"({"metadata":{"name":"web-1","namespace":"shop"},"endpoints":[{"addresses":["10.0.0.1"]}]})")
        .reply("/apis/batch/v1/cronjobs", FakeCluster::unserved())
        .list("/apis/batch/v1beta1/cronjobs", R"({"metadata":{"name":"c","namespace":"shop"}})")
        .reply("/apis/autoscaling/v2/horizontalpodautoscalers", FakeCluster::unserved())
        .reply("/apis/autoscaling/v2beta2/horizontalpodautoscalers", FakeCluster::unserved())
        .list("/apis/autoscaling/v1/horizontalpodautoscalers", R"({"metadata":{"name":"h","namespace":"shop"}})");
    const auto parts = cluster.read();
    REQUIRE(parts);
    CHECK(all<kube::EndpointSlice>(*parts).size() == 1);
    CHECK(all<kube::CronJob>(*parts).size() == 1);
    CHECK(all<kube::HorizontalPodAutoscaler>(*parts).size() == 1);
    CHECK(parts->gaps.empty());
}

TEST_CASE("a kind that no version serves is a gap that says so") {
    FakeCluster cluster;
    cluster.reply("/apis/networking.k8s.io/v1/networkpolicies", FakeCluster::unserved());
    const auto parts = cluster.read();
    REQUIRE(parts);
    const auto* gap = gap_of(*parts, Resource::networkpolicies);
    REQUIRE(gap != nullptr);
    CHECK(gap->reason == facts::GapReason::not_installed);
    CHECK_FALSE(parts->read.has(Resource::networkpolicies));
}

TEST_CASE("progress never runs backwards") {
    FakeCluster cluster;
    std::size_t last = 0, calls = 0;
    const auto parts = cluster.read({.on_progress = [&](const collect::Progress& progress) {
        CHECK(progress.requests_done >= last);
        CHECK(progress.requests_done <= progress.requests_total);
        last = progress.requests_done;
        ++calls;
    }});
    REQUIRE(parts);
    CHECK(last == 17);
    CHECK(calls >= 17);
}
