// SPDX-License-Identifier: Apache-2.0
#include "report/describe/describe.hpp"

#include "facts/pod_status.hpp"
#include "rules/common/container_view.hpp"
#include "rules/common/pod_references.hpp"
#include "rules/common/probe_text.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

using rules::ContainerRole;
using rules::ContainerView;

std::string state_of(const ContainerView& view, Timestamp now) {
    if (view.status == nullptr) return "not reported yet";
    const auto& state = view.status->state;
    if (state.running) return format("running {}", to_age(now - state.running->started_at));
    if (state.terminated) return view.role == ContainerRole::init && state.terminated->exit_code == 0 ? format("done in {}", to_age(state.terminated->finished_at - state.terminated->started_at))
                                                                                                        : format("ended: {}", rules::exit_words(*state.terminated));
    if (state.waiting && state.waiting->reason == "CrashLoopBackOff") return "waiting: crash loop";
    return state.waiting ? format("waiting: {}", state.waiting->reason) : "waiting";
}

std::string last_exit(const ContainerView& view) {
    const auto* end = view.last_end();
    if (end == nullptr) return "-";
    std::string text = format("{}", end->exit_code);
    if (!end->reason.empty() && end->reason != "Completed") text += format(" {}", end->reason);
    if (end->started_at && end->finished_at) text += format(", {}", to_age(end->finished_at - end->started_at));
    return text;
}

std::string pair_of(const kube::ResourceRequirements& resources, kube::Text name) {
    const auto request = kube::value_of(resources.requests, name), limit = kube::value_of(resources.limits, name);
    if (request.empty() && limit.empty()) return "-";
    return format("{}/{}", request.empty() ? kube::Text("-") : request, limit.empty() ? kube::Text("-") : limit);
}

DescribeSection container_table(const std::vector<ContainerView>& views, Timestamp now) {
    DescribeSection section;
    section.table.rows.push_back({"CONTAINER", "STATE", "READY", "RESTARTS", "CPU", "MEMORY", "LAST-EXIT"});
    for (const auto& view : views) {
        const std::string role = view.role == ContainerRole::init ? " (init)" : view.role == ContainerRole::sidecar ? " (sidecar)" : "";
        const bool counts = view.role != ContainerRole::init;
        section.table.rows.push_back({std::string(view.spec->name) + role, state_of(view, now), !counts ? "-" : view.status != nullptr && view.status->ready ? "yes" : "no",
                                      view.status != nullptr ? std::to_string(view.status->restart_count) : "0", pair_of(view.spec->resources, "cpu"), pair_of(view.spec->resources, "memory"), last_exit(view)});
    }
    return section;
}

void add_probe(const ContainerView& view, const kube::Probe* probe, const char* kind, const char* event_kind, const char* consequence, const DescribeInput& input, std::vector<std::string>& lines) {
    if (probe == nullptr) return;
    lines.push_back(format("{:<10} {}", kind, rules::probe_sentence(*probe, consequence)));
    const kube::Event* failure = nullptr;
    for (const auto* event : input.facts.events_of(*view.pod))
        if (event->reason == "Unhealthy" && rules::concerns(*event, view) && event->message.starts_with(event_kind)) failure = event;
    if (failure == nullptr) return;
    const auto colon = failure->message.find(": ");
    lines.push_back(format("{:<10} {} {} ago, {}: {}", "", view.status != nullptr && view.status->ready ? "failed, last" : "failing, last", to_age(input.now - failure->last_seen()),
                           counted(static_cast<std::size_t>(failure->count()), "time"), trim(failure->message.substr(colon == kube::Text::npos ? 0 : colon + 2))));
}

DescribeSection container_details(const ContainerView& view, const DescribeInput& input) {
    DescribeSection section{.title = std::string(view.spec->name)};
    section.lines.push_back(format("image {}", view.spec->image));
    if (!view.waiting_message().empty()) section.lines.push_back(std::string(view.waiting_message()));
    add_probe(view, view.spec->startup_probe.get(), "startup", "Startup", "restart", input, section.lines);
    add_probe(view, view.spec->readiness_probe.get(), "readiness", "Readiness", "out", input, section.lines);
    add_probe(view, view.spec->liveness_probe.get(), "liveness", "Liveness", "restart", input, section.lines);
    return section;
}

std::string owner_chain(const kube::Pod& pod, const facts::Snapshot& facts) {
    const auto* owner = pod.meta.controller();
    if (owner == nullptr) return {};
    const auto top = facts.top_owner(pod);
    const std::string direct = format("{}/{}", owner->kind, owner->name);
    std::string chain = top.name == owner->name ? direct : format("{} -> {}", top.display(), direct);
    if (const auto* set = facts.find<kube::ReplicaSet>(pod.meta.namespace_name, owner->name); set != nullptr && owner->kind == kube::ReplicaSet::k_kind)
        if (const auto revision = kube::value_of(set->meta.annotations, "deployment.kubernetes.io/revision"); !revision.empty()) chain += format(", revision {}", revision);
    return chain;
}

std::string serves(const kube::Pod& pod, const facts::Snapshot& facts) {
    std::vector<std::string> services;
    for (const auto* service : facts.services_selecting(pod)) {
        std::string text = kube::ref_of(*service).display();
        if (!service->spec.ports.empty()) {
            const auto& port = service->spec.ports.front();
            text += format(" {} -> {}", port.port, !port.target_port.set ? std::to_string(port.port) : port.target_port.is_text() ? std::string(port.target_port.text) : std::to_string(port.target_port.number));
        }
        services.push_back(std::move(text));
    }
    return list_some(services, 4);
}

std::string uses(const kube::Pod& pod, const facts::Snapshot& facts) {
    std::vector<std::string> names;
    const auto add = [&](std::string name) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    };
    for (const auto& reference : rules::config_references(pod.spec))
        if (reference.name != "kube-root-ca.crt") add(reference.kind + "/" + reference.name + (reference.optional ? " (optional)" : ""));
    for (const auto& volume : pod.spec.volumes) {
        if (!volume.persistent_volume_claim) continue;
        const auto* claim = facts.find<kube::PersistentVolumeClaim>(pod.meta.namespace_name, volume.persistent_volume_claim->claim_name);
        add(format("PVC/{}{}", volume.persistent_volume_claim->claim_name, claim != nullptr ? format(" {}", claim->status.phase) : ""));
    }
    if (!pod.spec.service_account_name.empty()) add(format("SA/{}", pod.spec.service_account_name));
    return list_some(names, 8);
}

} // namespace

void describe_pod(const kube::Pod& pod, const DescribeInput& input, DescribeView& view) {
    const auto columns = facts::pod_columns(pod);
    const std::string name = view.object.display();
    const bool ready = rules::is_ready(pod);
    const Timestamp since = pod.meta.created;
    if (pod.status.phase == "Succeeded") view.verdict = format("{} has done its work", name);
    else if (pod.meta.deleted) view.verdict = format("{} is being deleted since {}", name, to_age(input.now - pod.meta.deleted));
    else if (ready) view.verdict = format("{} is serving, {}/{} containers ready", name, columns.ready, columns.total);
    else view.verdict = format("{} is not serving: {}, {}/{} containers ready", name, columns.status, columns.ready, columns.total);
    view.works = view.works && (ready || pod.status.phase == "Succeeded" || (pod.meta.deleted && view.problems.empty()));

    const auto fact = [&](const char* label, std::string text) {
        if (!text.empty()) view.facts.emplace_back(label, std::move(text));
    };
    fact("Owner", owner_chain(pod, input.facts));
    std::string node(pod.spec.node_name);
    if (const auto* object = input.facts.find<kube::Node>({}, node); object != nullptr)
        if (const auto* condition = kube::find_condition(object->status.conditions, "Ready"); condition != nullptr) node += condition->status == "True" ? " Ready" : " NotReady";
    if (!pod.status.pod_ip.empty()) node += format("       Pod IP {}", pod.status.pod_ip);
    if (!pod.status.qos_class.empty()) node += format("       QoS {}", pod.status.qos_class);
    fact("Node", node.empty() ? "<none>" : format("{}       Age {}", node, to_age(input.now - since)));
    fact("Serves", serves(pod, input.facts));
    fact("Uses", uses(pod, input.facts));

    const auto views = rules::containers_of(pod);
    view.sections.push_back(container_table(views, input.now));
    for (const auto& container : views) view.sections.push_back(container_details(container, input));
    for (const auto& container : views)
        if (container.status != nullptr && container.status->restart_count > 0)
            view.next.emplace_back(format("kubectl -n {} logs {} -c {} --previous", shell_quote(pod.meta.namespace_name), shell_quote(pod.meta.name), shell_quote(container.spec->name)), "log of the last crash");
}

} // namespace kdiag::report
