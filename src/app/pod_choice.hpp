// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/pod.hpp"
#include "util/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::app {

/// The annotation that names the container which is meant when none is named (KEP-2227).
inline constexpr std::string_view k_default_container = "kubectl.kubernetes.io/default-container";

/// Puts the pods that serve best first: kubectl's ActivePods order, reversed (kubectl/pkg/util/podutils): on a node, running, ready, not
/// being deleted, ready for longer, fewer restarts, older. Of equally usable pods those of `newest_owner_uid` (the ReplicaSet of a
/// Deployment's newest revision) come first, which kubectl does not know.
void rank_pods(std::vector<kube::Pod>& pods, std::string_view newest_owner_uid = {});
bool is_ready(const kube::Pod& pod);

enum class ContainerKind { regular, init, ephemeral };

struct FoundContainer {
    const kube::Container* container;
    ContainerKind kind;
};

/// Among containers, then init containers, then ephemeral containers.
std::optional<FoundContainer> find_container(const kube::Pod& pod, std::string_view name);
/// What the kubelet says about a container of any kind, or null.
const kube::ContainerStatus* find_container_status(const kube::Pod& pod, std::string_view name);
/// `a, b, eph (ephem), ini (init)`, in kubectl's order.
std::string container_names(const kube::Pod& pod);

struct ContainerChoice {
    std::string name;
    ContainerKind kind = ContainerKind::regular;
    std::string notice; ///< a line for standard error when there was a choice and nobody made it; else empty
};

/// `named` (`-c`) if not empty, else what the annotation `kubectl.kubernetes.io/default-container` names, else the first container.
/// A name that the pod has not is not_found, with the names it has and the nearest.
Result<ContainerChoice> choose_container(const kube::Pod& pod, std::string_view named);

/// An error when the pod has ended for good, so that nothing can run in it: phase Succeeded or Failed.
Status check_not_completed(const kube::Pod& pod);
/// An error that says what the pod waits for unless its phase is Running.
Status check_running(const kube::Pod& pod);

/// Whether a command can be tried in the container that `named` chooses. It runs before its pod does while another container waits (an init
/// container, or one whose image cannot be pulled); of one that has ended or does not exist, trying tells more than waiting.
bool can_be_entered(const kube::Pod& pod, std::string_view named);
/// `container app waits: ImagePullBackOff, Back-off pulling image "x"`, `not scheduled: 0/3 nodes are available`; empty: not told.
std::string why_not_running(const kube::Pod& pod);

} // namespace kdiag::app
