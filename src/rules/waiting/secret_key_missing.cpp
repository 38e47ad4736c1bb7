// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/missing_references.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    report_missing(context, "Secret", true, sink);
}

} // namespace

extern const Rule k_secret_key_missing{
    {.id = "KD1402",
     .name = "secret-key-missing",
     .title = "a Secret lacks a key that pods need",
     .category = "config",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets,
              kube::Resource::daemonsets, kube::Resource::cronjobs, kube::Resource::configmaps, kube::Resource::secrets},
     .precedence = 40,
     .doc = {.meaning = "A pod takes a key from a Secret that does not have it.",
             .why_it_matters = "The containers cannot start until the key exists.",
             .how_it_is_found =
                 "The kubelet names the key that it cannot find; the names of the keys that the Secret has are listed, never their values.",
             .what_to_do = "Add the key, or correct its name in the pod template.",
             .false_positives = "none known",
             .see_also = "KD1405"}},
    check};

} // namespace kdiag::rules::waiting
