// SPDX-License-Identifier: Apache-2.0
#include "../support/fixture.hpp"
#include "facts/related.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::facts;

namespace {
const kube::ObjectRef k_web{.kind = "Deployment", .namespace_name = "shop", .name = "web", .uid = "d1"};
}

TEST_CASE("objects are found by name, owner, label, node and event") {
    const auto facts = test::snapshot_of("facts/shop.yaml");
    const auto* pod = facts.find<kube::Pod>("shop", "web-1-a");
    REQUIRE(pod != nullptr);
    CHECK(facts.find<kube::Pod>("other", "web-1-a") == nullptr);
    CHECK(facts.pods_of_workload(k_web).size() == 2);
    CHECK(facts.replica_sets_owned_by(k_web).size() == 1);
    CHECK(facts.top_owner(*pod).display() == "Deployment/web");
    CHECK(facts.pods_matching("shop", kube::TextMap{{"app", "web"}, {"hash", "1"}}).size() == 2);
    CHECK(facts.pods_matching("shop", kube::TextMap{{"app", "web"}, {"hash", "2"}}).empty());
    CHECK(facts.pods_matching("elsewhere", kube::TextMap{}).empty());
    CHECK(facts.pods_on_node("n1").size() == 3);
    CHECK(facts.services_selecting(*pod).size() == 1);
    const auto events = facts.events_of(*pod);
    REQUIRE(events.size() == 2); // not that of an earlier pod of the name
    CHECK(events[0]->message == "older");
    CHECK(facts.last_event(*pod, "BackOff")->message == "newer");
    CHECK(to_rfc3339(facts.newest_time()) == "2026-09-14T12:10:00Z");
}

TEST_CASE("the Services that select a pod are found by any of their labels, in their order") {
    SnapshotParts parts;
    auto& pods = std::get<Objects<kube::Pod>>(parts.objects);
    for (const char* name : {"a", "b", "c"}) {
        auto& pod = pods.emplace_back();
        pod.meta.namespace_name = "shop";
        pod.meta.name = name;
        pod.meta.labels = {{"app", name}, {"tier", "back"}};
    }
    pods.back().meta.namespace_name = "other";
    auto& services = std::get<Objects<kube::Service>>(parts.objects);
    const auto add = [&](kube::Text namespace_name, kube::Text name, kube::TextMap selector) {
        auto& service = services.emplace_back();
        service.meta.namespace_name = namespace_name;
        service.meta.name = name;
        service.spec.selector = std::move(selector);
    };
    add("shop", "all", {{"tier", "back"}});
    add("shop", "none", {{"tier", "back"}, {"app", "z"}});
    add("shop", "a", {{"tier", "back"}, {"app", "a"}});
    add("shop", "without", {});
    add("other", "elsewhere", {{"app", "a"}});
    add("shop", "all too", {{"tier", "back"}});
    const Snapshot facts(std::move(parts));
    const auto names_for = [&](std::size_t pod) {
        std::string names;
        for (const auto* service : facts.services_selecting(facts.all<kube::Pod>()[pod])) names += std::string(service->meta.name) + ",";
        return names;
    };
    CHECK(names_for(0) == "all,a,all too,");
    CHECK(names_for(1) == "all,all too,");
    CHECK(names_for(2).empty());
}

TEST_CASE("absence is knowledge only of kinds that were read whole") {
    const auto facts = test::snapshot_of("facts/shop.yaml");
    CHECK(facts.knows<kube::Pod>());
    CHECK(!facts.knows<kube::ConfigMap>());
    const auto blind = test::snapshot_of("facts/shop.yaml", {kube::Resource::pods});
    CHECK(!blind.knows<kube::Pod>());
    CHECK(blind.gaps().size() == 1);
}

TEST_CASE("a namespace is a scope") {
    const auto facts = test::snapshot_of("facts/shop.yaml", {}, {.all_namespaces = false, .namespace_name = "elsewhere"});
    CHECK(facts.all<kube::Pod>().empty());
    CHECK(facts.other_pods().size() == 3);
    CHECK(facts.all<kube::Service>().empty());
}

TEST_CASE("related is what an object depends on and what depends on it, not its neighbours") {
    const auto facts = test::snapshot_of("facts/shop.yaml");
    const kube::ObjectRef targets[] = {k_web};
    const auto keys = related_to(facts, targets);
    const auto has = [&](const char* kind, const char* space, const char* name) { return keys.contains(kube::ObjectRef{.kind = kind, .namespace_name = space, .name = name}.key()); };
    CHECK(has("Pod", "shop", "web-1-a"));
    CHECK(has("ConfigMap", "shop", "settings"));
    CHECK(has("Node", "", "n1"));
    CHECK(has("Service", "shop", "web"));
    CHECK(has("Ingress", "shop", "web"));
    CHECK(!has("Pod", "shop", "neighbour"));
}
