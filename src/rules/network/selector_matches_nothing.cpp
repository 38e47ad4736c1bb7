// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/youth.hpp"
#include "rules/network/near_labels.hpp"
#include "rules/network/service_report.hpp"
#include "util/format.hpp"

namespace kdiag::rules::network {

namespace {

/// A Service may be made a little before its workload.
constexpr Duration k_patience = Duration::minutes(1);

/// Monitoring bundles bring headless Services for parts of the control plane that a managed cluster does not show.
bool may_be_empty(const kube::Service& service) {
    return service.spec.cluster_ip == "None" || service.meta.namespace_name == "kube-system";
}

/// Manifests, and recordings without pods: the templates of the workloads speak for the pods.
bool no_template_matches(const RuleContext& context, const kube::Service& service) {
    return context.facts.knows<kube::Deployment>() && workload_templates(context).matching(service.meta.namespace_name, service.spec.selector).empty();
}

std::string cause_of(const kube::Service& service, const NearLabels& near) {
    const std::string holder = near.holder.display();
    if (near.only_on_object)
        return format("{} itself has the labels, and its spec.template.metadata.labels has no {}: a Service looks at pods", holder,
                      near.wanted);
    if (!near.other_namespace.empty())
        return format("the pods of {} in namespace {} have the labels, and a Service finds only those of its own namespace {}", holder,
                      near.other_namespace, service.meta.namespace_name);
    if (near.found.empty()) return format("it selects `{}`, and {} no such label", near.wanted, holder_has(near));
    return format("{}it selects `{}`, and {} `{}`", near.certain ? "" : "probably this: ", near.wanted, holder_has(near), near.found);
}

void add_near(const kube::Service& service, const std::vector<NearLabels>& near, Finding& finding) {
    const auto& best = near.front();
    finding.severity = Severity::critical;
    finding.confidence = best.certain ? Confidence::certain : Confidence::likely;
    finding.cause = cause_of(service, best);
    for (const auto& labels : near)
        finding.evidence.push_back(field_evidence(
            labels.holder.kind == kube::Pod::k_kind ? ".metadata.labels" : ".spec.template.metadata.labels", labels.found,
            format("{} has {}", labels.holder.display(), labels.found.empty() ? format("no {}", labels.wanted) : labels.found),
            labels.holder));
    if (best.only_on_object)
        finding.remedies.push_back({.text = "put the labels into the pod template",
                                    .command = format("{} edit {}", kubectl_in(best.holder.namespace_name), kubectl_name(best.holder)),
                                    .risk = Risk::disruptive});
    else if (!best.corrected.empty())
        finding.remedies.push_back({.text = "select the labels that the pods have",
                                    .command = format("{} set selector {} {}", kubectl_in(service.meta.namespace_name),
                                                      kubectl_name(finding.subject), shell_quote(kube::show(best.corrected))),
                                    .risk = Risk::change});
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& service : context.facts.all<kube::Service>()) {
        if (service.meta.deleted || is_cluster_dns(service)) continue;
        const auto why = state_of(context, service).why;
        const bool only_templates = why == ServiceState::Why::unknown && no_template_matches(context, service);
        if (why != ServiceState::Why::nothing_matches && !only_templates) continue;
        const bool searched = context.may_search(service.meta.namespace_name);
        const auto near = searched ? nearest_labels(context, service.meta.namespace_name, service.spec.selector, service.meta.name) : std::vector<NearLabels>();
        if (near.empty() && is_younger(context, service.meta.created, k_patience)) continue;
        if (only_templates && (near.empty() || !near.front().certain)) continue;
        const std::string selector = kube::show(service.spec.selector);
        Finding finding;
        finding.subject = kube::ref_of(service);
        // Among very many such Services it is not known whether a slip is behind the others, and what may be one is no warning.
        finding.severity = may_be_empty(service) ? Severity::info : searched ? Severity::warning : Severity::error;
        finding.confidence = Confidence::likely;
        finding.first_seen = service.meta.created;
        finding.title = format("the selector of {} matches no pod", finding.subject.display());
        finding.cause = searched ? format("no pod and no workload of namespace {} has the labels {}", service.meta.namespace_name, selector)
                                 : format("no pod of namespace {} has the labels {}", service.meta.namespace_name, selector);
        finding.evidence.push_back(field_evidence(".spec.selector", selector, format("selector {}", selector)));
        if (!near.empty()) add_near(service, near, finding);
        if (only_templates) finding.confidence = Confidence::likely;
        finding.impact = "every request to it fails";
        finding.remedies.push_back({.text = "compare the labels of the pods",
                                    .command = format("{} get pods --show-labels", kubectl_in(service.meta.namespace_name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_selector_matches_nothing{
    {.id = "KD3002",
     .name = "selector-matches-nothing",
     .title = "the selector of a Service matches no pod",
     .category = "network",
     .scenario = Scenario::service_without_endpoints,
     .stage = Stage::service,
     .severity = Severity::critical,
     .needs = {kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::endpointslices, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets,
              kube::Resource::replicasets, kube::Resource::jobs, kube::Resource::cronjobs},
     .precedence = 40,
     .doc = {.meaning = "The selector of a Service matches no pod of its namespace, and no workload would make one that it matches.",
             .why_it_matters = "Every request to the Service fails, although the pods run and look well.",
             .how_it_is_found =
                 "The selector is compared with the labels of all pods and pod templates of the namespace. The nearest are named with the "
                 "difference: a letter, another case, the value under another key, labels on the workload instead of its template, pods "
                 "in another namespace. Without anything near it is a warning only. Where no pods were recorded, as in manifests, pod "
                 "templates "
                 "speak for them, and only a near label counts. Of more than 64 such Services in one namespace only the first are compared. Workloads scaled to 0, Jobs, ExternalName, and "
                 "Services without a selector are no problem.",
             .what_to_do = "Correct the selector, or the labels of the pod template.\nLabels are compared letter by letter.",
             .false_positives = "A Service that waits for pods which an operator makes on demand.",
             .see_also = "KD3001 KD3009"}},
    check};

} // namespace kdiag::rules::network
