// SPDX-License-Identifier: Apache-2.0
#include "report/describe/describe.hpp"

#include "facts/pod_status.hpp"
#include "kube/selector.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

void add_pods(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    auto pods = input.facts.pods_of_workload(object);
    if (pods.empty()) return;
    std::stable_sort(pods.begin(), pods.end(), [](const auto* a, const auto* b) { return rules::is_ready(*a) < rules::is_ready(*b); });
    constexpr std::size_t most = 12;
    DescribeSection section;
    section.table.rows.push_back({"POD", "READY", "STATUS", "RESTARTS", "NODE", "AGE"});
    for (std::size_t i = 0; i < pods.size() && i < most; ++i) {
        const auto columns = facts::pod_columns(*pods[i]);
        section.table.rows.push_back({std::string(pods[i]->meta.name), format("{}/{}", columns.ready, columns.total), columns.status, std::to_string(columns.restarts),
                                      pods[i]->spec.node_name.empty() ? "<none>" : std::string(pods[i]->spec.node_name), to_age(input.now - pods[i]->meta.created)});
    }
    if (pods.size() > most) section.lines.push_back(format("and {} more pods", pods.size() - most));
    view.sections.push_back(std::move(section));
}

void set_verdict(DescribeView& view, std::int64_t ready, std::int64_t wanted) {
    const std::string name = view.object.display();
    if (wanted == 0) view.verdict = format("{} is scaled to 0", name);
    else view.verdict = format("{} is {}: {} of {} pods ready", name, ready >= wanted ? "serving" : ready > 0 ? "short of pods" : "not serving", ready, wanted);
    view.works = view.works && ready >= wanted;
}

template <class T> void add_template(const T& object, DescribeView& view) {
    std::vector<std::string> images;
    for (const auto& container : object.spec.pod_template.spec.containers) images.push_back(format("{} {}", container.name, container.image));
    if (!images.empty()) view.facts.emplace_back("Images", list_some(images, 6));
}

void describe_deployment(const kube::Deployment& object, const DescribeInput& input, DescribeView& view) {
    set_verdict(view, object.status.ready_replicas, object.spec.replicas.value_or(1));
    view.facts.emplace_back("Replicas", format("{} wanted, {} updated, {} ready, {} available", object.spec.replicas.value_or(1), object.status.updated_replicas, object.status.ready_replicas, object.status.available_replicas));
    view.facts.emplace_back("Selector", kube::show(object.spec.selector));
    view.facts.emplace_back("Strategy", std::string(object.spec.strategy.type));
    add_template(object, view);
    DescribeSection revisions;
    revisions.table.rows.push_back({"REVISION", "REPLICASET", "PODS", "READY", "AGE"});
    auto sets = input.facts.replica_sets_owned_by(view.object);
    std::sort(sets.begin(), sets.end(), [](const auto* a, const auto* b) { return a->meta.created > b->meta.created; });
    for (const auto* set : sets)
        if (set->status.replicas > 0 || revisions.table.rows.size() < 4)
            revisions.table.rows.push_back({std::string(kube::value_of(set->meta.annotations, "deployment.kubernetes.io/revision")), std::string(set->meta.name), std::to_string(set->status.replicas),
                                            std::to_string(set->status.ready_replicas), to_age(input.now - set->meta.created)});
    if (revisions.table.rows.size() > 1) view.sections.push_back(std::move(revisions));
}

void describe_job(const kube::Job& object, const DescribeInput& input, DescribeView& view) {
    const auto* failed = kube::find_condition(object.status.conditions, "Failed");
    const bool has_failed = failed != nullptr && failed->status == "True";
    view.verdict = object.status.completion_time ? format("{} has done its work", view.object.display())
                   : has_failed                  ? format("{} has failed: {}", view.object.display(), failed->reason)
                   : object.spec.suspend         ? format("{} is suspended", view.object.display())
                                                 : format("{} is running, {} active", view.object.display(), object.status.active);
    view.works = view.works && !has_failed;
    view.facts.emplace_back("Pods", format("{} active, {} succeeded, {} failed; backoffLimit {}", object.status.active, object.status.succeeded, object.status.failed, object.spec.backoff_limit.value_or(6)));
    if (object.status.start_time) view.facts.emplace_back("Started", format("{} ago{}", to_age(input.now - object.status.start_time), object.status.completion_time ? format(", took {}", to_age(object.status.completion_time - object.status.start_time)) : ""));
    add_template(object, view);
}

void describe_cron_job(const kube::CronJob& object, const DescribeInput& input, DescribeView& view) {
    view.verdict = object.spec.suspend ? format("{} is suspended", view.object.display()) : format("{} runs at `{}`", view.object.display(), object.spec.schedule);
    view.facts.emplace_back("Schedule", format("{}{}", object.spec.schedule, object.spec.time_zone.empty() ? "" : format(" ({})", object.spec.time_zone)));
    view.facts.emplace_back("Last run", object.status.last_schedule_time ? format("{} ago", to_age(input.now - object.status.last_schedule_time)) : "<none>");
    view.facts.emplace_back("Last success", object.status.last_successful_time ? format("{} ago", to_age(input.now - object.status.last_successful_time)) : "<none>");
}

} // namespace

void describe_workload(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto& facts = input.facts;
    if (const auto* found = facts.find<kube::Deployment>(object.namespace_name, object.name); found != nullptr && object.kind == kube::Deployment::k_kind) describe_deployment(*found, input, view);
    if (const auto* found = facts.find<kube::ReplicaSet>(object.namespace_name, object.name); found != nullptr && object.kind == kube::ReplicaSet::k_kind) {
        set_verdict(view, found->status.ready_replicas, found->spec.replicas.value_or(1));
        const auto top = facts.top_owner(found->meta, kube::ReplicaSet::k_kind);
        if (top.key() != object.key()) view.facts.emplace_back("Owner", top.display());
        add_template(*found, view);
    }
    if (const auto* found = facts.find<kube::StatefulSet>(object.namespace_name, object.name); found != nullptr && object.kind == kube::StatefulSet::k_kind) {
        set_verdict(view, found->status.ready_replicas, found->spec.replicas.value_or(1));
        view.facts.emplace_back("Replicas", format("{} wanted, {} made, {} ready, {} updated", found->spec.replicas.value_or(1), found->status.replicas, found->status.ready_replicas, found->status.updated_replicas));
        view.facts.emplace_back("Service", std::string(found->spec.service_name));
        add_template(*found, view);
    }
    if (const auto* found = facts.find<kube::DaemonSet>(object.namespace_name, object.name); found != nullptr && object.kind == kube::DaemonSet::k_kind) {
        set_verdict(view, found->status.number_ready, found->status.desired_number_scheduled);
        view.facts.emplace_back("Nodes", format("{} wanted, {} scheduled, {} ready, {} misscheduled", found->status.desired_number_scheduled, found->status.current_number_scheduled, found->status.number_ready, found->status.number_misscheduled));
        add_template(*found, view);
    }
    if (const auto* found = facts.find<kube::Job>(object.namespace_name, object.name); found != nullptr && object.kind == kube::Job::k_kind) describe_job(*found, input, view);
    if (const auto* found = facts.find<kube::CronJob>(object.namespace_name, object.name); found != nullptr && object.kind == kube::CronJob::k_kind) describe_cron_job(*found, input, view);
    add_pods(object, input, view);
}

} // namespace kdiag::report
