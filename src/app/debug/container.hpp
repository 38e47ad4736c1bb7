// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/debug/profile.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kdiag::app::debug {

/// Small, with a shell and tools.
inline constexpr const char* k_default_image = "busybox:stable";

/// What a debug container is to be, on the command line.
struct ContainerWish {
    std::string image;
    std::string name; ///< empty: `kdiag-dbg`, or with the next number that is free
    std::string pull_policy;
    std::vector<std::string> command;
    bool command_is_arguments = false; ///< the image's own entry point gets them
    std::vector<std::pair<std::string, std::string>> env;
    bool stdin_open = false, tty = false;
    data::Value custom = {}; ///< --custom: parts of a container that are laid over it
};

/// Every name of a container in a pod.
std::vector<std::string> names_in(const data::Value& pod);
/// `kdiag-dbg`, `kdiag-dbg-2`, ...: the first that no container has.
std::string free_name(const data::Value& pod);
bool is_ours(std::string_view name);

/// An ephemeral container beside the others of `pod`. `target`: whose processes it sees; may be empty.
data::Value ephemeral_container(const ContainerWish& wish, Profile profile, const std::string& target, const data::Value& pod);

/// The bodies that add it: for servers since 1.22 (a strategic merge patch of the Pod), and for 1.20 and 1.21 (a JSON patch of the kind
/// EphemeralContainers that was there then).
std::string merge_patch(const data::Value& container);
std::string json_patch(const data::Value& container);

/// An ephemeral container of the pod that runs and is what would be made anew: same image, target, streams, rights and command. Empty:
/// none. With a name in the wish, the one of that name.
std::string reusable_container(const ContainerWish& wish, const data::Value& wanted, const data::Value& pod);

/// A number for `runAsUser`: the target container's, else the pod's; nullopt when unknown or root.
std::optional<std::int64_t> user_of(const data::Value& pod, const std::string& container);

/// A copy of a pod with another name, its debug container added or one of its containers changed.
struct CopyWish {
    std::string name;
    std::map<std::string, std::string> images; ///< --set-image; `*` is every container
    KeptParts kept;
    bool same_node = false;
    std::optional<bool> share_processes;
};
struct Copy {
    data::Value pod;
    std::string container; ///< to attach to; empty: only images were changed
};
Result<Copy> copy_of(const data::Value& pod, const CopyWish& copy, const ContainerWish& wish, Profile profile);

/// A pod on a node. `suffix` makes its name its own.
data::Value node_pod(const std::string& node, const std::string& suffix, const ContainerWish& wish, Profile profile);

/// Whether a container runtime takes this for an image; what is wrong would stay in the pod. Empty: there is none to judge.
Status check_image(const std::string& image);

/// Whether --custom is a partial container that may be laid over (kubectl's limits: not name, command, image, lifecycle, volumeDevices).
Status check_custom(const data::Value& custom);

} // namespace kdiag::app::debug
