// SPDX-License-Identifier: Apache-2.0
#include "report/describe/kinds.hpp"

#include "facts/pod_status.hpp"
#include "report/describe/event_words.hpp"
#include "report/describe/relations.hpp"
#include "report/redact.hpp"
#include "rules/common/container_view.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

/// A pod that is this young and has not failed yet is starting.
constexpr Duration k_young = Duration::minutes(2);

bool is_creating(const kube::Pod& pod) {
    const auto views = rules::containers_of(pod);
    return std::all_of(views.begin(), views.end(), [](const auto& view) {
        if (view.status == nullptr) return true;
        const auto reason = view.waiting_reason();
        return view.status->restart_count == 0 && (reason.empty() || reason == "ContainerCreating" || reason == "PodInitializing") &&
               (!view.status->state.terminated || view.status->state.terminated->exit_code == 0);
    });
}

bool is_starting(const kube::Pod& pod, const DescribeView& view) {
    return view.problems.empty() && !pod.spec.node_name.empty() && view.now - pod.meta.created < k_young && is_creating(pod);
}

/// What `ready` means to others: a pod behind a Service serves, another one just runs.
void set_verdict(const kube::Pod& pod, bool serves, DescribeView& view) {
    const auto columns = facts::pod_columns(pod);
    const std::string name = view.object.display(), ready = format("{}/{} containers ready", columns.ready, columns.total);
    if (pod.status.phase == "Succeeded") {
        view.verdict = format("{} has done its work", name);
    } else if (pod.status.phase == "Failed") {
        view.state = Verdict::failing;
        view.verdict = format("{} has failed: {}", name, columns.status);
    } else if (pod.meta.deleted) {
        view.state = Verdict::degraded;
        view.verdict = format("{} is being deleted since {}, {}", name, to_age(std::max(view.now - pod.meta.deleted, Duration{})), ready);
    } else if (rules::is_ready(pod)) {
        view.verdict = format("{} is {}, {}", name, serves ? "serving" : "running", ready);
    } else if (is_starting(pod, view)) {
        view.state = Verdict::degraded;
        view.verdict = format("{} is starting: {}, {}", name, columns.status, ready);
    } else {
        view.state = Verdict::failing;
        view.verdict = format("{} is not {}: {}, {}", name, serves ? "serving" : "ready", columns.status, ready);
    }
}

void add_problem(DescribeView& view, std::string text) {
    redact_credentials(text);
    view.problems.emplace_back(std::move(text), std::string());
}

std::string not_ready_words(const rules::ContainerView& container, const facts::Snapshot& facts) {
    std::string words = format("{} runs and is not ready", container.display());
    const kube::Event* failure = nullptr;
    for (const auto* event : facts.events_of(*container.pod))
        if (event->reason == "Unhealthy" && event->message.starts_with("Readiness") && rules::concerns(*event, container)) failure = event;
    return failure == nullptr ? words : format("{}: {}", words, short_probe_failure(failure->message));
}

/// Where no rule has found anything yet, the state itself says what is in the way.
void explain_by_state(const kube::Pod& pod, const DescribeInput& input, DescribeView& view) {
    if (!pod.status.message.empty()) add_problem(view, std::string(pod.status.message));
    const auto* scheduled = kube::find_condition(pod.status.conditions, "PodScheduled");
    if (scheduled != nullptr && scheduled->status == "False") add_problem(view, format("{}: {}", scheduled->reason, scheduled->message));
    for (const auto& container : rules::containers_of(pod)) {
        if (container.status == nullptr) continue;
        const auto& state = container.status->state;
        if (state.terminated && state.terminated->exit_code != 0)
            add_problem(view, format("{} has ended: {}", container.display(), rules::exit_words(*state.terminated)));
        else if (state.waiting && state.waiting->reason != "PodInitializing" && state.waiting->reason != "ContainerCreating")
            add_problem(view, format("{} waits: {}{}{}", container.display(), state.waiting->reason, state.waiting->message.empty() ? "" : ": ", state.waiting->message));
        else if (state.running && !container.status->ready && container.role == rules::ContainerRole::app)
            add_problem(view, not_ready_words(container, input.facts));
    }
}

std::string place_of(const kube::Pod& pod, const DescribeInput& input) {
    std::string text = or_none(pod.spec.node_name);
    if (const auto* node = input.facts.find<kube::Node>({}, pod.spec.node_name); node != nullptr)
        if (const auto* ready = kube::find_condition(node->status.conditions, "Ready"); ready != nullptr) text += ready->status == "True" ? " Ready" : " NotReady";
    if (!pod.status.pod_ip.empty()) text += format("   Pod IP {}", pod.status.pod_ip);
    if (!pod.status.qos_class.empty()) text += format("   QoS {}", pod.status.qos_class);
    return text + format("   Age {}", to_age(input.now - pod.meta.created));
}

void add_next(const kube::Pod& pod, const DescribeInput& input, DescribeView& view) {
    if (!input.recording.empty() || view.state == Verdict::healthy) return;
    for (const auto& container : rules::containers_of(pod)) {
        if (container.status == nullptr) continue;
        const auto& state = container.status->state;
        const bool ended = state.terminated && state.terminated->exit_code != 0;
        const bool again = container.status->restart_count > 0;
        if (!again && !ended && !state.running) continue;
        if (!again && !ended && container.status->ready) continue;
        view.next.emplace_back(format("kdiag logs pod/{} -c {}{} -n {}", shell_quote(pod.meta.name), shell_quote(container.spec->name), again && !ended ? " -p" : "",
                                      shell_quote(pod.meta.namespace_name)),
                               again && !ended ? "log of the last crash" : ended ? "what it said before it ended" : "what it says now");
    }
}

void add_full(const kube::Pod& pod, const DescribeInput& input, DescribeView& view) {
    const auto& status = input.raw["status"];
    DescribeSection section{.title = "Pod", .full_only = true};
    const auto add = [&](const char* label, std::string text) {
        if (!text.empty()) section.lines.push_back({label, std::move(text)});
    };
    add("Phase", std::string(pod.status.phase));
    add("Reason", std::string(pod.status.reason));
    add("Message", std::string(pod.status.message));
    if (pod.status.start_time) add("Started", format("{} ({} ago)", to_rfc3339(pod.status.start_time), to_age(input.now - pod.status.start_time)));
    add("Node IP", std::string(pod.status.host_ip));
    std::vector<std::string> addresses;
    for (const auto& address : status["podIPs"].as_array()) addresses.emplace_back(address["ip"].as_string());
    add("IPs", comma_list(addresses));
    add("Nominated node", std::string(pod.status.nominated_node_name));
    view.add(std::move(section));
    add_pod_spec(input.raw["spec"], status, "", view);
}

} // namespace

bool describe_pod(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto* pod = input.facts.find<kube::Pod>(object.namespace_name, object.name);
    if (pod == nullptr) return false;
    const std::string services = services_of(object.namespace_name, pod->meta.labels, input.facts);
    set_verdict(*pod, !input.facts.services_selecting(*pod).empty(), view);
    if (view.state != Verdict::healthy && view.problems.empty()) explain_by_state(*pod, input, view);
    view.fact("Owner", owner_chain(pod->meta, kube::Pod::k_kind, input.facts));
    view.fact("Node", place_of(*pod, input));
    view.fact("Serves", services);
    view.fact("Uses", uses_of(object.namespace_name, pod->spec, input.facts));
    add_containers(*pod, input, view);
    add_full(*pod, input, view);
    add_next(*pod, input, view);
    return true;
}

} // namespace kdiag::report
