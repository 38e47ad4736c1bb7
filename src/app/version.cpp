// SPDX-License-Identifier: Apache-2.0
#include "app/version.hpp"

#include "client/api_client.hpp"
#include "config/resolve.hpp"
#include "data/json.hpp"
#include "net/proxy.hpp"
#include "rules/catalog.hpp"
#include "util/format.hpp"

namespace kdiag::app {

namespace {

std::string compiler() {
#ifdef __clang__
    return "clang " __clang_version__;
#else
    return format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

/// As Kubernetes writes platforms.
std::string_view platform() {
#if defined(__x86_64__)
    return "linux/amd64";
#elif defined(__aarch64__)
    return "linux/arm64";
#else
    return "linux";
#endif
}

Result<std::string> server_version(const ConnectOptions& options, const Environment& environment) {
    KD_TRY_ASSIGN(auto config, config::resolve_cluster(options.overrides, environment.variable));
    const std::string proxy = net::proxy_from_environment(config.server, environment.variable);
    KD_TRY_ASSIGN(const auto client, client::ApiClient::make(std::move(config), proxy, {.stdin_is_terminal = environment.stdin_is_terminal}));
    KD_TRY_ASSIGN(const auto version, client->get_json({.path = "/version", .doing = "ask for the server's version"}));
    return std::string(version["gitVersion"].as_string());
}

} // namespace

Result<ExitCode> run_version(const VersionOptions& options, Environment& environment) {
    std::string server;
    if (options.ask_server) {
        KD_TRY_ASSIGN(server, server_version(options.connect, environment));
    }
    const std::size_t rules = rules::catalog().size();
    if (options.json) {
        auto value = data::Value::object();
        value.set("version", KDIAG_VERSION).set("compiler", compiler()).set("platform", platform());
        value.set("rules", static_cast<std::int64_t>(rules)).set("reportSchema", "kdiag.dev/v1 1.0");
        if (!server.empty()) value.set("server", server);
        environment.out << data::to_json(value, 2) << '\n';
    } else {
        environment.out << format("kdiag {} ({}, {})\nrules      {}, report schema kdiag.dev/v1 1.0\n", KDIAG_VERSION, compiler(), platform(), rules);
        if (!server.empty()) environment.out << format("server     {}\n", server);
    }
    return ExitCode::ok;
}

} // namespace kdiag::app
