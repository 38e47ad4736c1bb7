// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/pulls.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pull : find_pulls(context)) {
        if (pull.problem != ImageProblem::rate_limited) continue;
        Finding finding = begin(context, pull);
        const auto image = pull.view.spec->image;
        finding.shared = registry_ref(pull);
        finding.title = format("{} limits how often images are pulled, and `{}` has to wait", registry_of(image), image);
        finding.cause = "too many pulls from this address or account within the registry's window";
        finding.remedies.push_back({.text = "log in to the registry (higher limits), use a pull-through cache, and set imagePullPolicy IfNotPresent", .risk = Risk::change});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_registry_rate_limit{
    {.id = "KD1107", .name = "registry-rate-limit", .title = "a registry refuses further pulls for a while", .category = "image", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets}, .precedence = 40,
     .doc = {.meaning = "The registry answers that too many images were pulled.",
             .why_it_matters = "Pods that need the image wait until the window has passed.",
             .how_it_is_found = "The pull's error says toomanyrequests or names a rate limit. Several workloads with the same registry are one finding.",
             .what_to_do = "Log in to the registry.\nUse a pull-through cache.\nDo not pull what the node has (IfNotPresent).",
             .false_positives = "none known",
             .see_also = "KD1103"}},
    check};

} // namespace kdiag::rules::waiting
