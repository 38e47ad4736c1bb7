// SPDX-License-Identifier: Apache-2.0
#include "app/probe_behind.hpp"
#include "support/fixture.hpp"

#include <doctest/doctest.h>

using namespace kdiag;

namespace {

app::Explained explained(int port) {
    const auto facts = test::snapshot_of("rules/KD3003-port-name-mismatch/fires-other-name.yaml");
    const auto& services = facts.all<kube::Service>();
    REQUIRE(!services.empty());
    return app::explain(facts, kube::ref_of(services.front()), port, facts.newest_time());
}

} // namespace

TEST_CASE("the rule behind a port of a Service is named, and not that behind another") {
    const auto facts = test::snapshot_of("rules/KD3003-port-name-mismatch/fires-other-name.yaml");
    const auto port = static_cast<int>(facts.all<kube::Service>().front().spec.ports.front().port);
    const auto found = explained(port);
    REQUIRE(!found.behind.empty());
    CHECK(found.behind[0].rule == "KD3003");
    CHECK(found.leads_to.starts_with("port " + std::to_string(port) + " of the Service leads to port "));
    CHECK(found.leads_to.find("of its pods, which declare ") != std::string::npos);
    const auto other = explained(port + 1);
    CHECK(other.behind.empty());
    CHECK(other.leads_to.find(" has no port " + std::to_string(port + 1) + "; it has " + std::to_string(port)) != std::string::npos);
}
