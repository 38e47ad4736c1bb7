// SPDX-License-Identifier: Apache-2.0
#include "app/connect.hpp"

#include "collect/files.hpp"
#include "collect/live.hpp"
#include "net/proxy.hpp"

namespace kdiag::app {

Result<std::unique_ptr<client::ApiClient>> open_client(const ConnectOptions& options, const Environment& environment) {
    if (!options.from.empty())
        return Error{.kind = ErrorKind::usage, .message = "this command needs a cluster, and --from names a recording", .help = {"`diagnose` and `describe` read recordings"}};
    KD_TRY_ASSIGN(auto config, config::resolve_cluster(options.overrides, environment.variable));
    const std::string proxy = net::proxy_from_environment(config.server, environment.variable);
    return client::ApiClient::make(std::move(config), proxy, {.stdin_is_terminal = environment.stdin_is_terminal}, environment.interrupted);
}

Result<std::unique_ptr<collect::Source>> open_source(const ConnectOptions& options, const Environment& environment) {
    if (!options.from.empty()) return collect::open_files(options.from);
    KD_TRY_ASSIGN(auto client, open_client(options, environment));
    return collect::open_cluster(std::move(client));
}

facts::Scope scope_of(const ConnectOptions& options, bool all_namespaces, const collect::Source& source) {
    if (all_namespaces) return {};
    const std::string name = options.namespace_name.empty() ? source.default_namespace() : options.namespace_name;
    return {.all_namespaces = name.empty(), .namespace_name = name};
}

} // namespace kdiag::app
