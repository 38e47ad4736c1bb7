// SPDX-License-Identifier: Apache-2.0
#include "config/in_cluster.hpp"

#include "config/files.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::config {

bool in_cluster_available(const Variables& variable, const std::string& service_account) {
    const auto host = variable("KUBERNETES_SERVICE_HOST"), port = variable("KUBERNETES_SERVICE_PORT");
    return host && !host->empty() && port && !port->empty() && file_exists(service_account + "/token");
}

Result<ClusterConfig> in_cluster_config(const Variables& variable, const std::string& service_account) {
    ClusterConfig config;
    const std::string host = *variable("KUBERNETES_SERVICE_HOST");
    config.server = format("https://{}:{}", contains(host, ":") ? "[" + host + "]" : host, *variable("KUBERNETES_SERVICE_PORT"));
    config.token_file = service_account + "/token";
    config.context = "in-cluster";
    config.origin = service_account;
    if (file_exists(service_account + "/ca.crt")) {
        KD_TRY_ASSIGN(config.ca_pem, read_small_file(service_account + "/ca.crt", "the cluster's certificate authority"));
    }
    config.namespace_name = variable("POD_NAMESPACE").value_or("");
    if (config.namespace_name.empty() && file_exists(service_account + "/namespace")) {
        KD_TRY_ASSIGN(const auto text, read_small_file(service_account + "/namespace", "the pod's namespace"));
        config.namespace_name = trim(text);
    }
    if (config.namespace_name.empty()) config.namespace_name = "default";
    return config;
}

} // namespace kdiag::config
