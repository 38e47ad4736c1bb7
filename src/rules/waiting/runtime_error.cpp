// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/runtime_error.hpp"

#include "rules/waiting/message_words.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>

namespace kdiag::rules::waiting {

namespace {

/// What a message is about; `{}` of a cause is the node. `cause` and `help` are complete without the message.
struct Known {
    std::string_view words; ///< in lower case; the first hit decides
    std::string_view title, cause, help, field = {};
    bool of_node = false;
};

constexpr std::string_view k_profile_help = "load the profile on every node that the pod may run on, or use RuntimeDefault";

constexpr auto k_known = std::to_array<Known>({
    {"apparmor_parser",
     "cannot be created: the node lacks apparmor_parser",
     "node `{}` has AppArmor without its tools",
     "install apparmor_parser on the node",
     {},
     true},
    {"apparmor", "cannot be created: its AppArmor profile is not on the node",
     "the AppArmor profile that the container asks for is not loaded on node `{}`", k_profile_help},
    {"seccomp", "cannot be created: its seccomp profile is not on the node",
     "the seccomp profile that the container asks for cannot be read on node `{}`", k_profile_help},
    {"selinux", "cannot be created: its SELinux options are refused", "the SELinux options of the container do not work on node `{}`",
     "correct seLinuxOptions, or remove them"},
    {"too low; should be at least", "cannot be created: its memory limit is too small",
     "the memory limit of the container is below what the container runtime of node `{}` needs to start anything", "raise the memory limit",
     "resources.limits.memory"},
    {"minimum memory limit", "cannot be created: its memory limit is too small",
     "the memory limit of the container is below what the container runtime of node `{}` needs to start anything", "raise the memory limit",
     "resources.limits.memory"},
    {"oom-killed (memory limit too low?)", "cannot start: its memory limit is too small",
     "the memory limit of the container is too small to start anything", "raise the memory limit", "resources.limits.memory"},
    {"can't get final child's pid from pipe: eof", "cannot start: its memory limit is too small",
     "as a rule the memory limit is too small to start anything", "raise the memory limit", "resources.limits.memory"},
    {"no command specified", "cannot be created: there is nothing to run", "neither the image nor the pod names a command",
     "set command, or use an image with an entrypoint; a chart or another artifact is no image to run"},
    {"no entrypoint specified", "cannot be created: there is nothing to run", "neither the image nor the pod names a command",
     "set command, or use an image with an entrypoint"},
    {"unable to find user", "cannot start: the user of its image does not exist",
     "the image names a user that its /etc/passwd does not have",
     "set securityContext.runAsUser to a number, or build the image with a numeric USER"},
    {"unable to find group", "cannot start: the group of its image does not exist",
     "the image names a group that its /etc/group does not have", "set securityContext.runAsGroup to a number"},
    {"no users found", "cannot start: the user of its image does not exist", "the image names a user that its /etc/passwd does not have",
     "set securityContext.runAsUser to a number, or build the image with a numeric USER"},
    {"is reserved for",
     "cannot be created: an earlier try still holds its name",
     "an earlier try to create the container on node `{}` has not ended: the container runtime is slow or hangs",
     "look at the load and the disk of the node; if it stays so, restart the container runtime, or delete the pod",
     {},
     true},
    {"is already in use by container",
     "cannot be created: an earlier container still holds its name",
     "a container of the same name is left over on node `{}`",
     "delete the pod; if it comes back, remove the left-over container on the node",
     {},
     true},
    {"name is reserved",
     "cannot be created: an earlier try still holds its name",
     "an earlier try to create the container on node `{}` has not ended: the container runtime is slow or hangs",
     "look at the load and the disk of the node; if it stays so, restart the container runtime, or delete the pod",
     {},
     true},
    {"currently at stage",
     "cannot be created: an earlier try has not ended",
     "an earlier try to create the container on node `{}` has not ended: the container runtime is slow or hangs",
     "look at the load and the disk of the node",
     {},
     true},
    {"deadline exceeded",
     "cannot be created: the container runtime does not answer in time",
     "the container runtime of node `{}` is overloaded or hangs",
     "look at the load and the disk of the node; other pods of it tell whether it is alone",
     {},
     true},
    {"deadlineexceeded",
     "cannot be created: the container runtime does not answer in time",
     "the container runtime of node `{}` is overloaded or hangs",
     "look at the load and the disk of the node; other pods of it tell whether it is alone",
     {},
     true},
    {"cdi device",
     "cannot be created: a device is not there",
     "node `{}` does not have the device that the container was given (CDI)",
     "look at the device plugin's pod on the node, and delete the pod when the device is back",
     {},
     true},
    {"nvidia-container-cli",
     "cannot be created: the GPU cannot be handed over",
     "the NVIDIA driver or toolkit of node `{}` does not work",
     "repair driver and toolkit on the node, then delete the pod",
     {},
     true},
    {"libnvidia",
     "cannot be created: the GPU cannot be handed over",
     "the NVIDIA driver or toolkit of node `{}` does not work",
     "repair driver and toolkit on the node, then delete the pod",
     {},
     true},
    {"gathering device information", "cannot be created: a device is not there",
     "node `{}` does not have a device that the container was given",
     "look at the device plugin's pod on the node, and at hostPath devices of the pod"},
    {"not a device node", "cannot be created: a device is not there",
     "a path that the container takes as a block device is none on node `{}`",
     "look at volumeDevices and their claims; after a reboot of the node delete the pod"},
    {"idmap mounts", "cannot be created: the node has no user namespaces for it", "hostUsers is false, and node `{}` does not support that",
     "leave hostUsers out, or use nodes with a newer container runtime and kernel"},
    {"user namespace", "cannot be created: the node has no user namespaces for it",
     "hostUsers is false, and node `{}` does not support that",
     "leave hostUsers out, or use nodes with a newer container runtime and kernel"},
    {"precreatecontainer hook failed",
     "cannot be created: the node has no CPUs, memory or devices set aside for it",
     "the CPU, memory or topology manager of node `{}` refuses the container",
     "look at the resource managers of the node's kubelet; delete the pod to have it placed again",
     {},
     true},
    {"prestartcontainer hook failed",
     "cannot be created: the node's resource managers refuse it",
     "the CPU, memory or topology manager of node `{}` refuses the container",
     "look at the resource managers of the node's kubelet; delete the pod to have it placed again",
     {},
     true},
    {"does not exist in image volume", "cannot be created: an image volume lacks the path",
     "the image that is mounted as a volume does not have the subPath", "correct subPath, or the image of the volume"},
    {"no space left on device",
     "cannot be created: the node's disk is full",
     "the disk of node `{}` is full, or out of inodes or cgroups",
     "free the disk of the node, or let the pod go to another one",
     {},
     true},
    {"pthread_create failed",
     "cannot be created: the node has no processes left",
     "node `{}` cannot start another process or thread",
     "look at the processes of the node, and at the pid limit of its pods",
     {},
     true},
    {"resource temporarily unavailable",
     "cannot be created: the node has no processes left",
     "node `{}` cannot start another process or thread",
     "look at the processes of the node, and at the pid limit of its pods",
     {},
     true},
    {"cannot allocate memory",
     "cannot be created: the node has no memory left",
     "node `{}` has no memory for another container",
     "look at the memory of the node",
     {},
     true},
    {"cgroup",
     "cannot be created: the node cannot set its limits",
     "node `{}` cannot make the cgroup of the container",
     "compare the cgroup driver of kubelet and container runtime; look for limits that the kernel refuses",
     {},
     true},
    {"chdir to cwd", "cannot start: its working directory cannot be entered",
     "workingDir does not exist in the container, or its user may not enter it", "correct workingDir, or the rights on it", "workingDir"},
    {"operation not permitted",
     "cannot be created: the node's kernel forbids it",
     "node `{}` refuses a system call that the container runtime needs",
     "look at securityContext, and at the versions of container runtime and kernel",
     {},
     true},
    {"dial unix",
     "cannot be created: the container runtime does not answer",
     "the container runtime of node `{}` does not answer the kubelet",
     "repair the container runtime of the node",
     {},
     true},
    {"exec: \"runc\"",
     "cannot be created: runc is not on the node",
     "the container runtime of node `{}` does not find runc",
     "install runc on the node",
     {},
     true},
    {"\": stat ", "cannot start: its program is not in its image", "the image does not contain the program, or a volume hides it",
     "correct command, or use an image that contains the program", "command"},
    {"\": permission denied", "cannot start: its program may not be executed",
     "the file is not executable, is a folder, or may not be read by the user of the container",
     "make the file executable in the image; for one out of a ConfigMap set defaultMode to 0755", "command"},
    {"caused \"permission denied\"", "cannot start: its program may not be executed",
     "the file is not executable, is a folder, or may not be read by the user of the container",
     "make the file executable in the image; for one out of a ConfigMap set defaultMode to 0755", "command"},
    {"executable file not found", "cannot start: its program is not in its image",
     "the image does not contain the program, or not in $PATH", "correct command, or use an image that contains the program", "command"},
    {"read-only file system", "cannot be created: a mount point cannot be made", "a volume is mounted below a folder that is read-only",
     "mount it elsewhere, or create the folder in the image"},
    {"error mounting", "cannot start: a volume cannot be mounted into it", "a volume cannot be put in its place in the container",
     "compare mountPath with the files and folders of the image"},
    {"failed to stat",
     "cannot be created: a volume does not answer",
     "a volume of the pod on node `{}` is gone or hangs",
     "look at the storage behind the volume; delete the pod to have it mounted anew",
     {},
     true},
});

/// CRI-O names both numbers: `set memory limit 10485760 too low; should be at least 12582912`.
std::string too_low_words(std::string_view words, std::string_view node) {
    const auto limit = word_after(words, "set memory limit ", " "), least = word_after(words, "should be at least ", " ");
    if (limit.empty() || least.empty()) return {};
    return format("the memory limit is {}, and the container runtime of node `{}` needs at least {} to start anything", bytes_text(limit),
                  node, bytes_text(least));
}

} // namespace

RuntimeError read_runtime_error(const ContainerView& view, std::string_view message) {
    if (trim(message).empty())
        return {.title = "cannot be created by the runtime",
                .cause = "the reason is no longer kept: its event has expired",
                .help = "delete the pod to have the reason told again"};
    const std::string words = one_line(core_of(message));
    const std::string lower = to_lower(words);
    const auto known = std::find_if(k_known.begin(), k_known.end(), [&](const Known& entry) { return contains(lower, entry.words); });
    if (known == k_known.end())
        return {.title = "cannot be created by the runtime", .cause = format("the container runtime says: {}", words)};
    const auto node = view.pod->spec.node_name;
    std::string cause(known->cause);
    if (const auto at = cause.find("{}"); at != std::string::npos) cause.replace(at, 2, node);
    const auto limits = too_low_words(words, node);
    return {.title = std::string(known->title),
            .cause = limits.empty() ? format("{}: {}", cause, words) : limits,
            .help = std::string(known->help),
            .field = std::string(known->field),
            .of_node = known->of_node};
}

} // namespace kdiag::rules::waiting
