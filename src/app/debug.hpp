// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/connect.hpp"
#include "app/debug/container.hpp"
#include "app/detach_keys.hpp"
#include "app/output.hpp"
#include "kube/pod.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kdiag::app {

struct DebugOptions {
    ConnectOptions connect;
    OutputOptions output;
    std::vector<std::string> target; ///< POD, TYPE/NAME or node/NAME
    debug::ContainerWish container;
    std::string target_container;           ///< --target
    std::optional<debug::Profile> profile;  ///< unset: auto
    bool reuse = true;
    std::optional<debug::CopyWish> copy;    ///< --copy-to
    bool replace = false;                   ///< the copy stands in for the pod, which is deleted
    std::optional<bool> remove;             ///< --rm; unset: node pods are removed, copies stay
    std::optional<bool> attach;             ///< unset: when there is something to see or to type
    std::string custom_file;
    DetachKeys detach_keys;
    Duration start_timeout = Duration::minutes(5);
};

/// `kdiag debug`: a container with tools beside a container, in a copy of its pod, or on a node, joined with the standard streams. The
/// exit code is that of the debug container's program.
Result<ExitCode> run_debug(const DebugOptions& options, Environment& environment);

/// The name of a debug container beside the others of a pod, running: one that is there and the same is used again. What is done goes to
/// standard error.
Result<std::string> start_debug_container(const DebugOptions& options, client::ApiClient& client, const kube::Pod& pod, Environment& environment);

} // namespace kdiag::app
