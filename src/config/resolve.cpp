// SPDX-License-Identifier: Apache-2.0
#include "config/resolve.hpp"

#include "config/files.hpp"
#include "config/in_cluster.hpp"
#include "config/user.hpp"
#include "util/digest.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

namespace kdiag::config {

namespace {

Error invalid(std::string message, std::string help) {
    return {.kind = ErrorKind::config, .message = std::move(message), .help = {std::move(help)}};
}

std::vector<std::string> names_in(const std::map<std::string, Stanza>& stanzas) {
    std::vector<std::string> names;
    for (const auto& [name, stanza] : stanzas) names.push_back(name);
    return names;
}

Error missing(std::string_view what, const std::string& name, const std::map<std::string, Stanza>& stanzas) {
    const auto names = names_in(stanzas);
    Error error{.kind = ErrorKind::config, .message = format("the {} `{}` does not exist", what, name)};
    if (const auto near = nearest(name, names); !near.empty())
        error.help.push_back(format("did you mean {}?", list_some(near)));
    else if (!names.empty())
        error.help.push_back(format("there {}: {}", names.size() == 1 ? "is" : "are", list_some(names, 8)));
    return error;
}

/// A stanza by name. One that was named by a flag has to exist; one that a context names may be absent, as for kubectl.
Result<Stanza> find_stanza(const std::map<std::string, Stanza>& stanzas, std::string_view what, const std::string& name, bool required) {
    const auto found = stanzas.find(name);
    if (found != stanzas.end()) return found->second;
    if (required) return missing(what, name, stanzas);
    return Stanza{};
}

Result<std::string> pem_of(const Stanza& stanza, const char* data_key, const char* file_key, const std::string& what) {
    if (const auto data = stanza.value[data_key].as_string(); !data.empty()) {
        auto decoded = base64_decode(data);
        if (!decoded) return invalid(format("{}: {} is not base64", stanza.file, data_key), "it holds a PEM text in base64");
        return *std::move(decoded);
    }
    if (const auto path = stanza.value[file_key].as_string(); !path.empty()) return read_small_file(resolve_path(std::string(path), stanza.folder), what);
    return std::string();
}

bool is_true(const data::Value& value) {
    return value.as_string() == "true" || value.as_string() == "True" || value.as_string() == "TRUE" || value.as_bool();
}

std::string tidy_server(std::string server, bool has_tls) {
    if (server.find("://") == std::string::npos) server = (has_tls ? "https://" : "http://") + server;
    server.erase(std::min(server.find_first_of("?#"), server.size()));
    while (server.ends_with('/')) server.pop_back();
    return server;
}

Status fill_cluster(ClusterConfig& config, const Stanza& stanza, const Overrides& overrides) {
    config.server = stanza.value["server"].as_string();
    config.tls_server_name = stanza.value["tls-server-name"].as_string();
    config.proxy_url = stanza.value["proxy-url"].as_string();
    config.disable_compression = is_true(stanza.value["disable-compression"]) || overrides.disable_compression;
    if (!overrides.server.empty()) {
        config.server = overrides.server;
        config.tls_server_name.clear();
    }
    if (!overrides.tls_server_name.empty()) config.tls_server_name = overrides.tls_server_name;
    if (overrides.insecure_skip_tls_verify || !overrides.certificate_authority.empty()) { // either flag replaces all that the file says of trust
        config.insecure = overrides.insecure_skip_tls_verify;
        if (!overrides.certificate_authority.empty()) {
            KD_TRY_ASSIGN(config.ca_pem, read_small_file(overrides.certificate_authority, "the certificate authority"));
        }
    } else {
        config.insecure = is_true(stanza.value["insecure-skip-tls-verify"]);
        KD_TRY_ASSIGN(config.ca_pem, pem_of(stanza, "certificate-authority-data", "certificate-authority", "the certificate authority"));
    }
    if (config.insecure && !config.ca_pem.empty())
        return invalid("a certificate authority and insecure-skip-tls-verify contradict each other", "remove one of them from the kubeconfig or the flags");
    if (!config.proxy_url.empty() && !config.proxy_url.starts_with("http://") && !config.proxy_url.starts_with("https://") && !config.proxy_url.starts_with("socks5://"))
        return invalid(format("{}: proxy-url `{}` is neither http, https nor socks5", stanza.file, config.proxy_url), "write it as in http://proxy.example.com:3128");
    return {};
}

Result<ClusterConfig> resolve_context(const Kubeconfig& files, const Overrides& overrides) {
    ClusterConfig config;
    const std::string context_name = !overrides.context.empty() ? overrides.context : files.current_context;
    Stanza context;
    if (!context_name.empty()) {
        KD_TRY_ASSIGN(context, find_stanza(files.contexts, "context", context_name, true));
    }
    config.context = context_name;
    config.origin = !context.file.empty() ? context.file : files.files.empty() ? std::string() : files.files.front();
    for (const auto& name : names_in(files.contexts))
        if (name != context_name) config.other_contexts.push_back(name);
    const std::string cluster_name = !overrides.cluster.empty() ? overrides.cluster : std::string(context.value["cluster"].as_string());
    config.user = !overrides.user.empty() ? overrides.user : std::string(context.value["user"].as_string());
    config.namespace_name = context.value["namespace"].as_string();
    if (config.namespace_name.empty()) config.namespace_name = "default";
    KD_TRY_ASSIGN(const auto cluster, find_stanza(files.clusters, "cluster", cluster_name, !overrides.cluster.empty()));
    KD_TRY_ASSIGN(const auto user, find_stanza(files.users, "user", config.user, !overrides.user.empty()));
    KD_TRY(fill_cluster(config, cluster, overrides));
    KD_TRY(fill_user(config, user, cluster.value, overrides));
    if (config.server.empty()) {
        if (context_name.empty())
            return Error{.kind = ErrorKind::config, .message = "no context is chosen",
                         .help = {files.contexts.empty() ? "give --kubeconfig, or --server and --token" : format("choose one: kdiag --context {} ...", files.contexts.begin()->first)}};
        return invalid(format("the context `{}` names the cluster `{}`, which has no server", context_name, cluster_name), format("check {}", config.origin));
    }
    config.server = tidy_server(config.server, config.insecure || !config.ca_pem.empty() || !config.client_certificate_pem.empty());
    return config;
}

Error nothing_configured(const Variables& variable) {
    Error error{.kind = ErrorKind::config, .message = "no kubeconfig was found, and this is no pod of a cluster"};
    const auto list = variable("KUBECONFIG");
    error.notes.push_back(list && !list->empty() ? format("KUBECONFIG is {}", *list) : "KUBECONFIG is not set, and ~/.kube/config does not exist");
    error.help = {"give --kubeconfig FILE, or set KUBECONFIG", "without a cluster: kdiag diagnose --from FILE"};
    return error;
}

/// For troubleshooting: a proxy may let only one kind of stream through.
Status choose_streams(ClusterConfig& config, const Variables& variable) {
    const auto wanted = variable("KDIAG_STREAM_PROTOCOL");
    if (!wanted || wanted->empty() || *wanted == "auto") return {};
    if (*wanted != "websocket" && *wanted != "spdy") return invalid(format("KDIAG_STREAM_PROTOCOL is `{}`", *wanted), "it is auto, websocket or spdy");
    config.streams = *wanted == "spdy" ? ClusterConfig::Streams::spdy : ClusterConfig::Streams::websocket;
    return {};
}

} // namespace

Result<ClusterConfig> resolve_cluster(const Overrides& overrides, const Variables& variable, const std::string& service_account) {
    KD_TRY_ASSIGN(const auto files, load_kubeconfig(overrides.kubeconfig, variable));
    ClusterConfig config;
    if (files.empty() && overrides.server.empty()) {
        if (!overrides.context.empty()) return missing("context", overrides.context, files.contexts);
        if (!in_cluster_available(variable, service_account)) return nothing_configured(variable);
        KD_TRY_ASSIGN(config, in_cluster_config(variable, service_account));
        KD_TRY(fill_user(config, {}, {}, overrides));
    } else {
        KD_TRY_ASSIGN(config, resolve_context(files, overrides));
    }
    if (overrides.request_timeout) config.request_timeout = *overrides.request_timeout;
    KD_TRY(choose_streams(config, variable));
    return config;
}

} // namespace kdiag::config
