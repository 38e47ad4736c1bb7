// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"

namespace kdiag::rules::workload {

namespace {

template <class T> void look_at(const facts::Snapshot& facts, FindingSink& sink) {
    for (const auto& object : facts.all<T>()) {
        const auto& selector = object.spec.selector;
        const auto& labels = object.spec.pod_template.meta.labels;
        if (selector.empty() || kube::matches(selector, labels)) continue;
        Finding finding;
        finding.subject = kube::ref_of(object);
        finding.title = format("{} does not select its own pods", finding.subject.display());
        finding.cause = labels.empty() ? format("the selector is `{}`, and the pod template has no labels", kube::show(selector))
                                       : format("the selector is `{}`, and the pod template has the labels `{}`", kube::show(selector), kube::show(labels));
        finding.evidence.push_back(field_evidence(".spec.selector", kube::show(selector), format("selector {}", kube::show(selector))));
        finding.evidence.push_back(
            field_evidence(".spec.template.metadata.labels", kube::show(labels),
                           labels.empty() ? std::string("the template has no labels") : format("template labels {}", kube::show(labels))));
        finding.impact = "the API server refuses such an object";
        finding.remedies.push_back({.text = "give the template the labels of the selector; a selector cannot be changed later", .risk = Risk::change});
        sink.add(std::move(finding));
    }
}

void check(const RuleContext& context, FindingSink& sink) {
    look_at<kube::Deployment>(context.facts, sink);
    look_at<kube::StatefulSet>(context.facts, sink);
    look_at<kube::DaemonSet>(context.facts, sink);
}

} // namespace

extern const Rule k_selector_template_mismatch{
    {.id = "KD2013",
     .name = "selector-template-mismatch",
     .title = "the selector of a workload does not match its own pod template",
     .category = "workload",
     .scenario = Scenario::other,
     .stage = Stage::object,
     .severity = Severity::error,
     .needs = {kube::Resource::deployments},
     .uses = {kube::Resource::statefulsets, kube::Resource::daemonsets},
     .precedence = 50,
     .doc = {.meaning = "The selector of a workload does not match the labels of its own pod template.",
             .why_it_matters = "The API server refuses such an object, so it is found in manifests only.",
             .how_it_is_found = "The labels of spec.template.metadata do not meet spec.selector.",
             .what_to_do =
                 "Give the template every label of the selector.\nA selector cannot be changed later: delete and create the workload.",
             .see_also = "KD3002"}},
    check};

} // namespace kdiag::rules::workload
