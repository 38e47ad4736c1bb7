// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "rules/waiting/runtime_error.hpp"

namespace kdiag::fuzz {

void fuzz_runtime_error(std::string_view bytes) {
    kube::Container container;
    container.name = "api";
    kube::Pod pod;
    pod.meta.name = "api-1";
    const rules::ContainerView view{.pod = &pod, .spec = &container};
    const auto error = rules::waiting::read_runtime_error(view, bytes);
    promise(!error.title.empty() && !error.cause.empty(), "an error without words");
    promise(error.title.find('\n') == std::string::npos && error.cause.find('\n') == std::string::npos, "the words are more than a line");
    const auto again = rules::waiting::read_runtime_error(view, std::string(bytes));
    promise(again.cause == error.cause && again.help == error.help && again.field == error.field && again.of_node == error.of_node, "read otherwise the second time");
}

Seeds seeds_runtime_error() {
    return {
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/app/run\": stat /app/run: no such file or directory: unknown",
        "container_linux.go:380: starting container process caused: process_linux.go:545: container init caused: rootfs_linux.go:76: mounting \"/etc/x\" to rootfs at \"/etc/x\" caused: not a directory",
        "failed to create shim task: OCI runtime create failed: container's cgroup memory limit 4096 is too low: unknown",
        "Error: failed to generate container \"a1\" spec: failed to generate spec: no command specified",
        "Error: failed to reserve container name \"api_api-1_shop_1_0\": name is reserved for \"3f\"",
        "failed to create containerd container: get apparmor_parser version: exec: \"apparmor_parser\": executable file not found in $PATH",
        "Error: container create failed: crun: writing file `/sys/fs/cgroup/memory.max`: Invalid argument",
        "context deadline exceeded",
    };
}

} // namespace kdiag::fuzz
