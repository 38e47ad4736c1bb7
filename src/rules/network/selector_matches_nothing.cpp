// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/service_state.hpp"
#include "rules/network/near_labels.hpp"
#include "util/format.hpp"

namespace kdiag::rules::network {

namespace {

bool matches_a_finished_pod(const RuleContext& context, const kube::Service& service) {
    return !context.facts.pods_matching(service.meta.namespace_name, service.spec.selector).empty();
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& service : context.facts.all<kube::Service>()) {
        if (service.meta.deleted || state_of(context.facts, service).why != ServiceState::Why::nothing_matches || matches_a_finished_pod(context, service)) continue;
        const auto near = nearest_labels(context.facts, service.meta.namespace_name, service.spec.selector);
        Finding finding;
        finding.subject = kube::ref_of(service);
        finding.severity = near.empty() ? Severity::warning : Severity::critical;
        finding.confidence = near.empty() ? Confidence::likely : Confidence::certain;
        finding.first_seen = service.meta.created;
        finding.title = format("the selector of {} matches no pod", finding.subject.display());
        finding.cause = near.empty() ? format("no pod and no workload of namespace {} has the labels {}", service.meta.namespace_name, kube::show(service.spec.selector))
                                     : format("it selects `{}`, and {} has `{}`", near.front().wanted, near.front().object.display(), near.front().found);
        finding.evidence.push_back({.text = format("selector {}", kube::show(service.spec.selector)), .path = ".spec.selector", .value = kube::show(service.spec.selector)});
        for (const auto& label : near) finding.evidence.push_back({.type = EvidenceType::derived, .text = format("{} has {}", label.object.display(), label.found), .object = label.object, .path = ".metadata.labels"});
        finding.impact = "every request to it fails";
        finding.remedies.push_back({.text = near.empty() ? "remove the Service, or correct its selector" : "correct the selector, or the labels of the pod template", .command = format("{} edit service {}", kubectl_in(service.meta.namespace_name), shell_quote(service.meta.name)), .risk = Risk::change});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_selector_matches_nothing{
    {.id = "KD3002", .name = "selector-matches-nothing", .title = "the selector of a Service matches no pod", .category = "network", .scenario = Scenario::service_without_endpoints, .stage = Stage::service,
     .severity = Severity::error, .needs = {kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets}, .precedence = 40,
     .doc = {.meaning = "The selector of a Service matches no pod of its namespace, and no workload would make one that it matches.",
             .why_it_matters = "Every request to the Service fails.",
             .how_it_is_found = "The labels of all pods and pod templates of the namespace are compared with the selector; the nearest are named with the difference. Workloads scaled to 0, ExternalName, and Services without a selector are no problem.",
             .what_to_do = "Correct the selector, or the labels of the pod template.\nLabels are compared letter by letter.",
             .false_positives = "A Service that is made before its workload.",
             .see_also = "KD3001"}},
    check};

} // namespace kdiag::rules::network
