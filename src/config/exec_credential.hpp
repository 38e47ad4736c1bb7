// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/cluster_config.hpp"
#include "util/result.hpp"
#include "util/timestamp.hpp"

#include <string>

namespace kdiag::config {

/// What a credential plugin gave: a token, a client certificate, or both.
struct ExecCredential {
    Secret token;
    std::string client_certificate_pem;
    Secret client_key_pem;
    Timestamp expires; ///< unset: until the server refuses it
};

struct ExecOptions {
    bool stdin_is_terminal = false;
    Duration timeout = Duration::seconds(60);
};

/// Runs a plugin as client-go does (KEP-541): without a shell, with KUBERNETES_EXEC_INFO, its standard error passed on. A plugin that is
/// missing, fails, hangs (it is killed), or prints rubbish is an authentication error that names it. `config` is the cluster to sign in to.
Result<ExecCredential> run_exec_plugin(const ExecPlugin& plugin, const ClusterConfig& config, const ExecOptions& options = {});

/// Reads a plugin's output: an ExecCredential of the plugin's apiVersion.
Result<ExecCredential> parse_exec_credential(std::string_view output, const ExecPlugin& plugin);

} // namespace kdiag::config
