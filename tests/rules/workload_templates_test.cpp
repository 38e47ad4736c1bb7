// SPDX-License-Identifier: Apache-2.0
#include "rules/common/service_state.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::rules;

namespace {

template <class T> T& add(facts::SnapshotParts& parts, kube::Text namespace_name, kube::Text name, kube::TextMap labels) {
    auto& object = std::get<facts::Objects<T>>(parts.objects).emplace_back();
    object.meta.namespace_name = namespace_name;
    object.meta.name = name;
    object.spec.pod_template.meta.labels = std::move(labels);
    return object;
}

std::string shown(const std::vector<MatchingWorkload>& workloads) {
    std::string text;
    for (const auto& workload : workloads) text += workload.ref.display() + " ";
    return text;
}

} // namespace

TEST_CASE("workloads are found by the labels of their pods, each kind as it makes them") {
    facts::SnapshotParts parts;
    add<kube::Deployment>(parts, "shop", "web", {{"app", "web"}, {"tier", "front"}}).spec.replicas = 3;
    add<kube::Deployment>(parts, "shop", "api", {{"app", "api"}, {"tier", "front"}});
    add<kube::Deployment>(parts, "pay", "web", {{"app", "web"}});
    add<kube::Deployment>(parts, "shop", "going", {{"app", "web"}}).meta.deleted = {1};
    add<kube::DaemonSet>(parts, "shop", "agent", {{"tier", "front"}}).status.desired_number_scheduled = 7;
    add<kube::ReplicaSet>(parts, "shop", "web-7", {{"app", "web"}}).meta.owners.push_back({.kind = "Deployment", .name = "web", .controller = true});
    add<kube::Job>(parts, "shop", "import", {{"app", "web"}});
    const facts::Snapshot facts(std::move(parts));
    const WorkloadTemplates templates(facts);
    CHECK(shown(templates.matching("shop", {{"app", "web"}})) == "Deployment/web Job/import ");
    CHECK(shown(templates.matching("shop", {{"tier", "front"}})) == "Deployment/web Deployment/api DaemonSet/agent ");
    CHECK(shown(templates.matching("shop", {{"tier", "front"}, {"app", "api"}})) == "Deployment/api ");
    CHECK(templates.matching("shop", {{"app", "api"}, {"tier", "back"}}).empty());
    CHECK(templates.matching("shop", {{"app", "other"}}).empty());
    CHECK(templates.matching("none", {{"app", "web"}}).empty());
    CHECK(templates.matching("pay", {}).size() == 1);
    CHECK(templates.matching("shop", {{"app", "web"}}).front().replicas == 3);
    CHECK(templates.matching("shop", {{"app", "web"}}).back().replicas == 0);
}

TEST_CASE("a Service's state is the same alone and among all") {
    facts::SnapshotParts parts;
    parts.read = kube::ResourceSet::all();
    add<kube::Deployment>(parts, "shop", "web", {{"app", "web"}}).spec.replicas = 0;
    for (const auto* selected : {"web", "nobody"}) {
        auto& service = std::get<facts::Objects<kube::Service>>(parts.objects).emplace_back();
        service.meta.namespace_name = "shop";
        service.meta.name = selected;
        service.spec.selector = {{"app", selected}};
    }
    const facts::Snapshot facts(std::move(parts));
    const RuleContext context{facts, {1}};
    for (const auto& service : facts.all<kube::Service>()) {
        CHECK(state_of(context, service).why == state_of(facts, service).why);
        CHECK(state_of(context, service).words == state_of(facts, service).words);
        CHECK(&state_of(context, service) == &state_of(context, service));
    }
    CHECK(state_of(context, facts.all<kube::Service>()[0]).why == ServiceState::Why::scaled_to_zero);
    CHECK(state_of(context, facts.all<kube::Service>()[1]).why == ServiceState::Why::nothing_matches);
}
