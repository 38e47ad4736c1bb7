// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/snapshot.hpp"

#include <string>
#include <vector>

namespace kdiag::rules {

enum class ContainerRole { app, init, sidecar };

/// One container of a pod: what was asked for and what became of it.
struct ContainerView {
    const kube::Pod* pod = nullptr;
    const kube::Container* spec = nullptr;
    const kube::ContainerStatus* status = nullptr; ///< null until the kubelet has reported
    ContainerRole role = ContainerRole::app;
    std::size_t index = 0; ///< within its list in the spec

    /// `container `api``, `init container `migrate``, `sidecar `proxy``.
    std::string display() const;
    /// `.spec.containers[0].image` for `image`.
    std::string spec_path(std::string_view rest) const;
    /// `.status.containerStatuses[?(@.name=="api")].state` for `state`.
    std::string status_path(std::string_view rest) const;
    /// How the newest ended instance ended, or null.
    const kube::StateTerminated* last_end() const;
    /// The reason it waits, or empty.
    kube::Text waiting_reason() const { return status && status->state.waiting ? status->state.waiting->reason : kube::Text(); }
    kube::Text waiting_message() const { return status && status->state.waiting ? status->state.waiting->message : kube::Text(); }
};

/// Init containers (sidecars among them) first, as they start, then the others. Ephemeral containers are not part of a pod's health.
std::vector<ContainerView> containers_of(const kube::Pod& pod);
/// Whether an event is about this container (its fieldPath), or about no container in particular.
bool concerns(const kube::Event& event, const ContainerView& view);
/// A reference to the container, for a finding's subject.
kube::ObjectRef ref_of(const ContainerView& view);

/// `exit code 137 (SIGKILL)`, `exit code 127 (command not found)`, `signal 11`: what an end means, in words.
std::string exit_words(const kube::StateTerminated& end);

} // namespace kdiag::rules
