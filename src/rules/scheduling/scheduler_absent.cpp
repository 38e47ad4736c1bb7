// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/common/youth.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "util/format.hpp"
#include "util/suggest.hpp"

#include <algorithm>
#include <set>

namespace kdiag::rules::scheduling {

namespace {

constexpr Duration k_answer_of_others = Duration::seconds(15), k_answer_of_default = Duration::minutes(2);
constexpr std::string_view k_default = "default-scheduler";

std::string_view scheduler_of(const kube::Pod& pod) {
    return pod.spec.scheduler_name.empty() ? k_default : pod.spec.scheduler_name;
}

/// Schedulers that have placed or judged a pod, so they run or did.
std::set<std::string> seen_schedulers(const facts::Snapshot& facts) {
    std::set<std::string> seen;
    for (const auto& pod : facts.all<kube::Pod>()) {
        const auto* condition = kube::find_condition(pod.status.conditions, "PodScheduled");
        if (condition && (condition->status == "True" || !condition->message.empty())) seen.emplace(scheduler_of(pod));
    }
    for (const auto& event : facts.all<kube::Event>())
        if (event.reason == "Scheduled" || event.reason == "FailedScheduling") seen.emplace(event.component());
    return seen;
}

/// A pod of the scheduler itself, by its name or its app label.
bool has_running_pod(const facts::Snapshot& facts, std::string_view scheduler) {
    const auto& pods = facts.all<kube::Pod>();
    return std::any_of(pods.begin(), pods.end(), [&](const kube::Pod& pod) {
        return pod.status.phase == "Running" &&
               (pod.meta.name.starts_with(scheduler) || kube::value_of(pod.meta.labels, "app") == scheduler ||
                kube::value_of(pod.meta.labels, "component") == scheduler);
    });
}

bool was_never_looked_at(const facts::Snapshot& facts, const kube::Pod& pod) {
    if (!waits_for_node(pod) || !pod.spec.scheduling_gates.empty() || !pod.status.nominated_node_name.empty()) return false;
    if (kube::find_condition(pod.status.conditions, "PodScheduled")) return false;
    const auto events = facts.events_of(pod);
    return std::none_of(events.begin(), events.end(),
                        [](const auto* event) { return event->reason == "FailedScheduling" || event->reason == "Scheduled"; });
}

void describe(const RuleContext& context, const kube::Pod& pod, const std::set<std::string>& seen, FindingSink& sink) {
    const std::string scheduler(scheduler_of(pod));
    Finding finding{.subject = kube::ref_of(pod)};
    finding.severity = severity_of_lost_pod(context.facts, pod);
    finding.confidence =
        scheduler == k_default || is_younger(context, pod.meta.created, Duration::seconds(30)) ? Confidence::likely : Confidence::certain;
    finding.first_seen = pod.meta.created;
    finding.title = scheduler == k_default ? "no scheduler has looked at the pod" : format("no scheduler `{}` looks at the pod", scheduler);
    std::vector<std::string> known{std::string(k_default)};
    known.insert(known.end(), seen.begin(), seen.end());
    const auto near = nearest(scheduler, known, 1);
    finding.cause =
        scheduler == k_default
            ? std::string("probably the scheduler does not run: the pod has no PodScheduled condition and no event of a scheduler")
            : format("spec.schedulerName is `{}`, and nothing of that name has ever answered{}", scheduler,
                     near.empty() ? std::string() : format("; `{}` is probably meant", near.front()));
    finding.evidence.push_back(field(".spec.schedulerName", scheduler, format("schedulerName {}", scheduler)));
    finding.evidence.push_back(
        {.type = EvidenceType::derived,
         .text = format("no PodScheduled condition and no scheduler event {} after creation", to_age(context.age(pod.meta.created))),
         .path = ".status.conditions"});
    finding.impact = "the pod is never placed";
    finding.shared = {.kind = "Scheduler", .name = scheduler};
    const auto top = context.facts.top_owner(pod);
    if (scheduler == k_default)
        finding.remedies.push_back(
            {"look after the scheduler", "kubectl -n kube-system get pods -l component=kube-scheduler -o wide", Risk::read});
    else {
        if (top.kind == kube::Deployment::k_kind || top.kind == kube::StatefulSet::k_kind || top.kind == kube::DaemonSet::k_kind)
            finding.remedies.push_back(
                {"use the default scheduler",
                 format("{} patch {} -p '{{\"spec\":{{\"template\":{{\"spec\":{{\"schedulerName\":\"{}\"}}}}}}}}'",
                        kubectl_in(top.namespace_name), kubectl_name(top), near.empty() ? std::string(k_default) : near.front()),
                 Risk::change});
        finding.remedies.push_back({format("or start the scheduler `{}`; whether one runs", scheduler),
                                    format("kubectl get pods -A | grep -e {}", shell_quote(scheduler)), Risk::read});
    }
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    std::vector<const kube::Pod*> ignored;
    std::size_t by_default = 0;
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (!was_never_looked_at(context.facts, pod) || !pod.meta.created) continue; // without a time it may be a manifest
        const bool is_default = scheduler_of(pod) == k_default;
        if (is_younger(context, pod.meta.created, is_default ? k_answer_of_default : k_answer_of_others)) continue;
        ignored.push_back(&pod);
        if (is_default) ++by_default;
    }
    if (ignored.empty()) return;
    const auto seen = seen_schedulers(context.facts);
    for (const kube::Pod* pod : ignored) {
        const std::string scheduler(scheduler_of(*pod));
        if (scheduler == k_default && by_default < 2) continue; // one pod is a riddle, several are a pattern
        if (seen.contains(scheduler) || has_running_pod(context.facts, scheduler) ||
            (scheduler == k_default && has_running_pod(context.facts, "kube-scheduler")))
            continue;
        describe(context, *pod, seen, sink);
    }
}

} // namespace

extern const Rule k_scheduler_absent{
    {.id = "KD1211",
     .name = "scheduler-absent",
     .title = "the scheduler that a pod names does not run",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods, kube::Resource::events},
     .uses = {kube::Resource::replicasets},
     .precedence = 45,
     .doc = {.meaning = "No scheduler has looked at the pod: it has neither a PodScheduled condition nor an event of a scheduler. Usually "
                        "spec.schedulerName names one that nobody runs.",
             .why_it_matters = "Nothing will ever place the pod, and nothing complains: there are no events.",
             .how_it_is_found =
                 "The pod is Pending without a node, a condition PodScheduled and scheduler events, and it is older than any scheduler "
                 "needs to answer: 15 seconds for a scheduler of another name, two minutes for the default one, which is only suspected "
                 "when several pods wait so. "
                 "A scheduler that has placed or judged any other pod, or that has a running pod of its own, counts as present.",
             .what_to_do = "Correct spec.schedulerName in the pod template; a pod that exists has to be created again.\nOr start the "
                           "scheduler of that name.",
             .false_positives = "A scheduler that runs outside of the cluster and is slow.",
             .see_also = "KD1204"}},
    check};

} // namespace kdiag::rules::scheduling
