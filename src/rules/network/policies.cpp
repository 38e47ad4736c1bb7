// SPDX-License-Identifier: Apache-2.0
#include "rules/network/policies.hpp"

#include "kube/selector.hpp"
#include "rules/common/service_ports.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::network {

namespace {

/// The API server fills in policyTypes; a manifest may leave them out, and then egress counts where there are rules for it.
bool is_about(const kube::NetworkPolicy& policy, std::string_view direction) {
    const auto& types = policy.spec.policy_types;
    if (types.empty()) return direction == "Ingress" || !policy.spec.egress.empty();
    return std::find(types.begin(), types.end(), direction) != types.end();
}

kube::Text protocol_of(kube::Text protocol) {
    return protocol.empty() ? kube::Text("TCP") : protocol;
}

std::int64_t number_of(const kube::Pod& pod, const kube::NetworkPolicyPort& port) {
    if (!port.port.is_text()) return port.port.number;
    for (const auto* declared : declared_ports(pod.spec))
        if (declared->name == port.port.text && protocol_of(declared->protocol) == protocol_of(port.protocol))
            return declared->container_port;
    return 0;
}

bool any_template_matches(const facts::Snapshot& facts, std::string_view namespace_name, const kube::LabelSelector& selector) {
    const auto fits = [&](const auto& objects) {
        return std::any_of(objects.begin(), objects.end(), [&](const auto& object) {
            return object.meta.namespace_name == namespace_name && kube::matches(selector, object.spec.pod_template.meta.labels);
        });
    };
    return fits(facts.all<kube::Deployment>()) || fits(facts.all<kube::StatefulSet>()) || fits(facts.all<kube::DaemonSet>()) ||
           fits(facts.all<kube::Job>());
}

bool has_pods(const facts::Snapshot& facts, std::string_view namespace_name, const kube::LabelSelector& selector) {
    return !facts.pods_matching(namespace_name, selector).empty() || any_template_matches(facts, namespace_name, selector);
}

Reach reach_in_namespaces(const facts::Snapshot& facts, const kube::NetworkPolicyPeer& peer) {
    if (!facts.knows<kube::Namespace>()) return Reach::somebody;
    for (const auto& candidate : facts.all<kube::Namespace>()) {
        auto labels = candidate.meta.labels;
        if (!kube::has_key(labels, "kubernetes.io/metadata.name")) labels.emplace_back("kubernetes.io/metadata.name", candidate.meta.name);
        if (!kube::matches(*peer.namespace_selector, labels)) continue;
        const bool seen = facts.scope().all_namespaces && facts.knows<kube::Pod>();
        if (!seen || !peer.pod_selector || has_pods(facts, candidate.meta.name, *peer.pod_selector)) return Reach::somebody;
    }
    return Reach::nobody;
}

} // namespace

Policies::Policies(const facts::Snapshot& facts) {
    for (const auto& policy : facts.all<kube::NetworkPolicy>()) {
        if (policy.meta.deleted) continue;
        auto& of_namespace = m_by_namespace[policy.meta.namespace_name];
        const auto& labels = policy.spec.pod_selector.match_labels;
        auto& places = labels.empty() ? of_namespace.others : of_namespace.by_label[{labels.front().first, labels.front().second}];
        places.push_back(of_namespace.all.size());
        of_namespace.all.push_back(&policy);
    }
}

std::vector<const kube::NetworkPolicy*> Policies::isolating(const kube::Pod& pod, std::string_view direction) const {
    std::vector<const kube::NetworkPolicy*> policies;
    const auto found = m_by_namespace.find(pod.meta.namespace_name);
    if (found == m_by_namespace.end() || pod.spec.host_network) return policies; // policies don't hold for the node's network
    std::vector<std::size_t> places = found->second.others;
    for (const auto& [key, value] : pod.meta.labels)
        if (const auto with_label = found->second.by_label.find({key, value}); with_label != found->second.by_label.end())
            places.insert(places.end(), with_label->second.begin(), with_label->second.end());
    std::sort(places.begin(), places.end()); // in the order of the snapshot
    for (const auto place : places) {
        const auto* policy = found->second.all[place];
        if (is_about(*policy, direction) && kube::matches(policy->spec.pod_selector, pod.meta.labels)) policies.push_back(policy);
    }
    return policies;
}

bool covers(const kube::NetworkPolicyRule& rule, const kube::Pod& pod, std::int64_t number, kube::Text protocol) {
    if (rule.ports.empty()) return true;
    return std::any_of(rule.ports.begin(), rule.ports.end(), [&](const kube::NetworkPolicyPort& port) {
        if (protocol_of(port.protocol) != protocol_of(protocol)) return false;
        if (!port.port.set) return true;
        const auto first = number_of(pod, port);
        return number >= first && number <= port.end_port.value_or(first);
    });
}

bool has_rule_for(const std::vector<const kube::NetworkPolicy*>& policies, const kube::Pod& pod, std::int64_t number, kube::Text protocol) {
    return std::any_of(policies.begin(), policies.end(), [&](const kube::NetworkPolicy* policy) {
        const auto& rules = policy->spec.ingress;
        return std::any_of(rules.begin(), rules.end(), [&](const auto& rule) { return covers(rule, pod, number, protocol); });
    });
}

Reach reach_of(const facts::Snapshot& facts, std::string_view policy_namespace, const kube::NetworkPolicyPeer& peer) {
    if (peer.ip_block || (!peer.pod_selector && !peer.namespace_selector)) return Reach::somebody;
    if (peer.namespace_selector) return reach_in_namespaces(facts, peer);
    if (!facts.knows<kube::Pod>()) return Reach::somebody;
    return has_pods(facts, policy_namespace, *peer.pod_selector) ? Reach::somebody : Reach::nobody;
}

std::string selected_words(const kube::NetworkPolicy& policy) {
    return policy.spec.pod_selector.empty() ? std::string("every pod") : format("the pods {}", kube::show(policy.spec.pod_selector));
}

std::string peer_words(const kube::NetworkPolicyPeer& peer) {
    if (peer.ip_block) return format("addresses {}", peer.ip_block->cidr);
    const std::string pods =
        !peer.pod_selector || peer.pod_selector->empty() ? std::string("all pods") : format("pods {}", kube::show(*peer.pod_selector));
    if (!peer.namespace_selector) return pods;
    return format("{} of {}", pods,
                  peer.namespace_selector->empty() ? std::string("all namespaces")
                                                   : format("namespaces {}", kube::show(*peer.namespace_selector)));
}

} // namespace kdiag::rules::network
