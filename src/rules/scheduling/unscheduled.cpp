// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/unscheduled.hpp"

#include "rules/common/youth.hpp"
#include "rules/scheduling/fit_table.hpp"
#include "rules/scheduling/node_filters.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace kdiag::rules::scheduling {

namespace {

constexpr Duration k_settling = Duration::seconds(10), k_young = Duration::seconds(30), k_scale_up = Duration::minutes(10),
                   k_preemption = Duration::minutes(3), k_scheduler_error = Duration::minutes(5);

/// The autoscaler adds a node, or victims are being cleared away: it heals by itself.
bool is_being_helped(const RuleContext& context, const kube::Pod& pod) {
    const auto* up = context.facts.last_event(pod, "TriggeredScaleUp");
    const auto* refused = context.facts.last_event(pod, "NotTriggerScaleUp");
    if (up && is_younger(context, up->last_seen(), k_scale_up) && (!refused || refused->last_seen() < up->last_seen())) return true;
    return !pod.status.nominated_node_name.empty() && is_younger(context, pod.meta.created, k_preemption);
}

/// An error of a plugin is retried; it counts when it lasts.
bool is_passing_error(const RuleContext& context, const SchedulerWord& word) {
    return word.condition && word.condition->reason == "SchedulerError" && is_younger(context, word.condition->changed, k_scheduler_error);
}

/// Whether the message names anything to decide on; spares the nodes where it does not.
bool could_decide(const SchedulerMessage& said, const kube::PodSpec& spec) {
    return said.no_nodes || !kinds_of(said, spec).empty();
}

/// Replicas of one controller that were told the same have one analysis.
using Key = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>;
Key key_of(const kube::Pod& pod, std::string_view text) {
    const auto* controller = pod.meta.controller();
    const bool alike = controller && controller->kind != kube::DaemonSet::k_kind && controller->kind != kube::StatefulSet::k_kind &&
                       meant_for(pod.spec).empty();
    return {pod.meta.namespace_name, alike ? controller->kind : kube::Pod::k_kind, alike ? controller->name : pod.meta.name, text};
}

std::shared_ptr<const Analysis> analyse(const Unscheduled& pod, const ClusterRoom* cluster) {
    auto analysis = std::make_shared<Analysis>();
    const bool complete = cluster && cluster->known() &&
                          (!pod.said.nodes_total || *pod.said.nodes_total <= static_cast<std::int64_t>(cluster->nodes().size()));
    if (complete) {
        analysis->neighbours.emplace(*cluster, *pod.pod);
        analysis->fits = fit_nodes(*cluster, *pod.pod, *analysis->neighbours, pod.claims);
    }
    analysis->decision = decide(pod.said, analysis->fits, pod.pod->spec);
    if (!analysis->fits.empty()) analysis->table = fit_table(*pod.pod, analysis->fits);
    return analysis;
}

/// All pods that wait, and the cluster they were judged by (null when none does).
struct AllUnscheduled {
    std::unique_ptr<ClusterRoom> cluster;
    std::vector<Unscheduled> pods;
};

AllUnscheduled all_unscheduled(const RuleContext& context) {
    AllUnscheduled result;
    std::map<Key, std::shared_ptr<const Analysis>> analyses;
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (!waits_for_node(pod)) continue;
        const auto word = last_word(context.facts, pod);
        if (!word || is_passing_error(context, *word)) continue;
        if (is_younger(context, pod.meta.created, k_settling)) continue;
        Unscheduled waiting{.pod = &pod, .word = *word, .said = parse_scheduler_message(word->text)};
        if (word->condition && word->condition->reason == "SchedulingGated")
            waiting.said.refusals = {{.constraint = Constraint::gate, .text = word->text}};
        if (!could_decide(waiting.said, pod.spec) || is_being_helped(context, pod)) continue;
        waiting.young = is_younger(context, pod.meta.created, k_young);
        waiting.claims = claims_of(pod, context.facts);
        if (!result.cluster) result.cluster = std::make_unique<ClusterRoom>(context.facts);
        auto& analysis = analyses[key_of(pod, word->text)];
        if (!analysis) analysis = analyse(waiting, result.cluster.get());
        waiting.analysis = analysis;
        result.pods.push_back(std::move(waiting));
    }
    return result;
}

} // namespace

bool waits_for_node(const kube::Pod& pod) {
    if (!pod.spec.node_name.empty() || pod.meta.deleted) return false;
    return pod.status.phase.empty() || pod.status.phase == "Pending";
}

std::optional<SchedulerWord> last_word(const facts::Snapshot& facts, const kube::Pod& pod) {
    const auto* condition = kube::find_condition(pod.status.conditions, "PodScheduled");
    if (condition && condition->status == "True") return std::nullopt;
    if (condition && (!condition->message.empty() || condition->reason == "SchedulingGated"))
        return SchedulerWord{.text = condition->message, .condition = condition};
    const kube::Event* last = nullptr;
    for (const auto* event : facts.events_of(pod))
        if (event->reason == "FailedScheduling" && event->component() != "karpenter") last = event;
    if (!last) return std::nullopt;
    return SchedulerWord{.text = last->message, .event = last};
}

std::vector<std::reference_wrapper<const Unscheduled>> unscheduled_pods(const RuleContext& context, std::initializer_list<Constraint> wanted) {
    std::vector<std::reference_wrapper<const Unscheduled>> result;
    for (const auto& pod : context.once(all_unscheduled).pods)
        if (std::find(wanted.begin(), wanted.end(), pod.analysis->decision.constraint) != wanted.end()) result.emplace_back(pod);
    return result;
}

} // namespace kdiag::rules::scheduling
