// SPDX-License-Identifier: Apache-2.0
#include "rules/families.hpp"

#include <array>

namespace kdiag::rules {

namespace network {

extern const Rule k_service_without_ready_endpoints;
extern const Rule k_selector_matches_nothing;
extern const Rule k_port_name_mismatch;
extern const Rule k_cluster_dns_broken;
extern const Rule k_target_port_undeclared;
extern const Rule k_service_selects_foreign_pods;
extern const Rule k_external_name_invalid;
extern const Rule k_load_balancer_pending;
extern const Rule k_ingress_backend_missing;
extern const Rule k_ingress_port_missing;
extern const Rule k_ingress_class_missing;
extern const Rule k_ingress_tls_secret_missing;
extern const Rule k_ingress_backend_without_endpoints;
extern const Rule k_network_policy_blocks;
extern const Rule k_network_policy_allows_nobody;
extern const Rule k_dns_egress_blocked;

} // namespace network

RuleList network_rules() {
    static const std::array rules = {
        &network::k_service_without_ready_endpoints,
        &network::k_selector_matches_nothing,
        &network::k_port_name_mismatch,
        &network::k_cluster_dns_broken,
        &network::k_target_port_undeclared,
        &network::k_service_selects_foreign_pods,
        &network::k_external_name_invalid,
        &network::k_load_balancer_pending,
        &network::k_ingress_backend_missing,
        &network::k_ingress_port_missing,
        &network::k_ingress_class_missing,
        &network::k_ingress_tls_secret_missing,
        &network::k_ingress_backend_without_endpoints,
        &network::k_network_policy_blocks,
        &network::k_network_policy_allows_nobody,
        &network::k_dns_egress_blocked,
    };
    return rules;
}

} // namespace kdiag::rules
