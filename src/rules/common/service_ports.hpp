// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/pod.hpp"
#include "kube/service.hpp"

#include <string>
#include <vector>

namespace kdiag::rules {

/// The ports that containers and sidecars of a pod declare; those of ordinary init containers don't serve anybody.
std::vector<const kube::ContainerPort*> declared_ports(const kube::PodSpec& spec);
/// Whether a pod declares the port that a Service sends to: by number or name, with the same protocol.
bool declares(const kube::PodSpec& spec, const kube::ServicePort& port);
/// The number that a Service's port reaches in a pod; 0 for a name that the pod does not declare.
std::int64_t target_number(const kube::PodSpec& spec, const kube::ServicePort& port);
/// `8080`, or `http`: targetPort, which is the port itself where it is left out.
std::string target_text(const kube::ServicePort& port);
/// `80 -> 8080`, `http 80 -> http-api`.
std::string show(const kube::ServicePort& port);
/// `8080 (http), 9090/UDP (metrics)`; `none` when nothing is declared.
std::string show_declared(const kube::PodSpec& spec);

} // namespace kdiag::rules
