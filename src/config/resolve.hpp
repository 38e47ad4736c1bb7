// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/cluster_config.hpp"
#include "config/kubeconfig.hpp"
#include "util/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kdiag::config {

/// Connection flags; empty means "not given".
struct Overrides {
    std::string kubeconfig, context, cluster, user, server, token, as_user, as_uid, certificate_authority, client_certificate, client_key, tls_server_name;
    std::vector<std::string> as_groups;
    bool insecure_skip_tls_verify = false, disable_compression = false;
    std::optional<Duration> request_timeout;
};

/// Flags over the context of the kubeconfig over the pod's own service account. Every inconsistency that client-go refuses is a config
/// error; the folder of the service account is a parameter for tests.
Result<ClusterConfig> resolve_cluster(const Overrides& overrides, const Variables& variable,
                                      const std::string& service_account = "/var/run/secrets/kubernetes.io/serviceaccount");

} // namespace kdiag::config
