// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/missing_references.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    report_missing(context, "ConfigMap", true, sink);
}

} // namespace

extern const Rule k_configmap_key_missing{
    {.id = "KD1406",
     .name = "configmap-key-missing",
     .title = "a ConfigMap lacks a key that pods need",
     .category = "config",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets,
              kube::Resource::daemonsets, kube::Resource::cronjobs, kube::Resource::configmaps, kube::Resource::secrets},
     .precedence = 40,
     .doc = {.meaning = "A pod takes a key from a ConfigMap that does not have it.",
             .why_it_matters = "The containers cannot start until the key exists.",
             .how_it_is_found =
                 "The kubelet names the key that it cannot find; the keys that the ConfigMap has are listed, the nearest first. Keys of "
                 "binaryData count for volumes, not for variables.",
             .what_to_do = "Add the key, or correct its name in the pod template.",
             .false_positives = "none known",
             .see_also = "KD1401"}},
    check};

} // namespace kdiag::rules::waiting
