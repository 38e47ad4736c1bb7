// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_patch.hpp"
#include "rules/common/near_names.hpp"
#include "rules/common/youth.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

/// New pods have no metrics for their first minutes.
constexpr Duration k_first_metrics = Duration::minutes(2);

enum class Trouble { no_target, no_requests, no_metrics, other };

struct Found {
    const kube::Condition* condition = nullptr;
    Trouble trouble = Trouble::other;
};

Trouble trouble_in(const kube::Condition& condition) {
    if (condition.reason == "FailedGetScale" && contains(condition.message, "not found")) return Trouble::no_target;
    if (contains(condition.message, "missing request for")) return Trouble::no_requests;
    if (condition.reason.starts_with("FailedGet") && condition.reason.ends_with("Metric")) return Trouble::no_metrics;
    return Trouble::other;
}

Found look_at(const RuleContext& context, const kube::HorizontalPodAutoscaler& scaler) {
    for (const char* type : {"AbleToScale", "ScalingActive"}) {
        const auto* condition = kube::find_condition(scaler.status.conditions, type);
        if (condition == nullptr || condition->status != "False" || condition->reason == "ScalingDisabled")
            continue; // scaled to 0 on purpose
        const auto trouble = trouble_in(*condition);
        if (trouble != Trouble::no_target && is_younger(context, condition->changed, k_first_metrics)) continue;
        return {condition, trouble};
    }
    return {};
}

std::vector<std::string> near_targets(const RuleContext& context, const kube::ObjectRef& target) {
    if (target.kind == kube::Deployment::k_kind) return near_names<kube::Deployment>(context, target.namespace_name, target.name);
    if (target.kind == kube::StatefulSet::k_kind) return near_names<kube::StatefulSet>(context, target.namespace_name, target.name);
    return {};
}

void explain_no_target(const RuleContext& context, const kube::HorizontalPodAutoscaler& scaler, const kube::ObjectRef& target,
                       Finding& finding) {
    const auto near = near_targets(context, target);
    finding.severity = Severity::error;
    finding.title = format("{} scales {}, which does not exist", finding.subject.display(), target.display());
    finding.cause = format("namespace {} has no {} `{}` (not found){}", target.namespace_name, target.kind, target.name,
                           near.empty() ? std::string() : format("; there is `{}`", near.front()));
    if (!near.empty())
        finding.remedies.push_back({.text = format("scale `{}`, if that is meant", near.front()),
                                    .command = kubectl_replace(finding.subject, ".spec.scaleTargetRef.name", json_name(near.front())),
                                    .risk = Risk::change});
    else
        finding.remedies.push_back(
            {.text = "correct scaleTargetRef, or create the workload",
             .command = format("{} edit hpa {}", kubectl_in(scaler.meta.namespace_name), shell_quote(scaler.meta.name)),
             .risk = Risk::change});
}

void explain_metrics(Trouble trouble, const kube::Condition& condition, const kube::ObjectRef& target, Finding& finding) {
    finding.title = format("{} cannot scale {}", finding.subject.display(), target.display());
    finding.explained_by.push_back(target);
    if (trouble == Trouble::no_requests) {
        finding.cause = format("it scales by a share of what containers request, and one has no such request: {}", condition.message);
        finding.remedies.push_back(
            {.text = "give every container the request, sidecars too",
             .command = format("{} set resources {} --requests=cpu=100m", kubectl_in(target.namespace_name), kubectl_name(target)),
             .risk = Risk::disruptive});
        return;
    }
    finding.cause = std::string(condition.message);
    if (trouble != Trouble::no_metrics) return;
    const bool no_api =
        contains(condition.message, "metrics.k8s.io") || contains(condition.message, "no metrics returned from resource metrics API");
    if (no_api) {
        finding.cause = format("the metrics API gives nothing: {}", condition.message);
        finding.shared = {.kind = "APIService", .name = "v1beta1.metrics.k8s.io"};
        finding.explained_by.push_back({.kind = "Service", .namespace_name = "kube-system", .name = "metrics-server"});
    }
    finding.remedies.push_back(
        {.text = "is the metrics server installed, and does it answer?", .command = "kubectl get apiservices v1beta1.metrics.k8s.io"});
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& scaler : context.facts.all<kube::HorizontalPodAutoscaler>()) {
        const auto [condition, trouble] = look_at(context, scaler);
        if (condition == nullptr || scaler.meta.deleted) continue;
        const auto& named = scaler.spec.scale_target_ref;
        const kube::ObjectRef target{
            .kind = std::string(named.kind), .namespace_name = std::string(scaler.meta.namespace_name), .name = std::string(named.name)};
        Finding finding;
        finding.subject = kube::ref_of(scaler);
        finding.severity = Severity::warning;
        finding.first_seen = condition->changed;
        if (trouble == Trouble::no_target)
            explain_no_target(context, scaler, target, finding);
        else
            explain_metrics(trouble, *condition, target, finding);
        finding.evidence.push_back(condition_evidence(*condition));
        finding.evidence.push_back(field_evidence(".spec.scaleTargetRef.name", target.name, format("scaleTargetRef {}", target.display())));
        finding.impact = "the number of pods stays as it is, whatever the load";
        finding.remedies.push_back(
            {.text = "see what it says",
             .command = format("{} describe hpa {}", kubectl_in(scaler.meta.namespace_name), shell_quote(scaler.meta.name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_autoscaler_cannot_scale{
    {.id = "KD2006",
     .name = "hpa-cannot-scale",
     .title = "an autoscaler cannot scale its workload",
     .category = "workload",
     .scenario = Scenario::other,
     .stage = Stage::edge,
     .severity = Severity::warning,
     .needs = {kube::Resource::horizontalpodautoscalers},
     .uses = {kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::services, kube::Resource::pods},
     .precedence = 40,
     .doc = {.meaning =
                 "A HorizontalPodAutoscaler cannot do its work: its target does not exist, a container has no request to compare with, or "
                 "its metrics cannot be read.",
             .why_it_matters = "The number of pods stays as it is, whatever the load.",
             .how_it_is_found =
                 "The condition AbleToScale or ScalingActive is False; its message tells the cases apart, and near names of the target "
                 "are given. Missing metrics are reported after two minutes, and as a consequence when the target's own pods are in "
                 "trouble. A target that is scaled to 0 is no problem.",
             .what_to_do = "Correct scaleTargetRef.\nSet requests on every container, sidecars too.\nInstall or repair the metrics server.",
             .false_positives = "A metrics server that was restarted a moment ago.",
             .see_also = "KD2008"}},
    check};

} // namespace kdiag::rules::workload
