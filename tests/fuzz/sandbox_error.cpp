// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "rules/waiting/sandbox_error.hpp"

namespace kdiag::fuzz {

void fuzz_sandbox_error(std::string_view bytes) {
    kube::Pod pod;
    pod.meta.name = "api-1";
    for (const std::string_view reason : {"FailedCreatePodSandBox", "NetworkNotReady", "FailedCreatePodContainer", "FailedPrepareDynamicResources", ""}) {
        const auto error = rules::waiting::read_sandbox_error(pod, reason, bytes);
        promise(!error.name.empty() && !error.cause.empty(), "an error without words");
        promise(error.name.find_first_of(" \n") == std::string::npos, "a name of more than a word");
        promise(error.cause.find('\n') == std::string::npos, "the words are more than a line");
        promise(rules::waiting::read_sandbox_error(pod, reason, std::string(bytes)).name == error.name, "read otherwise the second time");
    }
}

Seeds seeds_sandbox_error() {
    return {
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox \"3f\": plugin type=\"flannel\" failed (add): open /run/flannel/subnet.env: no such file or directory",
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to assign an IP address to container",
        "failed to get sandbox runtime: no runtime for \"gvisor\" is configured",
        "network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
        "plugin type=\"calico\" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized",
        "failed to pull image \"registry.k8s.io/pause:3.9\": dial tcp: i/o timeout",
        "failed to allocate for range 0: no IP addresses available in range set: 10.244.1.1-10.244.1.254",
    };
}

} // namespace kdiag::fuzz
