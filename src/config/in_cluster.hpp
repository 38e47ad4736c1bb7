// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/cluster_config.hpp"
#include "config/kubeconfig.hpp"

namespace kdiag::config {

/// Whether this process runs in a pod with a service account (client-go rest.InClusterConfig).
bool in_cluster_available(const Variables& variable, const std::string& service_account);
Result<ClusterConfig> in_cluster_config(const Variables& variable, const std::string& service_account);

} // namespace kdiag::config
