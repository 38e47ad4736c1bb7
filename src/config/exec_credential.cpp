// SPDX-License-Identifier: Apache-2.0
#include "config/exec_credential.hpp"

#include "config/child_process.hpp"
#include "data/json.hpp"
#include "util/digest.hpp"
#include "util/format.hpp"

namespace kdiag::config {

namespace {

Error plugin_error(const ExecPlugin& plugin, std::string_view what) {
    Error error{.kind = ErrorKind::authentication, .message = format("the credential plugin `{}` {}", plugin.command, what)};
    if (!plugin.install_hint.empty()) error.notes.push_back(plugin.install_hint);
    std::string command = plugin.command;
    for (const auto& argument : plugin.args) command += " " + argument;
    error.help.push_back(format("try it by hand: {}", command));
    return error;
}

/// KUBERNETES_EXEC_INFO, one line of JSON.
std::string exec_info(const ExecPlugin& plugin, const ClusterConfig& config, bool interactive) {
    auto spec = data::Value::object();
    spec.set("interactive", interactive);
    if (plugin.provide_cluster_info) {
        auto cluster = data::Value::object();
        cluster.set("server", config.server);
        if (!config.tls_server_name.empty()) cluster.set("tls-server-name", config.tls_server_name);
        if (config.insecure) cluster.set("insecure-skip-tls-verify", true);
        if (!config.ca_pem.empty()) cluster.set("certificate-authority-data", base64_encode(config.ca_pem));
        if (!config.proxy_url.empty()) cluster.set("proxy-url", config.proxy_url);
        if (config.disable_compression) cluster.set("disable-compression", true);
        cluster.set("config", plugin.cluster_extension);
        spec.set("cluster", std::move(cluster));
    }
    auto info = data::Value::object();
    info.set("kind", "ExecCredential").set("apiVersion", plugin.api_version).set("spec", std::move(spec));
    return data::to_json(info);
}

} // namespace

Result<ExecCredential> parse_exec_credential(std::string_view output, const ExecPlugin& plugin) {
    const auto document = data::parse_json(output);
    if (!document) return plugin_error(plugin, "printed something that is not JSON");
    if ((*document)["kind"].as_string() != "ExecCredential") return plugin_error(plugin, "printed no ExecCredential");
    if ((*document)["apiVersion"].as_string() != plugin.api_version)
        return plugin_error(plugin, format("is configured for {}, but answered in {}", plugin.api_version, (*document)["apiVersion"].as_string()));
    const auto& status = (*document)["status"];
    ExecCredential credential{.token = Secret(std::string(status["token"].as_string())),
                              .client_certificate_pem = std::string(status["clientCertificateData"].as_string()),
                              .client_key_pem = Secret(std::string(status["clientKeyData"].as_string()))};
    if (credential.client_certificate_pem.empty() != credential.client_key_pem.empty()) return plugin_error(plugin, "gave a certificate without its key");
    if (credential.token.empty() && credential.client_certificate_pem.empty()) return plugin_error(plugin, "gave neither a token nor a certificate");
    if (const auto expires = status["expirationTimestamp"].as_string(); !expires.empty()) {
        const auto time = parse_rfc3339(expires);
        if (!time) return plugin_error(plugin, "gave an expirationTimestamp that is no time");
        credential.expires = *time;
    }
    return credential;
}

Result<ExecCredential> run_exec_plugin(const ExecPlugin& plugin, const ClusterConfig& config, const ExecOptions& options) {
    const bool interactive = plugin.interactive_mode == "Always" || (plugin.interactive_mode == "IfAvailable" && options.stdin_is_terminal);
    if (plugin.interactive_mode == "Always" && !options.stdin_is_terminal) return plugin_error(plugin, "wants a terminal to ask on, and there is none");
    ChildRequest request{.program = plugin.command, .args = plugin.args, .env = plugin.env, .pass_stdin = interactive, .timeout = options.timeout};
    request.env.emplace_back("KUBERNETES_EXEC_INFO", exec_info(plugin, config, interactive));
    const auto child = run_child(request);
    switch (child.end) {
    case ChildResult::End::not_found: return plugin_error(plugin, "is not installed, or not in PATH");
    case ChildResult::End::not_started: return plugin_error(plugin, "cannot be started");
    case ChildResult::End::timed_out: return plugin_error(plugin, format("gave no answer within {} and was stopped", to_age(options.timeout)));
    case ChildResult::End::too_much_output: return plugin_error(plugin, "printed more than 1 MiB and was stopped");
    case ChildResult::End::signalled: return plugin_error(plugin, format("was ended by signal {}", child.code));
    case ChildResult::End::exited: break;
    }
    if (child.code != 0) return plugin_error(plugin, format("failed with exit code {}", child.code));
    KD_TRY_ASSIGN(auto credential, parse_exec_credential(child.output, plugin));
    if (credential.expires && credential.expires < now_utc())
        return plugin_error(plugin, format("gave a credential that expired {} ago", to_age(now_utc() - credential.expires))).with_help("sign in again");
    return credential;
}

} // namespace kdiag::config
