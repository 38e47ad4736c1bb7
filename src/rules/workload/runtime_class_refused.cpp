// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/refusals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

namespace kdiag::rules::workload {

namespace {

std::string near_words(const RuleContext& context, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& known : context.facts.all<kube::RuntimeClass>()) names.emplace_back(known.meta.name);
    const auto near = nearest(name, names, 1);
    return near.empty() ? std::string() : format("; there is `{}`", near.front());
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& refused : find_refused(context, {Refusal::runtime_class_missing})) {
        const auto& why = refused.parsed;
        if (context.facts.find<kube::RuntimeClass>({}, why.name) != nullptr) continue; // it has been made since
        Finding finding = begin(refused);
        finding.shared = {.kind = "RuntimeClass", .name = why.name};
        finding.title = format("RuntimeClass `{}` of {} does not exist", why.name, refused.top.display());
        finding.cause = format("runtimeClassName is `{}`, and there is no RuntimeClass of that name (not found), so the pods are refused{}",
                               why.name, near_words(context, why.name));
        finding.remedies.push_back(
            {.text = "install the runtime with its RuntimeClass, or correct the name", .command = "kubectl get runtimeclasses"});
        finding.remedies.push_back({.text = "change the pod template", .command = edit_command(refused), .risk = Risk::disruptive});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_runtime_class_refused{
    {.id = "KD2014",
     .name = "runtime-class-missing",
     .title = "the RuntimeClass of a workload does not exist",
     .category = "workload",
     .scenario = Scenario::other,
     .stage = Stage::object,
     .severity = Severity::error,
     .needs = {kube::Resource::replicasets},
     .uses = {kube::Resource::events, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets,
              kube::Resource::jobs, kube::Resource::runtimeclasses},
     .precedence = 40,
     .doc = {.meaning = "The pod template names a RuntimeClass that does not exist.",
             .why_it_matters = "No pod of the workload can be made, and no pod shows why.",
             .how_it_is_found = "Creating pods fails with the message that the RuntimeClass is not found, and pods are still missing.",
             .what_to_do = "Install the runtime and create its RuntimeClass.\nOr remove runtimeClassName.",
             .see_also = "KD2003 KD1801"}},
    check};

} // namespace kdiag::rules::workload
