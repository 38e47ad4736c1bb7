// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/node_report.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace kdiag::rules::scheduling {

namespace {

/// Kubelets may be this many minor versions older than the API server (since 1.28; two before).
constexpr int k_allowed = 3, k_allowed_before_1_28 = 2;

/// The minor of `v1.31.2-eks-1552ad0`; nullopt when it is not a version 1.x.
std::optional<int> minor_of(std::string_view version) {
    if (!version.starts_with("v1.")) return std::nullopt;
    version.remove_prefix(3);
    int minor = 0;
    const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), minor);
    return error == std::errc{} && end != version.data() ? std::optional(minor) : std::nullopt;
}

void check(const RuleContext& context, FindingSink& sink) {
    const kube::Node* newest = nullptr;
    int newest_minor = 0;
    for (const auto& node : context.facts.all<kube::Node>())
        if (const auto minor = minor_of(node.status.node_info.kubelet_version); minor && *minor > newest_minor) {
            newest = &node;
            newest_minor = *minor;
        }
    if (!newest) return;
    const int allowed = newest_minor >= 28 ? k_allowed : k_allowed_before_1_28;
    for (const auto& node : context.facts.all<kube::Node>()) {
        const std::string_view version = node.status.node_info.kubelet_version;
        const auto minor = minor_of(version);
        if (!minor || newest_minor - *minor <= allowed || is_leaving(node) || !concerns_scope(context.facts, node)) continue;
        Finding finding{.severity = Severity::warning, .subject = kube::ref_of(node)};
        finding.title = format("kubelet of node `{}` is {} minor versions behind", node.meta.name, newest_minor - *minor);
        finding.cause =
            format("its kubelet is {}, `{}` has {}, and the API server is at least as new; only {} minor versions are supported", version,
                   newest->meta.name, newest->status.node_info.kubelet_version, allowed);
        finding.evidence.push_back({.type = EvidenceType::field,
                                    .text = format("kubelet {}", version),
                                    .path = ".status.nodeInfo.kubeletVersion",
                                    .value = std::string(version)});
        finding.evidence.push_back({.type = EvidenceType::field,
                                    .text = format("{} has kubelet {}", newest->meta.name, newest->status.node_info.kubelet_version),
                                    .object = kube::ref_of(*newest),
                                    .path = ".status.nodeInfo.kubeletVersion",
                                    .value = std::string(newest->status.node_info.kubelet_version)});
        finding.impact = "fields and defaults that the old kubelet does not know are ignored on this node";
        finding.remedies.push_back({"upgrade the node: empty it first",
                                    format("kubectl drain {} --ignore-daemonsets --delete-emptydir-data", shell_quote(node.meta.name)),
                                    Risk::disruptive});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_kubelet_version_skew{
    {.id = "KD5004",
     .name = "kubelet-version-skew",
     .title = "a kubelet is older than the control plane supports",
     .category = "node",
     .scenario = Scenario::other,
     .stage = Stage::infrastructure,
     .severity = Severity::warning,
     .needs = {kube::Resource::nodes},
     .uses = {kube::Resource::pods, kube::Resource::daemonsets},
     .precedence = 10,
     .doc = {.meaning = "The kubelet of a node is more minor versions behind than the version skew policy allows.",
             .why_it_matters =
                 "Such a pair is not tested: new fields are ignored on the node, and removed interfaces break it without warning.",
             .how_it_is_found = "The kubelet versions of all nodes are compared. A kubelet may not be newer than the API server, so the "
                                "newest kubelet is a lower bound of the API server's version; suffixes of vendors are ignored.",
             .what_to_do = "Drain the node and upgrade its kubelet, one minor version after the other.",
             .see_also = "KD5001"}},
    check};

} // namespace kdiag::rules::scheduling
