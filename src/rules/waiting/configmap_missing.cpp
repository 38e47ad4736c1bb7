// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/missing_references.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    report_missing(context, "ConfigMap", false, sink);
}

} // namespace

extern const Rule k_configmap_missing{
    {.id = "KD1401",
     .name = "configmap-missing",
     .title = "a ConfigMap that pods need does not exist",
     .category = "config",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets,
              kube::Resource::daemonsets, kube::Resource::cronjobs, kube::Resource::configmaps, kube::Resource::secrets},
     .precedence = 40,
     .doc = {.meaning = "A pod takes variables or files from a ConfigMap that does not exist.",
             .why_it_matters = "The containers cannot start until it exists.",
             .how_it_is_found =
                 "The kubelet says that the ConfigMap is not found (in the waiting state, or as a failed mount); where ConfigMaps can be "
                 "listed, the references of waiting pods are checked too, because events expire, and names like the wanted one are given: "
                 "a slip, another hash at the end, another namespace. References that are optional, and ConfigMaps that have been created "
                 "since, are no problem. Several workloads that need the same ConfigMap are one finding.",
             .what_to_do =
                 "Create the ConfigMap, in the pod's own namespace.\nOr correct the name; ConfigMaps made by a tool may have a hash at "
                 "the end.",
             .false_positives = "none known",
             .see_also = "KD1406 KD1405"}},
    check};

} // namespace kdiag::rules::waiting
