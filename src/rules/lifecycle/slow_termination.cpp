// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"

#include <algorithm>
#include <charconv>

namespace kdiag::rules::lifecycle {

namespace {

constexpr Duration k_overdue = Duration::minutes(2);
constexpr std::int64_t k_default_grace = 30;

bool node_is_well(const facts::Snapshot& facts, const kube::Pod& pod) {
    const auto* node = facts.find<kube::Node>({}, pod.spec.node_name);
    const auto* ready = node ? kube::find_condition(node->status.conditions, "Ready") : nullptr;
    return !ready || ready->status == "True";
}

/// The longest `sleep N` of a command, in seconds; 0 when there is none.
std::int64_t sleep_in(const kube::TextList& command) {
    std::int64_t longest = 0;
    for (std::size_t i = 0; i < command.size(); ++i) {
        std::string_view text = command[i];
        if (text == "sleep" && i + 1 < command.size())
            text = command[i + 1];
        else if (const auto at = text.find("sleep "); at != std::string_view::npos)
            text = trim(text.substr(at + 6));
        else
            continue;
        std::int64_t seconds = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
        if (error != std::errc{}) continue;
        const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()), 1);
        const std::int64_t factor = unit == "m" ? 60 : unit == "h" ? 3600 : 1;
        if (seconds > 0 && seconds < 1'000'000) longest = std::max(longest, seconds * factor);
    }
    return longest;
}

bool is_running(const kube::Pod& pod, std::string_view container) {
    const auto& statuses = pod.status.container_statuses;
    return std::any_of(statuses.begin(), statuses.end(),
                       [&](const auto& status) { return status.name == container && status.state.running; });
}

bool has_running_container(const kube::Pod& pod) {
    const auto& statuses = pod.status.container_statuses;
    return std::any_of(statuses.begin(), statuses.end(), [](const auto& status) { return status.state.running.has_value(); });
}

/// A hook that cannot end before the grace period does.
void report_long_hook(const RuleContext& context, const kube::Pod& pod, FindingSink& sink) {
    const std::int64_t grace =
        pod.meta.deletion_grace_seconds.value_or(pod.spec.termination_grace_period_seconds.value_or(k_default_grace));
    for (std::size_t i = 0; i < pod.spec.containers.size(); ++i) {
        const auto& container = pod.spec.containers[i];
        const auto* hook = container.lifecycle && container.lifecycle->pre_stop && container.lifecycle->pre_stop->exec
                               ? container.lifecycle->pre_stop->exec.get()
                               : nullptr;
        if (!hook || !is_running(pod, container.name) || grace <= 0) continue;
        const std::int64_t sleeps = sleep_in(hook->command);
        if (sleeps < grace) continue;
        const Timestamp started = pod.meta.deleted - Duration::seconds(grace);
        Finding finding{.severity = Severity::warning, .confidence = Confidence::likely, .subject = kube::ref_of(pod)};
        finding.subject.container = container.name;
        finding.first_seen = started;
        finding.title = format("preStop hook of container `{}` blocks the end of the pod", container.name);
        finding.cause = format("the preStop hook sleeps {}s and the grace period is {}s, so the hook uses all of it and the container is "
                               "killed instead of stopping",
                               sleeps, grace);
        finding.evidence.push_back(
            {.text = format("terminating for {}, until {}", to_age(context.age(started)), to_rfc3339(pod.meta.deleted)),
             .path = ".metadata.deletionTimestamp",
             .value = to_rfc3339(pod.meta.deleted),
             .time = pod.meta.deleted});
        finding.evidence.push_back({.text = format("preStop {}", join(hook->command, " ")),
                                    .path = format(".spec.containers[{}].lifecycle.preStop.exec.command", i),
                                    .value = format("{}", join(hook->command, " "))});
        finding.impact = "the pod stays Terminating for the whole grace period, and its application gets no time to finish";
        finding.remedies.push_back({"shorten the hook, or raise terminationGracePeriodSeconds above it", {}, Risk::change});
        finding.remedies.push_back(
            {"to end this pod now",
             format("{} delete pod {} --grace-period=1", kubectl_in(pod.meta.namespace_name), shell_quote(pod.meta.name)),
             Risk::disruptive});
        sink.add(std::move(finding));
        return;
    }
}

/// The kubelet's own words about why it cannot end the pod.
const kube::Event* kill_error(const facts::Snapshot& facts, const kube::Pod& pod) {
    const kube::Event* last = nullptr;
    for (const auto* event : facts.events_of(pod))
        if (event->reason == "FailedKillPod" || event->reason == "ExceededGracePeriod" ||
            contains(event->message, "UnmountVolume.TearDown failed"))
            last = event;
    return last;
}

std::string cause_of(const kube::Event* error, bool ended) {
    if (error && contains_ignoring_case(error->message, "cni")) return "the network plugin (CNI) cannot take down the pod's network";
    if (error && contains(error->message, "UnmountVolume")) return "a volume of the pod cannot be unmounted";
    if (error && contains(error->message, "KillContainer"))
        return "the container runtime cannot kill a container: it hangs, or a process is stuck in the kernel";
    if (error) return format("the kubelet says: {}", error->message);
    return ended ? "probably a volume or the pod's network cannot be taken down: the containers have ended and the pod is still there"
                 : "probably the container runtime or a process hangs: the grace period is over and containers still run";
}

void report_overdue(const RuleContext& context, const kube::Pod& pod, FindingSink& sink) {
    const auto* error = kill_error(context.facts, pod);
    const bool ended = !has_running_container(pod);
    Finding finding{
        .severity = Severity::error, .confidence = error ? Confidence::certain : Confidence::likely, .subject = kube::ref_of(pod)};
    finding.first_seen = pod.meta.deleted;
    finding.title = ended ? "pod's containers have ended, but the pod does not go away" : "pod does not end, its grace period is long over";
    finding.cause = cause_of(error, ended);
    finding.evidence.push_back({.text = format("should have been gone {} ago", to_age(context.age(pod.meta.deleted))),
                                .path = ".metadata.deletionTimestamp",
                                .value = to_rfc3339(pod.meta.deleted),
                                .time = pod.meta.deleted});
    if (error)
        finding.evidence.push_back({.type = EvidenceType::event,
                                    .text = format("{}: {}", error->reason, error->message),
                                    .value = std::string(error->message),
                                    .time = error->last_seen(),
                                    .first_time = error->first_seen(),
                                    .count = error->count()});
    finding.explained_by.push_back({.kind = std::string(kube::Node::k_kind), .name = std::string(pod.spec.node_name)});
    finding.impact = "its volumes, its address and its name stay taken";
    finding.remedies.push_back({"look at the kubelet and the container runtime of its node",
                                format("kubectl describe node {}", shell_quote(pod.spec.node_name)), Risk::read});
    finding.remedies.push_back(
        {"last resort: forget the pod, its processes may run on",
         format("{} delete pod {} --force --grace-period=0", kubectl_in(pod.meta.namespace_name), shell_quote(pod.meta.name)),
         Risk::disruptive});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (!pod.meta.deleted || pod.spec.node_name.empty() || !node_is_well(context.facts, pod)) continue;
        if (context.age(pod.meta.deleted) >= k_overdue) {
            if (pod.meta.finalizers.empty() || has_running_container(pod)) report_overdue(context, pod, sink);
        } else {
            report_long_hook(context, pod, sink);
        }
    }
}

} // namespace

extern const Rule k_slow_termination{
    {.id = "KD1504",
     .name = "slow-termination",
     .title = "a deleted pod does not end, or not in time",
     .category = "termination",
     .scenario = Scenario::other,
     .stage = Stage::object,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::replicasets},
     .precedence = 40,
     .doc = {.meaning = "The pod is deleted, and its kubelet has not been able to end it two minutes after the grace period; or a preStop "
                        "hook will use up the whole grace period.",
             .why_it_matters = "The name, the volumes and the address of the pod stay taken. After a hook that takes too long the "
                               "application is killed without a chance to finish.",
             .how_it_is_found = "metadata.deletionTimestamp, which is the end of the grace period, is long past on a node that is ready, "
                                "and no finalizer explains it; FailedKillPod, ExceededGracePeriod and unmount errors tell why. "
                                "During the grace period only a preStop hook that sleeps at least as long as the grace period is reported.",
             .what_to_do = "Look at the kubelet, the container runtime and the network plugin of the node.\nShorten the preStop hook or "
                           "raise terminationGracePeriodSeconds.\nForce the deletion last: it removes the object only.",
             .false_positives = "A long grace period is no problem and is not reported.",
             .see_also = "KD1501 KD1503"}},
    check};

} // namespace kdiag::rules::lifecycle
