// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/pod.hpp"

#include <string>
#include <vector>

namespace kdiag::rules {

/// One place where a pod names a ConfigMap or Secret.
struct ConfigReference {
    std::string kind; ///< ConfigMap or Secret
    std::string name;
    std::string key;  ///< empty: all keys
    std::string path; ///< in the spec: `.spec.containers[0].env[2].valueFrom.secretKeyRef`
    std::string container; ///< empty for volumes
    std::string volume;    ///< empty for variables
    bool optional = false;
};

/// Every ConfigMap and Secret that a pod reads, in the order of its spec: variables of its containers, then volumes.
std::vector<ConfigReference> config_references(const kube::PodSpec& spec);
/// `ConfigMap/orders-config`, `Secret/orders-db`: what one container reads, each once.
std::vector<std::string> configuration_of(const kube::Pod& pod, const kube::Container& container);

} // namespace kdiag::rules
