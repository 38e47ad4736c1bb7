// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/network/near_labels.hpp"
#include "rules/network/policies.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::network {

namespace {

/// Whether a policy has rules, and not one of their peers stands for anybody. A rule without peers is for everybody.
bool allows_nobody(const facts::Snapshot& facts, const kube::NetworkPolicy& policy) {
    const auto& rules = policy.spec.ingress;
    return !rules.empty() && std::all_of(rules.begin(), rules.end(), [&](const kube::NetworkPolicyRule& rule) {
        return !rule.peers.empty() && std::all_of(rule.peers.begin(), rule.peers.end(), [&](const kube::NetworkPolicyPeer& peer) {
            return reach_of(facts, policy.meta.namespace_name, peer) == Reach::nobody;
        });
    });
}

/// A ready pod of the policy that no other policy opens either.
const kube::Pod* closed_pod(const facts::Snapshot& facts, const Policies& policies, const kube::NetworkPolicy& policy) {
    for (const auto* pod : facts.pods_matching(policy.meta.namespace_name, policy.spec.pod_selector)) {
        if (!is_ready(*pod)) continue;
        const auto isolating = policies.isolating(*pod, "Ingress");
        const bool closed = std::all_of(isolating.begin(), isolating.end(), [&](const kube::NetworkPolicy* other) {
            return other->spec.ingress.empty() || allows_nobody(facts, *other);
        });
        if (!isolating.empty() && closed) return pod;
    }
    return nullptr;
}

void add_peers(const RuleContext& context, const kube::NetworkPolicy& policy, Finding& finding) {
    for (std::size_t r = 0; r < policy.spec.ingress.size(); ++r)
        for (std::size_t p = 0; p < policy.spec.ingress[r].peers.size(); ++p) {
            const auto& peer = policy.spec.ingress[r].peers[p];
            finding.evidence.push_back(field_evidence(format(".spec.ingress[{}].from[{}]", r, p), peer_words(peer),
                                                      format("allowed are {}, and there are none", peer_words(peer))));
            if (peer.namespace_selector || !peer.pod_selector || !context.may_search(policy.meta.namespace_name)) continue;
            const auto near = nearest_labels(context, policy.meta.namespace_name, peer.pod_selector->match_labels, {}, 1);
            if (near.empty() || near.front().found.empty() || !finding.cause.empty()) continue;
            finding.cause =
                format("{}it allows pods with `{}`, and {} `{}`", near.front().certain ? "" : "probably this: ", near.front().wanted,
                       holder_has(near.front()), near.front().found);
        }
}

void check(const RuleContext& context, FindingSink& sink) {
    const Policies policies(context.facts);
    for (const auto& policy : context.facts.all<kube::NetworkPolicy>()) {
        if (policy.meta.deleted || !allows_nobody(context.facts, policy)) continue;
        const auto* pod = closed_pod(context.facts, policies, policy);
        if (pod == nullptr) continue;
        Finding finding;
        finding.subject = kube::ref_of(policy);
        finding.severity = Severity::warning;
        finding.confidence = Confidence::likely;
        finding.first_seen = policy.meta.created;
        finding.title = format("{} allows only pods that do not exist", finding.subject.display());
        add_peers(context, policy, finding);
        if (finding.cause.empty())
            finding.cause = format("no pod fits what its rules allow, so nothing reaches {}", selected_words(policy));
        finding.evidence.push_back(field_evidence(".spec.podSelector", kube::show(policy.spec.pod_selector),
                                                  format("it isolates {}, {} among them", selected_words(policy), pod->meta.name)));

        finding.impact = "where the network enforces policies, every request to these pods times out";
        finding.remedies.push_back(
            {.text = "compare what it allows with the labels of the callers",
             .command = format("{} describe networkpolicy {}", kubectl_in(policy.meta.namespace_name), shell_quote(policy.meta.name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_network_policy_allows_nobody{
    {.id = "KD3202",
     .name = "network-policy-allows-nobody",
     .title = "a network policy allows only pods that do not exist",
     .category = "network",
     .scenario = Scenario::running_but_broken,
     .stage = Stage::edge,
     .severity = Severity::warning,
     .needs = {kube::Resource::networkpolicies, kube::Resource::pods},
     .uses = {kube::Resource::namespaces, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets,
              kube::Resource::replicasets, kube::Resource::jobs},
     .precedence = 40,
     .doc = {.meaning = "A network policy isolates pods and allows some callers by label, and no pod or pod template has these labels.",
             .why_it_matters =
                 "Where the network enforces policies, the callers that were meant are shut out, and every request times out.",
             .how_it_is_found =
                 "The peers of all rules are looked up among pods, pod templates and namespaces, as far as these were read; near "
                 "labels are named. Addresses, namespaces that were not read, and pods that another policy opens are left alone.",
             .what_to_do =
                 "Correct the labels in the policy, or give them to the callers.\nTwo entries under `from` mean either, one entry with two "
                 "selectors means both.",
             .false_positives = "A caller that is made now and then, by hand or by an operator.",
             .see_also = "KD3201"}},
    check};

} // namespace kdiag::rules::network
