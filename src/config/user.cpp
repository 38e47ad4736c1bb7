// SPDX-License-Identifier: Apache-2.0
#include "config/user.hpp"

#include "config/files.hpp"
#include "util/digest.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::config {

namespace {

Error invalid(std::string message, std::string help) {
    return {.kind = ErrorKind::config, .message = std::move(message), .help = {std::move(help)}};
}

Result<std::string> certificate_part(const Stanza& user, const std::string& flag, const std::string& key, const std::string& what) {
    if (!flag.empty()) return read_small_file(flag, what);
    if (const auto data = user.value[key + "-data"].as_string(); !data.empty()) {
        auto decoded = base64_decode(data);
        if (!decoded) return invalid(format("{}: {}-data is not base64", user.file, key), "it holds a PEM text in base64");
        return *std::move(decoded);
    }
    if (const auto path = user.value[key].as_string(); !path.empty()) return read_small_file(resolve_path(std::string(path), user.folder), what);
    return std::string();
}

Result<ExecPlugin> exec_plugin(const Stanza& user, const data::Value& cluster) {
    const auto& exec = user.value["exec"];
    ExecPlugin plugin{.command = std::string(exec["command"].as_string()), .api_version = std::string(exec["apiVersion"].as_string()),
                      .install_hint = std::string(exec["installHint"].as_string()), .interactive_mode = std::string(exec["interactiveMode"].as_string()),
                      .provide_cluster_info = exec["provideClusterInfo"].as_string() == "true"};
    if (plugin.command.empty()) return invalid(format("{}: the exec plugin has no command", user.file), "name the program in users[].user.exec.command");
    if (plugin.api_version != "client.authentication.k8s.io/v1" && plugin.api_version != "client.authentication.k8s.io/v1beta1")
        return invalid(format("{}: the exec plugin's apiVersion `{}` is not known", user.file, plugin.api_version), "client.authentication.k8s.io/v1 and /v1beta1 are");
    if (plugin.interactive_mode.empty()) {
        if (plugin.api_version.ends_with("/v1")) return invalid(format("{}: the exec plugin has no interactiveMode", user.file), "set it to IfAvailable, Never or Always");
        plugin.interactive_mode = "IfAvailable";
    }
    if (contains(plugin.command, "/")) plugin.command = resolve_path(plugin.command, user.folder);
    for (const auto& argument : exec["args"].as_array()) plugin.args.emplace_back(argument.as_string());
    for (const auto& entry : exec["env"].as_array()) plugin.env.emplace_back(entry["name"].as_string(), entry["value"].as_string());
    for (const auto& extension : cluster["extensions"].as_array())
        if (extension["name"].as_string() == "client.authentication.k8s.io/exec") plugin.cluster_extension = extension["extension"];
    return plugin;
}

void fill_impersonation(Impersonation& who, const Stanza& user, const Overrides& overrides) {
    who.user = !overrides.as_user.empty() ? overrides.as_user : std::string(user.value["as"].as_string());
    who.uid = !overrides.as_uid.empty() ? overrides.as_uid : std::string(user.value["as-uid"].as_string());
    who.groups = overrides.as_groups;
    if (who.groups.empty())
        for (const auto& group : user.value["as-groups"].as_array()) who.groups.emplace_back(group.as_string());
    for (const auto& [key, values] : user.value["as-user-extra"].as_object())
        for (const auto& value : values.as_array()) who.extra.emplace_back(key, value.as_string());
}

/// `auth-provider` was removed from client-go but for oidc, whose id-token may still be good.
Status fill_auth_provider(ClusterConfig& config, const Stanza& user) {
    const auto& provider = user.value["auth-provider"];
    if (provider.is_null()) return {};
    if (const auto token = provider.at("config", "id-token").as_string(); provider["name"].as_string() == "oidc" && !token.empty()) {
        config.token = Secret(std::string(token));
        return {};
    }
    return invalid(format("{}: the auth-provider `{}` no longer exists", user.file, provider["name"].as_string()),
                   "use the exec plugin of your provider: gke-gcloud-auth-plugin, kubelogin, aws eks get-token");
}

} // namespace

Status fill_user(ClusterConfig& config, const Stanza& user, const data::Value& cluster, const Overrides& overrides) {
    fill_impersonation(config.impersonation, user, overrides);
    if (!config.impersonation.active() && (!config.impersonation.uid.empty() || !config.impersonation.groups.empty() || !config.impersonation.extra.empty()))
        return invalid("impersonating a group or uid needs a user too", "add --as USER");
    KD_TRY_ASSIGN(config.client_certificate_pem, certificate_part(user, overrides.client_certificate, "client-certificate", "the client certificate"));
    KD_TRY_ASSIGN(auto key, certificate_part(user, overrides.client_key, "client-key", "the client key"));
    config.client_key_pem = Secret(std::move(key));
    if (config.client_certificate_pem.empty() != config.client_key_pem.empty())
        return invalid("a client certificate needs its key, and a key its certificate", "give both client-certificate and client-key");
    config.username = user.value["username"].as_string();
    config.password = Secret(std::string(user.value["password"].as_string()));
    if (!overrides.token.empty()) {
        config.token = Secret(overrides.token);
        config.token_file.clear();
        // The API server looks at certificates first: with both, the token would not count.
        config.client_certificate_pem.clear();
        config.client_key_pem = Secret();
        return {};
    }
    config.token = Secret(std::string(user.value["token"].as_string()));
    if (const auto path = user.value["tokenFile"].as_string(); !path.empty()) config.token_file = resolve_path(std::string(path), user.folder);
    const bool token = !config.token.empty() || !config.token_file.empty();
    if (token && !config.username.empty()) return invalid(format("{}: the user has a token and a password", user.file), "keep one of them");
    KD_TRY(fill_auth_provider(config, user));
    if (user.value["exec"].is_null()) return {};
    if (!user.value["auth-provider"].is_null()) return invalid(format("{}: the user has an exec plugin and an auth-provider", user.file), "keep the exec plugin");
    if (token || !config.username.empty() || !config.client_certificate_pem.empty()) return {}; // client-go skips the plugin then
    KD_TRY_ASSIGN(config.exec, exec_plugin(user, cluster));
    return {};
}

} // namespace kdiag::config
