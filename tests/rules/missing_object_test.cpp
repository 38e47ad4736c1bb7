// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/missing_object.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace kdiag::rules::waiting;

namespace {

/// `Secret db:password`, `ConfigMap :app.yml`, one a line.
std::string read(const std::string& message) {
    std::string text;
    for (const auto& missing : read_missing(message))
        text += missing.kind + " " + missing.name + (missing.key.empty() ? "" : ":" + missing.key) + "\n";
    return text;
}

} // namespace

TEST_CASE("missing objects and keys in the kubelet's words") {
    CHECK(read("configmap \"shop-config\" not found") == "ConfigMap shop-config\n");
    CHECK(read("secret \"shop-db\" not found") == "Secret shop-db\n");
    CHECK(read("Error: secrets \"shop-db\" not found") == "Secret shop-db\n");
    CHECK(read("couldn't find key LEVEL in ConfigMap shop/shop-config") == "ConfigMap shop-config:LEVEL\n");
    CHECK(read("Couldn't find key cluster_store in ConfigMap shop/net-config") == "ConfigMap net-config:cluster_store\n");
    CHECK(read("Error: couldn't find key password in Secret shop/shop-db") == "Secret shop-db:password\n");
    CHECK(read("MountVolume.SetUp failed for volume \"config\" : configmap \"shop-config\" not found") == "ConfigMap shop-config\n");
    CHECK(read("MountVolume.SetUp failed for volume \"config\" : configmap references non-existent config key: app.yml") ==
          "ConfigMap :app.yml\n");
    CHECK(read("MountVolume.SetUp failed for volume \"tls\" : references non-existent secret key: tls.crt") == "Secret :tls.crt\n");
    CHECK(read("MountVolume.SetUp failed for volume \"all\" : [configmap \"a\" not found, secret \"b\" not found]") ==
          "ConfigMap a\nSecret b\n");
}

TEST_CASE("other words name nothing as missing") {
    CHECK(read("").empty());
    CHECK(read("couldn't find key ").empty());
    CHECK(read("couldn't find key K in ConfigMap").empty());
    CHECK(read("configmap \"x").empty());
    CHECK(read("configmap \"\" not found").empty());
    CHECK(read("couldn't find key  in Secret shop/").empty());
    CHECK(read("configmaps \"x\" is forbidden: User \"system:node:n\" cannot get resource: no relationship found").empty());
    CHECK(read("persistentvolumeclaim \"data\" not found").empty());
    CHECK(read("object \"shop\"/\"kube-root-ca.crt\" not registered").empty());
}

TEST_CASE("what the kubelet says while its caches fill") {
    CHECK(is_cache_trouble("MountVolume.SetUp failed for volume \"x\" : object \"shop\"/\"kube-root-ca.crt\" not registered"));
    CHECK(is_cache_trouble("failed to sync configmap cache: timed out waiting for the condition"));
    CHECK(is_cache_trouble("services have not yet been read at least once, cannot construct envvars"));
    CHECK_FALSE(is_cache_trouble("configmap \"x\" not found"));
    CHECK_FALSE(is_cache_trouble("timed out waiting for the condition"));
}
