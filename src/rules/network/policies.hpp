// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/snapshot.hpp"

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kdiag::rules::network {

/// The network policies of every namespace, found by pod.
class Policies {
public:
    explicit Policies(const facts::Snapshot& facts);
    /// Those that isolate a pod for one direction: `Ingress` or `Egress`. None: everything is allowed.
    std::vector<const kube::NetworkPolicy*> isolating(const kube::Pod& pod, std::string_view direction) const;

private:
    struct OfNamespace {
        std::vector<const kube::NetworkPolicy*> all;
        /// Places in `all`, by the first label that a policy's pods have to have; the others are for any pod.
        std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> by_label;
        std::vector<std::size_t> others;
    };
    std::unordered_map<std::string_view, OfNamespace> m_by_namespace;
};

/// Whether a rule is about a port of the pod that names are looked up in; a rule without ports is about all.
bool covers(const kube::NetworkPolicyRule& rule, const kube::Pod& pod, std::int64_t number, kube::Text protocol);
/// Whether any policy has a rule that is about the port.
bool has_rule_for(const std::vector<const kube::NetworkPolicy*>& policies, const kube::Pod& pod, std::int64_t number, kube::Text protocol);

/// Whether a peer of an ingress rule stands for anybody: `nobody` only when all pods that it could mean were read and none fits.
enum class Reach { nobody, somebody };
Reach reach_of(const facts::Snapshot& facts, std::string_view policy_namespace, const kube::NetworkPolicyPeer& peer);

/// `every pod`, `the pods app=web`: what a policy selects.
std::string selected_words(const kube::NetworkPolicy& policy);
/// `pods role=frontend`, `pods app=web of namespaces team=a`, `addresses 10.0.0.0/8`.
std::string peer_words(const kube::NetworkPolicyPeer& peer);

} // namespace kdiag::rules::network
