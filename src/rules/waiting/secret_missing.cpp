// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/missing_references.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    report_missing(context, "Secret", false, sink);
}

} // namespace

extern const Rule k_secret_missing{
    {.id = "KD1405",
     .name = "secret-missing",
     .title = "a Secret that pods need does not exist",
     .category = "config",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets,
              kube::Resource::daemonsets, kube::Resource::cronjobs, kube::Resource::configmaps, kube::Resource::secrets},
     .precedence = 40,
     .doc = {.meaning = "A pod takes variables or files from a Secret that does not exist.",
             .why_it_matters = "The containers cannot start until it exists.",
             .how_it_is_found =
                 "The kubelet says that the Secret is not found; where Secrets can be listed, the references of waiting pods are checked "
                 "too, and near names are given. Optional references, and Secrets that have been created since, are no problem.",
             .what_to_do = "Create the Secret, in the pod's own namespace.\nIf an operator makes it, look at the operator.",
             .false_positives = "A Secret that an operator is just making.",
             .see_also = "KD1402 KD1401"}},
    check};

} // namespace kdiag::rules::waiting
