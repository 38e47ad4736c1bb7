// SPDX-License-Identifier: Apache-2.0
#include "report/describe/workload.hpp"

#include "facts/pod_status.hpp"
#include "kube/selector.hpp"
#include "report/describe/kinds.hpp"
#include "report/describe/relations.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

constexpr std::size_t k_most_pods = 12;
constexpr std::size_t k_most_revisions = 4;

/// How far a rollout may go at once: `RollingUpdate, max unavailable 25%, max surge 25%`.
std::string strategy_text(const kube::Strategy& strategy) {
    std::string text(strategy.type);
    if (!strategy.rolling_update) return text;
    const auto part = [&](std::string_view name, const kube::IntOrString& value) {
        if (value.set) text += format(", {} {}", name, value.is_text() ? std::string(value.text) : std::to_string(value.number));
    };
    part("max unavailable", strategy.rolling_update->max_unavailable);
    part("max surge", strategy.rolling_update->max_surge);
    part("partition", strategy.rolling_update->partition);
    return text;
}

void set_verdict(DescribeView& view, std::int64_t ready, std::int64_t wanted) {
    const std::string name = view.object.display();
    if (wanted == 0) {
        view.verdict = format("{} is scaled to 0", name);
        return;
    }
    view.verdict = format("{} is {}: {} of {} ready", name, ready >= wanted ? "running" : ready > 0 ? "short of pods" : "not running", ready, counted(static_cast<std::size_t>(std::max<std::int64_t>(wanted, 0)), "pod"));
    view.state = ready >= wanted ? Verdict::healthy : ready > 0 ? Verdict::degraded : Verdict::failing;
}

void add_revisions(const kube::Deployment& object, const DescribeInput& input, DescribeView& view) {
    auto sets = input.facts.replica_sets_owned_by(kube::ref_of(object));
    std::stable_sort(sets.begin(), sets.end(), [](const auto* a, const auto* b) { return a->meta.created > b->meta.created; });
    DescribeSection section{.table = {.rows = {{"REVISION", "REPLICASET", "PODS", "READY", "AGE", "IMAGES"}}}};
    for (const auto* set : sets)
        if (set->status.replicas > 0 || section.table.rows.size() <= k_most_revisions)
            section.table.rows.push_back({or_none(kube::value_of(set->meta.annotations, "deployment.kubernetes.io/revision")), std::string(set->meta.name),
                                          std::to_string(set->status.replicas), std::to_string(set->status.ready_replicas), to_age(input.now - set->meta.created),
                                          images_of(set->spec.pod_template.spec)});
    view.add(std::move(section));
}

std::string autoscaler_of(const kube::ObjectRef& object, const facts::Snapshot& facts) {
    for (const auto& scaler : facts.all<kube::HorizontalPodAutoscaler>()) {
        const auto& target = scaler.spec.scale_target_ref;
        if (scaler.meta.namespace_name != object.namespace_name || target.kind != object.kind || target.name != object.name) continue;
        return format("HorizontalPodAutoscaler/{}, {} to {} replicas, wants {}", scaler.meta.name, scaler.spec.min_replicas.value_or(1), scaler.spec.max_replicas, scaler.status.desired_replicas);
    }
    return {};
}

std::string budget_of(const kube::ObjectRef& object, const kube::TextMap& labels, const facts::Snapshot& facts) {
    for (const auto& budget : facts.all<kube::PodDisruptionBudget>())
        if (budget.meta.namespace_name == object.namespace_name && budget.spec.selector && kube::matches(*budget.spec.selector, labels))
            return format("PodDisruptionBudget/{}, {} allowed now", budget.meta.name, counted(static_cast<std::size_t>(std::max<std::int64_t>(budget.status.disruptions_allowed, 0)), "disruption"));
    return {};
}

void add_claims(const kube::StatefulSet& object, const DescribeInput& input, DescribeView& view) {
    std::vector<std::string> claims;
    for (const auto& wanted : object.spec.volume_claim_templates)
        for (std::int64_t i = 0; i < std::min<std::int64_t>(object.spec.replicas.value_or(1), 4); ++i) {
            const std::string name = format("{}-{}-{}", wanted.meta.name, object.meta.name, i);
            const auto* claim = input.facts.find<kube::PersistentVolumeClaim>(object.meta.namespace_name, name);
            if (claim != nullptr) claims.push_back(format("{} {}", name, claim->status.phase));
        }
    view.fact("Claims", comma_list(claims));
}

} // namespace

void add_pods(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    auto pods = input.facts.pods_of_workload(object);
    std::stable_sort(pods.begin(), pods.end(), [](const auto* a, const auto* b) { return rules::is_ready(*a) < rules::is_ready(*b); });
    DescribeSection section{.table = {.rows = {{"POD", "READY", "STATUS", "RESTARTS", "NODE", "AGE"}}}};
    for (std::size_t i = 0; i < pods.size() && i < k_most_pods; ++i) {
        const auto columns = facts::pod_columns(*pods[i]);
        section.table.rows.push_back({std::string(pods[i]->meta.name), format("{}/{}", columns.ready, columns.total), columns.status, std::to_string(columns.restarts),
                                      or_none(pods[i]->spec.node_name), to_age(input.now - pods[i]->meta.created)});
    }
    if (pods.size() > k_most_pods) section.lines.push_back({"", format("and {} more pods", pods.size() - k_most_pods)});
    if (pods.empty() && !input.facts.knows<kube::Pod>()) view.fact("Pods", "<unknown>, pods could not be read");
    view.add(std::move(section));
}

void add_template(const kube::ObjectRef& object, const kube::PodTemplate& pod_template, const data::Value& raw_template, const DescribeInput& input, DescribeView& view) {
    view.fact("Serves", services_of(object.namespace_name, pod_template.meta.labels, input.facts));
    view.fact("Uses", uses_of(object.namespace_name, pod_template.spec, input.facts));
    view.fact("Scaled by", autoscaler_of(object, input.facts));
    view.fact("Guarded by", budget_of(object, pod_template.meta.labels, input.facts));
    view.fact("Images", images_of(pod_template.spec));
    DescribeSection labels{.title = "Template: labels and annotations", .full_only = true};
    for (const char* part : {"labels", "annotations"})
        for (const auto& [key, value] : raw_template.at("metadata", part).as_object()) labels.lines.push_back({"", format("{}={}", key, value.as_string())});
    view.add(std::move(labels));
    add_pod_spec(raw_template["spec"], {}, "Template: ", view);
}

bool describe_deployment(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto* found = input.facts.find<kube::Deployment>(object.namespace_name, object.name);
    if (found == nullptr) return false;
    const auto wanted = found->spec.replicas.value_or(1);
    set_verdict(view, found->status.ready_replicas, wanted);
    if (found->spec.paused) view.verdict += ", its rollout is paused";
    view.fact("Replicas", format("{} wanted, {} updated, {} ready, {} available", wanted, found->status.updated_replicas, found->status.ready_replicas, found->status.available_replicas));
    view.fact("Selector", kube::show(found->spec.selector));
    view.fact("Strategy", strategy_text(found->spec.strategy));
    add_template(object, found->spec.pod_template, input.raw.at("spec", "template"), input, view);
    add_revisions(*found, input, view);
    add_pods(object, input, view);
    return true;
}

bool describe_replica_set(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto* found = input.facts.find<kube::ReplicaSet>(object.namespace_name, object.name);
    if (found == nullptr) return false;
    set_verdict(view, found->status.ready_replicas, found->spec.replicas.value_or(1));
    view.fact("Owner", owner_chain(found->meta, kube::ReplicaSet::k_kind, input.facts));
    view.fact("Revision", std::string(kube::value_of(found->meta.annotations, "deployment.kubernetes.io/revision")));
    view.fact("Replicas", format("{} wanted, {} made, {} ready", found->spec.replicas.value_or(1), found->status.replicas, found->status.ready_replicas));
    view.fact("Selector", kube::show(found->spec.selector));
    add_template(object, found->spec.pod_template, input.raw.at("spec", "template"), input, view);
    add_pods(object, input, view);
    return true;
}

bool describe_stateful_set(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto* found = input.facts.find<kube::StatefulSet>(object.namespace_name, object.name);
    if (found == nullptr) return false;
    const auto wanted = found->spec.replicas.value_or(1);
    set_verdict(view, found->status.ready_replicas, wanted);
    view.fact("Replicas", format("{} wanted, {} made, {} ready, {} updated", wanted, found->status.replicas, found->status.ready_replicas, found->status.updated_replicas));
    view.fact("Selector", kube::show(found->spec.selector));
    view.fact("Strategy", format("{}, pods {}", strategy_text(found->spec.update_strategy), found->spec.pod_management_policy == "Parallel" ? "all at once" : "one after the other"));
    view.fact("Service", std::string(found->spec.service_name));
    add_claims(*found, input, view);
    add_template(object, found->spec.pod_template, input.raw.at("spec", "template"), input, view);
    add_pods(object, input, view);
    return true;
}

bool describe_daemon_set(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto* found = input.facts.find<kube::DaemonSet>(object.namespace_name, object.name);
    if (found == nullptr) return false;
    set_verdict(view, found->status.number_ready, found->status.desired_number_scheduled);
    if (found->status.desired_number_scheduled == 0) view.verdict = format("{} wants no node", view.object.display());
    view.fact("Nodes", format("{} wanted, {} scheduled, {} updated, {} ready, {} available, {} misscheduled", found->status.desired_number_scheduled, found->status.current_number_scheduled,
                              found->status.updated_number_scheduled, found->status.number_ready, found->status.number_available, found->status.number_misscheduled));
    view.fact("Selector", kube::show(found->spec.selector));
    view.fact("Node selector", kube::show(found->spec.pod_template.spec.node_selector));
    view.fact("Strategy", strategy_text(found->spec.update_strategy));
    add_template(object, found->spec.pod_template, input.raw.at("spec", "template"), input, view);
    add_pods(object, input, view);
    return true;
}

} // namespace kdiag::report
