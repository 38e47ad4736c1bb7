// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "util/format.hpp"

namespace kdiag::rules::scheduling {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    const auto waiting = unscheduled_pods(context, {Constraint::volume_limit});
    for (const Unscheduled& pod : waiting) {
        Finding finding = begin_finding(context, pod);
        finding.title = "no node may attach one more volume for the pod";
        finding.cause = format("{} already {} as many volumes attached as the storage driver allows", nodes_phrase(pod),
                               pod.said.nodes_total == 1 ? "has" : "have");
        std::vector<std::string> claims;
        for (const auto& claim : pod.claims) claims.push_back(claim.name);
        if (!claims.empty()) finding.evidence.push_back(field(".spec.volumes", list_some(claims), format("mounts {}", list_some(claims))));
        add_table(context, pod, finding);
        finding.impact = "the pod does not start, although cpu and memory may be free";
        finding.remedies.push_back(
            {"see how many volumes each node may have",
             "kubectl get csinodes -o "
             "custom-columns='NODE:.metadata.name,DRIVERS:.spec.drivers[*].name,LIMITS:.spec.drivers[*].allocatable.count'",
             Risk::read});
        finding.remedies.push_back({"remove attachments of pods that are gone, or add nodes", "kubectl get volumeattachments", Risk::read});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_volume_attach_limit{
    {.id = "KD1216",
     .name = "volume-attach-limit",
     .title = "nodes have as many volumes attached as they may",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::replicasets, kube::Resource::persistentvolumeclaims,
              kube::Resource::persistentvolumes},
     .precedence = 40,
     .doc = {.meaning = "Each node that could run the pod has reached the number of volumes that its storage driver can attach.",
             .why_it_matters = "Pods with volumes stay Pending while the nodes look half empty.",
             .how_it_is_found = "The scheduler says that nodes exceed the max volume count, and nothing else speaks against these nodes. "
                                "The limits themselves stand in CSINode objects.",
             .what_to_do = "Compare CSINode limits with the attachments.\nRemove stale attachments by way of their controller.\nAdd nodes, "
                           "or nodes of a kind with a higher limit.",
             .see_also = "KD1212"}},
    check};

} // namespace kdiag::rules::scheduling
