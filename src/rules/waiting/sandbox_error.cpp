// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/sandbox_error.hpp"

#include "rules/waiting/image_error.hpp"
#include "rules/waiting/message_words.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>

namespace kdiag::rules::waiting {

namespace {

struct Known {
    std::string_view words;             ///< in lower case; the first hit decides
    std::string_view name, cause, help; ///< `{}` of a cause is the node
    SandboxScope scope = SandboxScope::node;
    bool of_network = true;
};

constexpr std::string_view k_addresses = "there are no free addresses left for pods on node `{}`";
constexpr std::string_view k_addresses_help =
    "remove finished pods, enlarge the range or subnet of the pods, or look for addresses that the network plugin has leaked";
constexpr std::string_view k_not_ready = "the network plugin (CNI) of node `{}` is not ready";
constexpr std::string_view k_not_ready_help =
    "look at the pod of the network plugin on this node: it has to run before any other pod can start there";
constexpr std::string_view k_handler = "node `{}` does not have the runtime handler that the pod's RuntimeClass names";
constexpr std::string_view k_handler_help = "configure the handler for the container runtime of the node, or let the RuntimeClass select "
                                            "nodes that have it (scheduling.nodeSelector)";
constexpr std::string_view k_slow = "the container runtime of node `{}` is overloaded or hangs";
constexpr std::string_view k_slow_help = "look at the load and the disk of the node; if it stays so, restart its container runtime";

constexpr auto k_known = std::to_array<Known>({
    {"cni plugin not initialized", "network-not-ready", k_not_ready, k_not_ready_help},
    {"networkpluginnotready", "network-not-ready", k_not_ready, k_not_ready_help},
    {"cni config uninitialized", "network-not-ready", k_not_ready, k_not_ready_help},
    {"network is not ready", "network-not-ready", k_not_ready, k_not_ready_help},
    {"no ip addresses available in range", "addresses", k_addresses, k_addresses_help},
    {"failed to assign an ip address", "addresses", k_addresses, k_addresses_help},
    {"insufficientfreeaddressesinsubnet", "addresses", k_addresses, k_addresses_help},
    {"range is full", "addresses", k_addresses, k_addresses_help},
    {"no available ip", "addresses", k_addresses, k_addresses_help},
    {"no more free ip", "addresses", k_addresses, k_addresses_help},
    {"no free ip", "addresses", k_addresses, k_addresses_help},
    {"out of ip addresses", "addresses", k_addresses, k_addresses_help},
    {"failed to request ipv4 addresses", "addresses", k_addresses, k_addresses_help},
    {"failed to find plugin", "plugin-missing", "a program of the network plugin (CNI) is not on node `{}`",
     "install the plugin on the node; the pod of the network plugin does that as a rule"},
    {"subnet.env", "flannel-down", "flannel is not running on node `{}`, so the node has no subnet for pods",
     "look at flannel's pod on this node"},
    {"/var/lib/calico/nodename", "calico-down", "calico is not running on node `{}`", "look at the calico-node pod on this node"},
    {"connection is unauthorized", "network-token",
     "the network plugin of node `{}` is not let in by the API server: its token has expired",
     "restart the pod of the network plugin on this node"},
    {"cilium.sock", "cilium-down", "cilium is not running on node `{}`", "look at the cilium pod on this node"},
    {"unable to connect to cilium", "cilium-down", "cilium is not running on node `{}`", "look at the cilium pod on this node"},
    {"127.0.0.1:50051", "vpc-cni-down", "the aws-node pod of node `{}` does not answer", "look at the aws-node pod on this node"},
    {"network-attachment-definition", "network-attachment", "the pod asks for a further network that does not exist",
     "create the NetworkAttachmentDefinition in the pod's namespace, or correct the annotation k8s.v1.cni.cncf.io/networks",
     SandboxScope::pod},
    {"address already in use", "host-port", "a hostPort of the pod is taken on node `{}`, by something outside of Kubernetes",
     "free the port on the node, or leave hostPort out", SandboxScope::pod},
    {"bandwidth annotation", "bandwidth", "an annotation for the pod's bandwidth cannot be followed",
     "correct or remove the annotation kubernetes.io/ingress-bandwidth or egress-bandwidth", SandboxScope::pod},
    {"already has an ip address different from", "stale-bridge",
     "the bridge of the network plugin on node `{}` has an address of an earlier subnet",
     "remove the bridge (cni0) on the node; the network plugin makes it anew"},
    {"no runtime for", "runtime-handler", k_handler, k_handler_help, SandboxScope::runtime_class, false},
    {"runtime handler", "runtime-handler", k_handler, k_handler_help, SandboxScope::runtime_class, false},
    {"runtimehandler", "runtime-handler", k_handler, k_handler_help, SandboxScope::runtime_class, false},
    {"runtimeclass", "runtime-class", "the RuntimeClass of the pod does not exist", "create the RuntimeClass, or correct runtimeClassName",
     SandboxScope::runtime_class, false},
    {"is too long", "hostname", "the host name of the pod cannot be set",
     "shorten the names of pod and Service, or set hostname: at most 63 characters, 64 with setHostnameAsFQDN", SandboxScope::pod, false},
    {"sysctl", "sysctl", "a sysctl of the pod cannot be set on node `{}`",
     "remove it from securityContext.sysctls, or allow it on the nodes", SandboxScope::pod, false},
    {"seccomp", "security", "the seccomp profile of the pod cannot be read on node `{}`",
     "load the profile on every node, or use RuntimeDefault", SandboxScope::pod, false},
    {"security options", "security", "the security options of the pod do not work on node `{}`",
     "correct the seccomp, AppArmor or SELinux options of the pod", SandboxScope::pod, false},
    {"user namespace", "user-namespace", "node `{}` has no user namespace left for the pod",
     "leave hostUsers out, or use fewer such pods on the node", SandboxScope::pod, false},
    {"is reserved for", "name-reserved",
     "an earlier try to make the sandbox on node `{}` has not ended: the container runtime is slow or hangs", k_slow_help,
     SandboxScope::node, false},
    {"/sys/fs/cgroup", "cgroup", "node `{}` cannot make the cgroup of the pod",
     "compare the cgroup driver of kubelet and container runtime (systemd on both); a node that has leaked cgroups needs a reboot",
     SandboxScope::node, false},
    {"no space left on device", "disk-full", "the disk of node `{}` is full, or out of inodes or cgroups", "free the disk of the node",
     SandboxScope::node, false},
    {"pthread_create failed", "processes", "node `{}` cannot start another process or thread",
     "look at the processes of the node and at its pid limit", SandboxScope::node, false},
    {"resource temporarily unavailable", "processes", "node `{}` cannot start another process or thread",
     "look at the processes of the node and at its pid limit", SandboxScope::node, false},
    {"cannot allocate memory", "memory", "node `{}` has no memory for another sandbox", "look at the memory of the node",
     SandboxScope::node, false},
    {"cgroup", "cgroup", "node `{}` cannot make the cgroup of the pod",
     "compare the cgroup driver of kubelet and container runtime (systemd on both)", SandboxScope::node, false},
    {"dial unix", "runtime-down", "the container runtime of node `{}` does not answer the kubelet",
     "repair the container runtime of the node", SandboxScope::node, false},
    {"exec: \"runc\"", "runtime-broken", "the container runtime of node `{}` does not find runc", "install runc on the node",
     SandboxScope::node, false},
    {"deadline exceeded", "slow", k_slow, k_slow_help, SandboxScope::node, false},
    {"deadlineexceeded", "slow", k_slow, k_slow_help, SandboxScope::node, false},
});

std::string with_node(std::string_view text, const kube::Pod& pod) {
    std::string filled(text);
    if (const auto at = filled.find("{}"); at != std::string::npos) filled.replace(at, 2, pod.spec.node_name);
    return filled;
}

/// The image that the sandbox itself needs (pause): no pod of the node starts without it.
SandboxError read_sandbox_image(const kube::Pod& pod, std::string_view message) {
    const std::string image(between(message, "sandbox image \"", "\""));
    const auto error = read_image_error(message, image);
    return {.name = "sandbox-image",
            .cause =
                format("node `{}` cannot pull `{}`, the image that every sandbox on it needs: {}", pod.spec.node_name, image, error.words),
            .help = "make this image reachable from the node, or name another one in the configuration of its container runtime"};
}

} // namespace

SandboxError read_sandbox_error(const kube::Pod& pod, std::string_view reason, std::string_view message) {
    if (contains(message, "sandbox image \"")) return read_sandbox_image(pod, message);
    const std::string words = one_line(core_of(message)), lower = to_lower(message);
    if (reason == "FailedPrepareDynamicResources")
        return {.name = "resource-claim",
                .cause = format("the driver of a resource claim of the pod cannot hand over its device on node `{}`: {}",
                                pod.spec.node_name, words),
                .help = "look at the driver's pod on this node"};
    const auto known = std::find_if(k_known.begin(), k_known.end(), [&](const Known& entry) { return contains(lower, entry.words); });
    if (known != k_known.end())
        return {.name = std::string(known->name),
                .cause = format("{}: {}", with_node(known->cause, pod), words),
                .help = std::string(known->help),
                .scope = known->scope,
                .of_network = known->of_network};
    const bool of_network = contains(lower, "network") || contains(lower, "cni");
    return {.name = of_network ? "network" : "sandbox",
            .cause = format("the {} of node `{}` says: {}", of_network ? "network plugin" : "container runtime", pod.spec.node_name, words),
            .help = of_network ? "look at the pod of the network plugin on this node" : "look at the container runtime of the node",
            .of_network = of_network};
}

} // namespace kdiag::rules::waiting
