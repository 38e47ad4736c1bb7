// SPDX-License-Identifier: Apache-2.0
// Against a real cluster: set KDIAG_TEST_KUBECONFIG to try it.
#include "real_cluster.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using test::real_cluster;

TEST_CASE("everything is read from a real cluster, and each kind as often as its list says") {
    const auto source = real_cluster();
    if (!source) return;
    const auto parts = source->read({});
    if (!parts) FAIL(parts.error().message);
    for (const auto& gap : parts->gaps) CHECK_MESSAGE(gap.detail.empty(), gap.detail);
    CHECK(source->stats().api_requests <= 25);
    MESSAGE(parts->logs.size() << " logs, " << source->stats().api_requests << " requests, " << source->stats().bytes_received << " bytes");
    const auto compare = [&]<class T>(const char* word) {
        const auto type = source->resolve(word);
        REQUIRE(type);
        const auto objects = source->objects(*type, "", "");
        REQUIRE(objects);
        CAPTURE(word);
        CHECK(objects->size() == std::get<facts::Objects<T>>(parts->objects).size());
    };
    compare.operator()<kube::Pod>("pods");
    compare.operator()<kube::Node>("nodes");
    compare.operator()<kube::Namespace>("namespaces");
    compare.operator()<kube::Service>("services");
    compare.operator()<kube::Deployment>("deployments");
    compare.operator()<kube::EndpointSlice>("endpointslices");
}

TEST_CASE("types of a real cluster are discovered") {
    const auto source = real_cluster();
    if (!source) return;
    const auto type = source->resolve("leases.coordination.k8s.io");
    REQUIRE(type);
    CHECK(type->kind == "Lease");
    CHECK(source->resolve("crd"));
    CHECK_FALSE(source->resolve("no-such-type"));
}
