// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/mount_error.hpp"

#include "rules/waiting/message_words.hpp"
#include "rules/waiting/missing_object.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>

namespace kdiag::rules::waiting {

namespace {

struct Known {
    std::string_view words;       ///< in lower case; the first hit decides
    std::string_view cause, help; ///< `{}` of a cause is the node, `[]` what is mounted
};

constexpr std::string_view k_unreachable = "[] does not answer node `{}`";
constexpr std::string_view k_unreachable_help =
    "check that the server runs, and that nothing (firewall, security group, network policy of the cloud) stands between it and the nodes";
constexpr std::string_view k_tools = "node `{}` lacks the program that mounts [], or an option is wrong";
constexpr std::string_view k_tools_help =
    "install the client on every node (nfs-common or nfs-utils, cifs-utils, ceph-common), and check mountOptions";

constexpr auto k_known = std::to_array<Known>({
    {"not found in the list of registered csi drivers", "the CSI driver of the volume is not running on node `{}`",
     "look at the pods of the driver on this node"},
    {"access denied by server", "the server refuses to hand out [] to node `{}`",
     "open the export to the addresses of the nodes (/etc/exports), then exportfs -ra"},
    {"reason given by server: no such file or directory", "the path of [] does not exist on the server",
     "create the folder on the server, or correct the path"},
    {"failed to resolve server", "node `{}` does not know the name of [] (nodes do not use the DNS of the cluster)",
     "use the server's address, or a name that the nodes' name servers know"},
    {"name or service not known", "node `{}` does not know the name of [] (nodes do not use the DNS of the cluster)",
     "use the server's address, or a name that the nodes' name servers know"},
    {"rpc.statd is not running", "node `{}` does not run rpc.statd, which locks of NFS 3 need",
     "start rpc-statd on the nodes, or mount with nolock or NFS 4"},
    {"protocol not supported", "[] does not speak the version of NFS that is asked for", "correct the version in mountOptions (nfsvers)"},
    {"wrong fs type, bad option", k_tools, k_tools_help},
    {"for several filesystems", k_tools, k_tools_help},
    {"unknown filesystem type", k_tools, k_tools_help},
    {"secretproviderclass", "the SecretProviderClass of the volume does not exist, or cannot be followed",
     "look at the SecretProviderClass that the volume names, in the pod's namespace"},
    {"provider not found", "the provider of the secrets store is not running on node `{}`", "look at the provider's pods on this node"},
    {"is forbidden: user \"system:node", "node `{}` may not read an object that the volume needs",
     "delete the pod to have it placed anew; if it comes back, look at the node's certificate and the Node authorizer"},
    {"no relationship found between node", "node `{}` may not read an object that the volume needs",
     "delete the pod to have it placed anew"},
    {"failed to fetch token", "the token of the pod's service account cannot be had",
     "look whether the service account exists, and at the API server's words"},
    {"permissiondenied", "the driver may not reach the volume's storage",
     "check the rights of the driver's or the pod's identity at the provider"},
    {"not authorized to perform", "the driver may not reach the volume's storage",
     "check the rights of the driver's or the pod's identity at the provider"},
    {"applyfsgroup failed", "the files of the volume cannot be handed to the pod's fsGroup",
     "leave fsGroup out, or set fsGroupChangePolicy to OnRootMismatch; look for files that the storage does not let anyone change"},
    {"an operation with the given volume", "an earlier try to mount the volume on node `{}` has not ended",
     "wait; if it stays so, look at the driver's pod on this node"},
    {"stale file handle", "the volume was taken away from node `{}` while it was mounted",
     "delete the pod; if it comes back, unmount the left-over path on the node"},
    {"transport endpoint is not connected", "the program behind the volume on node `{}` has ended while it was mounted",
     "delete the pod; if it comes back, unmount the left-over path on the node"},
    {"structure needs cleaning", "the file system of the volume is damaged",
     "repair it with fsck before it is mounted again; keep a snapshot first"},
    {"fsck found errors", "the file system of the volume is damaged",
     "repair it with fsck before it is mounted again; keep a snapshot first"},
    {"can't read superblock", "the file system of the volume is damaged",
     "repair it with fsck before it is mounted again; keep a snapshot first"},
    {"no space left on device", "the disk of node `{}` is full", "free the disk of the node"},
    {"connection refused", k_unreachable, k_unreachable_help},
    {"no route to host", k_unreachable, k_unreachable_help},
    {"connection timed out", k_unreachable, k_unreachable_help},
    {"network is unreachable", k_unreachable, k_unreachable_help},
    {"i/o timeout", k_unreachable, k_unreachable_help},
    {"deadline exceeded", "the driver or the storage of the volume does not answer node `{}` in time",
     "look at the driver's pod on this node, and whether the node reaches the storage"},
    {"deadlineexceeded", "the driver or the storage of the volume does not answer node `{}` in time",
     "look at the driver's pod on this node, and whether the node reaches the storage"},
    {"fieldref", "a field that the volume takes from the pod is not supported",
     "use a field such as metadata.name, metadata.labels or limits.cpu"},
    {"permission denied", "node `{}` is not let into []", "check the rights on the server's side, and those of the path"},
    {"\" does not exist", "the path of the volume does not exist on node `{}`", "create it on the node, or correct the path of the volume"},
    {"no such file or directory", "a path that the volume needs does not exist on node `{}`",
     "create it, or correct the path; for a driver, look at its pod on this node"},
});

/// `nfs 10.1.2.3:/exports`, `the volume`.
std::string source_of(const kube::Volume* volume, std::string_view message) {
    if (volume != nullptr && volume->nfs) return format("{}:{}", volume->nfs->server, volume->nfs->path);
    const auto arguments = word_after(message, "Mounting arguments: ", "Output:");
    for (const auto word : split(arguments, ' '))
        if (contains(word, ":/") && !word.starts_with("-")) return std::string(word);
    return "the volume's server";
}

std::string filled(std::string_view text, const kube::Pod& pod, const std::string& source) {
    std::string words(text);
    if (const auto at = words.find("{}"); at != std::string::npos) words.replace(at, 2, pod.spec.node_name);
    if (const auto at = words.find("[]"); at != std::string::npos) words.replace(at, 2, source);
    return words;
}

/// What comes after the volume's name, in one line; of the output of mount(8) only what it says.
std::string driver_words(std::string_view message) {
    const auto colon = message.find(" : ");
    std::string words = core_of(colon == std::string_view::npos ? message : message.substr(colon + 3));
    if (const auto at = words.rfind("Output: "); at != std::string::npos) words.erase(0, at + 8);
    return one_line(words);
}

MountError read_host_path(const kube::Pod& pod, const kube::Volume& volume) {
    const auto type = volume.host_path->type;
    return {.cause = format("the hostPath type check failed: {} on node `{}` is no {}, or does not exist", volume.host_path->path,
                            pod.spec.node_name, type),
            .help = type == "Directory" ? "create the folder on the node, or use the type DirectoryOrCreate"
                    : type == "File"    ? "create the file on the node, or use the type FileOrCreate"
                                        : "correct the path, or let the pod select nodes that have it",
            .from_driver = true};
}

MountError read_timeout(const kube::Pod& pod, std::string_view message) {
    const auto volumes = word_after(message, "unmounted volumes=[", "]");
    return {.cause = format("{} not attached and mounted on node `{}` in time, and the kubelet does not say why",
                            volumes.empty() ? std::string("the volumes of the pod were") : format("of the pod's volumes `{}` was", volumes),
                            pod.spec.node_name),
            .help = "look at the claims, at the VolumeAttachments, and at the storage driver's pods on this node"};
}

} // namespace

bool is_mere_timeout(std::string_view message) {
    constexpr auto k_words = std::to_array<std::string_view>({"Unable to attach or mount volumes", "Unable to mount volumes for pod"});
    return contains_any(message, k_words) && contains(message, "timed out waiting for the condition");
}

MountError read_mount_error(const kube::Pod& pod, const kube::Volume* volume, std::string_view message) {
    if (is_mere_timeout(message)) return read_timeout(pod, message);
    const std::string words = driver_words(message), lower = to_lower(message);
    if (volume != nullptr && volume->host_path && contains(message, "hostPath type check failed")) return read_host_path(pod, *volume);
    if (is_cache_trouble(message))
        return {.cause = format("the kubelet of node `{}` has not read an object that the volume needs; the object itself may be there: {}",
                                pod.spec.node_name, words),
                .help =
                    "wait, as a rule it passes; if it does not, delete the pod, then look at the kubelet's connection to the API server",
                .from_driver = true};
    const auto known = std::find_if(k_known.begin(), k_known.end(), [&](const Known& entry) { return contains(lower, entry.words); });
    if (known == k_known.end())
        return {.cause = format("the kubelet of node `{}` says: {}", pod.spec.node_name, words), .from_driver = true};
    return {.cause = format("{}: {}", filled(known->cause, pod, source_of(volume, message)), words),
            .help = std::string(known->help),
            .from_driver = true};
}

} // namespace kdiag::rules::waiting
