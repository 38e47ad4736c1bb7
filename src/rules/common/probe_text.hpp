// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/pod.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kdiag::rules {

/// `GET http :8080/ready`, `TCP :5432`, `gRPC :9000`, `exec cat /tmp/ready`.
std::string probe_target(const kube::Probe& probe);
/// The target with its timing: `GET http :8080/ready, every 10s, 1s timeout, out after 3 failures`. `consequence` is what the third
/// failure leads to: `out` (of rotation) or `restart`.
std::string probe_sentence(const kube::Probe& probe, std::string_view consequence);
/// The number of the port that a probe asks, with names resolved in the container; nothing for exec or an unknown name.
std::optional<std::int64_t> probe_port(const kube::Container& container, const kube::Probe& probe);
/// The name of the port that a probe asks, when it is a name that the container does not declare.
std::optional<std::string> undeclared_port_name(const kube::Container& container, const kube::Probe& probe);
/// Whether the kubelet gave up on a probe's command; a command that says itself that something timed out is another matter.
bool command_timed_out(std::string_view message);
/// Why a probe fails, from the kubelet's message and the container's ports: refused, too slow, a status, an exit code. `kind` is
/// `readiness`, `liveness` or `startup`. Empty when the message says nothing that is known.
std::string explain_probe_failure(const kube::Container& container, const kube::Probe& probe, std::string_view kind, std::string_view message);

} // namespace kdiag::rules
