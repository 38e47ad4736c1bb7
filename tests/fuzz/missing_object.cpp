// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "rules/waiting/missing_object.hpp"

namespace kdiag::fuzz {

using namespace rules::waiting;

void fuzz_missing_object(std::string_view bytes) {
    const auto found = read_missing(bytes);
    promise(found.size() <= bytes.size() / 8 + 1, "more objects than the message has room for");
    for (const auto& missing : found) {
        promise(missing.kind == "ConfigMap" || missing.kind == "Secret", "a kind that the kubelet does not miss");
        promise(!missing.name.empty() || !missing.key.empty(), "something nameless is missing");
        promise(holds(bytes, missing.name) && holds(bytes, missing.key), "a name that the message does not hold");
    }
    is_cache_trouble(bytes);
}

Seeds seeds_missing_object() {
    return {
        "configmap \"shop-config\" not found",
        "Error: secrets \"shop-db\" not found",
        "couldn't find key LEVEL in ConfigMap shop/shop-config",
        "Error: couldn't find key password in Secret shop/shop-db",
        "MountVolume.SetUp failed for volume \"config\" : configmap references non-existent config key: app.yml",
        "MountVolume.SetUp failed for volume \"tls\" : references non-existent secret key: tls.crt",
        "MountVolume.SetUp failed for volume \"all\" : [configmap \"a\" not found, secret \"b\" not found]",
        "MountVolume.SetUp failed for volume \"x\" : object \"shop\"/\"kube-root-ca.crt\" not registered",
        "failed to sync configmap cache: timed out waiting for the condition",
    };
}

} // namespace kdiag::fuzz
