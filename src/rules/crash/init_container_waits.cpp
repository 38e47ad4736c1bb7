// SPDX-License-Identifier: Apache-2.0
#include "rules/common/container_view.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/named_service.hpp"
#include "rules/common/service_state.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/crash/log_signatures.hpp"
#include "util/format.hpp"
#include "util/regex.hpp"

namespace kdiag::rules::crash {

namespace {

constexpr Duration k_patience = Duration::minutes(1);
constexpr Duration k_long = Duration::minutes(10);

/// The Service of the pod's namespace that a text names, as a word or as a host.
const kube::Service* service_named_in(const RuleContext& context, const kube::Pod& pod, std::string_view text) {
    static const Regex words(R"([a-z0-9]([a-z0-9.-]*[a-z0-9])?)");
    while (!text.empty()) {
        const auto match = words.groups(text);
        if (match.empty()) return nullptr;
        if (const auto* service = service_of(context, pod, match[0]); service != nullptr && service->meta.name != "kubernetes") return service;
        text.remove_prefix(static_cast<std::size_t>(match[0].data() - text.data()) + match[0].size());
    }
    return nullptr;
}

const kube::Service* awaited_service(const RuleContext& context, const ContainerView& view, const facts::ContainerLog* log) {
    for (const auto* words : {&view.spec->command, &view.spec->args})
        for (const auto word : *words)
            if (const auto* service = service_named_in(context, *view.pod, word)) return service;
    return log != nullptr ? service_named_in(context, *view.pod, telling_line(log->text).line) : nullptr;
}

Finding waiting_finding(const RuleContext& context, const ContainerView& view, const facts::ContainerLog* log) {
    const Timestamp since = view.status->state.running->started_at;
    Finding finding;
    finding.subject = ref_of(view);
    finding.severity = severity_of_lost_pod(context.facts, *view.pod);
    finding.first_seen = since;
    finding.last_seen = context.now;
    finding.evidence.push_back({.text = format("runs since {}, and the pod waits for it to end", to_age(context.age(since))), .path = view.status_path("state.running.startedAt"), .time = since});
    if (log != nullptr)
        if (const auto line = telling_line(log->text).line; !line.empty()) finding.evidence.push_back({.type = EvidenceType::log, .text = std::string(line)});
    if (!view.spec->command.empty()) finding.evidence.push_back({.text = format("command {}", join(view.spec->command, " ")), .path = view.spec_path("command")});
    finding.impact = "the containers of the pod wait for it";
    finding.remedies.push_back({.text = "see what it says", .command = kdiag_on("logs", kubectl_name(kube::ref_of(*view.pod)), "-c " + shell_quote(view.spec->name), view.pod->meta.namespace_name)});
    return finding;
}

/// What the Service that is waited for lacks; empty when it serves.
void explain_by(const RuleContext& context, const kube::Service& service, Finding& finding) {
    const auto& state = state_of(context, service);
    finding.explained_by.push_back(kube::ref_of(service));
    for (const auto* pod : state.pods) finding.explained_by.push_back(kube::ref_of(*pod));
    if (state.why == ServiceState::Why::fine || state.why == ServiceState::Why::exempt) return;
    finding.cause = format("{} has no ready endpoints: {}", kube::ref_of(service).display(), state.words);
    finding.evidence.push_back({.type = EvidenceType::derived, .text = format("{}: {}", kube::ref_of(service).display(), state.words), .object = kube::ref_of(service), .path = ".spec.selector"});
    if (state.why != ServiceState::Why::scaled_to_zero) return;
    finding.explained_by.push_back(state.scaled);
    finding.remedies.insert(finding.remedies.begin(), Remedy{.text = "start what is waited for", .command = format("{} scale {} --replicas=1", kubectl_in(state.scaled.namespace_name), kubectl_name(state.scaled)), .risk = Risk::change});
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.status.phase != "Pending" || pod.meta.deleted) continue;
        for (const auto& view : containers_of(pod)) {
            if (view.role != ContainerRole::init || view.status == nullptr || !view.status->state.running) continue;
            const auto waited = context.age(view.status->state.running->started_at);
            const auto* log = context.facts.log_of(pod, view.spec->name, false);
            const auto* service = awaited_service(context, view, log);
            const bool blocked = service != nullptr && state_of(context, *service).is_down();
            if (waited < (blocked ? Duration::seconds(20) : service != nullptr ? k_patience : k_long)) continue;
            Finding finding = waiting_finding(context, view, log);
            finding.title = service != nullptr ? format("{} waits for {}", view.display(), kube::ref_of(*service).display()) : format("{} has been running for {}", view.display(), to_age(waited));
            finding.confidence = blocked ? Confidence::likely : Confidence::possible;
            if (service != nullptr) explain_by(context, *service, finding);
            sink.add(std::move(finding));
        }
    }
}

} // namespace

extern const Rule k_init_container_waits{
    {.id = "KD1602", .name = "init-container-waits", .title = "an init container does not end, because it waits for something", .category = "container",
     .scenario = Scenario::waiting, .stage = Stage::container, .severity = Severity::error, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::services, kube::Resource::logs, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::replicasets}, .precedence = 20,
     .doc = {.meaning = "An init container runs on and on; usually it waits for another service, and the pod waits for it.",
             .why_it_matters = "The pod never starts, and its status only says Init:0/1.",
             .how_it_is_found = "An init container has been running for long in a pending pod. Its command and its log are searched for the name of a Service of the cluster; when that Service has no ready endpoint, the reason is named: its workload is scaled to 0, its pods are not ready, or its selector matches nothing.",
             .what_to_do = "Start or repair what it waits for.\nIf it waits for a wrong name, correct the command.",
             .false_positives = "An init container that has much to do, such as a large migration or download: then the confidence is `possible`.",
             .see_also = "KD1601 KD3001"}},
    check};

} // namespace kdiag::rules::crash
