// SPDX-License-Identifier: Apache-2.0
#include "real_cluster.hpp"

#include "commands.hpp"
#include "config/resolve.hpp"

#include <doctest/doctest.h>

namespace kdiag::test {

std::unique_ptr<collect::Source> real_cluster() {
    const auto path = cluster_kubeconfig();
    if (path.empty()) return nullptr;
    auto config = config::resolve_cluster({.kubeconfig = path}, [](std::string_view) { return std::optional<std::string>(); });
    if (!config) FAIL(config.error().message);
    auto client = client::ApiClient::make(*std::move(config), "", {});
    REQUIRE(client);
    return collect::open_cluster(*std::move(client));
}

} // namespace kdiag::test
