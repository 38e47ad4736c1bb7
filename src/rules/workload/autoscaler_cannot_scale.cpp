// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

namespace kdiag::rules::workload {

namespace {

std::vector<std::string> names_of_kind(const RuleContext& context, kube::Text kind, kube::Text namespace_name) {
    std::vector<std::string> names;
    const auto collect = [&](const auto& objects) {
        for (const auto& object : objects)
            if (object.meta.namespace_name == namespace_name) names.emplace_back(object.meta.name);
    };
    if (kind == "Deployment") collect(context.facts.all<kube::Deployment>());
    if (kind == "StatefulSet") collect(context.facts.all<kube::StatefulSet>());
    return names;
}

/// The condition that says why it does not work, or null.
const kube::Condition* trouble_of(const kube::HorizontalPodAutoscaler& scaler) {
    for (const char* type : {"AbleToScale", "ScalingActive"})
        if (const auto* condition = kube::find_condition(scaler.status.conditions, type);
            condition != nullptr && condition->status == "False" && condition->reason != "ScalingDisabled")
            return condition;
    return nullptr;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& scaler : context.facts.all<kube::HorizontalPodAutoscaler>()) {
        const auto* trouble = trouble_of(scaler);
        const auto& target = scaler.spec.scale_target_ref;
        const auto* event = context.facts.last_event(scaler, "FailedGetScale");
        const bool no_target = (trouble != nullptr && trouble->reason == "FailedGetScale") ||
                               (trouble == nullptr && event != nullptr && scaler.status.conditions.empty());
        if (trouble == nullptr && !no_target) continue;
        Finding finding;
        finding.subject = kube::ref_of(scaler);
        finding.first_seen = trouble != nullptr ? trouble->changed : event->first_seen();
        const kube::ObjectRef target_ref{
            .kind = std::string(target.kind), .namespace_name = std::string(scaler.meta.namespace_name), .name = std::string(target.name)};
        if (no_target) {
            const auto near = nearest(target.name, names_of_kind(context, target.kind, scaler.meta.namespace_name), 2);
            finding.severity = Severity::error;
            finding.title = format("{} scales {}, which does not exist", finding.subject.display(), target_ref.display());
            finding.cause = near.empty() ? format("there is no {} `{}` in namespace {} (not found)", target.kind, target.name,
                                                  scaler.meta.namespace_name)
                                         : format("there is no {} `{}`; there is {}", target.kind, target.name, list_some(near));
        } else {
            finding.title = format("{} cannot scale {}", finding.subject.display(), target_ref.display());
            finding.cause = std::string(trouble->message);
            finding.explained_by.push_back(target_ref);
        }
        finding.evidence.push_back({.text = format("scaleTargetRef {}", target_ref.display()),
                                    .path = ".spec.scaleTargetRef.name",
                                    .value = std::string(target.name)});
        if (trouble != nullptr)
            finding.evidence.push_back({.text = format("{} is False, {}: {}", trouble->type, trouble->reason, trouble->message),
                                        .path = format(".status.conditions[?(@.type==\"{}\")]", trouble->type),
                                        .value = std::string(trouble->reason),
                                        .time = trouble->changed});
        if (event != nullptr && trouble == nullptr)
            finding.evidence.push_back(
                {.type = EvidenceType::event, .text = std::string(event->message), .time = event->last_seen(), .count = event->count()});
        finding.impact = "the number of pods stays as it is";
        finding.remedies.push_back(
            {.text = no_target ? "correct scaleTargetRef"
                               : "for missing metrics: is the metrics server there, and do the containers have requests?",
             .command = format("{} edit hpa {}", kubectl_in(scaler.meta.namespace_name), shell_quote(scaler.meta.name)),
             .risk = Risk::change});
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
     .uses = {kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::replicasets, kube::Resource::events},
     .precedence = 30,
     .doc = {.meaning = "A HorizontalPodAutoscaler cannot do its work: its target does not exist, or its metrics cannot be read.",
             .why_it_matters = "The number of pods stays as it is, whatever the load.",
             .how_it_is_found = "The condition AbleToScale or ScalingActive is False; the reason FailedGetScale means that the target is "
                                "missing, and near names are given.",
             .what_to_do =
                 "Correct scaleTargetRef.\nCheck that the metrics server runs.\nGive every container requests for what is measured.",
             .false_positives = "The first minute after pods were started, when there are no metrics yet.",
             .see_also = "KD2008"}},
    check};

} // namespace kdiag::rules::workload
