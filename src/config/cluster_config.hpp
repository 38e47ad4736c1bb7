// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.hpp"
#include "util/secret.hpp"
#include "util/timestamp.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kdiag::config {

/// A client-go credential plugin (`exec` of a user).
struct ExecPlugin {
    std::string command; ///< resolved when it held a slash; else looked up in PATH
    std::vector<std::string> args;
    std::vector<std::pair<std::string, std::string>> env;
    std::string api_version; ///< client.authentication.k8s.io/v1beta1 or /v1
    std::string install_hint;
    std::string interactive_mode; ///< Never, IfAvailable or Always
    bool provide_cluster_info = false;
    data::Value cluster_extension; ///< the cluster's extension client.authentication.k8s.io/exec
};

struct Impersonation {
    std::string user, uid;
    std::vector<std::string> groups;
    std::vector<std::pair<std::string, std::string>> extra;
    bool active() const { return !user.empty(); }
};

/// Where to connect and as whom, after flags, variables and files have been joined. Plain data; PEM texts are in memory.
struct ClusterConfig {
    std::string server;        ///< `https://host:port/prefix`, no trailing slash
    std::string ca_pem;        ///< empty: the system's
    bool insecure = false;
    std::string tls_server_name;
    std::string proxy_url;     ///< of the kubeconfig; the environment's is decided by the transport
    bool disable_compression = false;

    Secret token;
    std::string token_file;    ///< read again now and then
    std::string username;
    Secret password;
    std::string client_certificate_pem;
    Secret client_key_pem;
    std::optional<ExecPlugin> exec;
    Impersonation impersonation;

    std::string namespace_name; ///< the context's; never empty
    std::string context, user, origin; ///< for messages: names, and the file they came from
    std::vector<std::string> other_contexts;
    Duration request_timeout = Duration::seconds(15);
    /// How streams travel (exec, attach, port-forward); automatic but for troubleshooting (KDIAG_STREAM_PROTOCOL).
    enum class Streams { automatic, websocket, spdy } streams = Streams::automatic;
};

} // namespace kdiag::config
