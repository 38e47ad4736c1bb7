// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/snapshot.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kdiag::report {

/// `a, b, c`; past the limit `and 3 more`.
std::string comma_list(const std::vector<std::string>& items, std::size_t limit = 8);
/// `Deployment/web -> ReplicaSet/web-1, revision 8`; empty without a controller.
std::string owner_chain(const kube::ObjectMeta& meta, std::string_view kind, const facts::Snapshot& facts);
/// `Service/web 80 -> 8080 (http)`: the Services whose selector these labels meet.
std::string services_of(std::string_view namespace_name, const kube::TextMap& labels, const facts::Snapshot& facts);
/// `80 -> 8080 (http)`.
std::string port_text(const kube::ServicePort& port);
/// ConfigMaps, Secrets, claims with their phase and the ServiceAccount of a pod spec; what does not exist is marked.
std::string uses_of(std::string_view namespace_name, const kube::PodSpec& spec, const facts::Snapshot& facts);
/// `web registry.example.com/web:1, proxy ...`.
std::string images_of(const kube::PodSpec& spec);
/// `kdiag diagnose deployment/web -n shop`, with `--from` for a recording.
std::string diagnose_command(const kube::ObjectRef& object, std::string_view recording);
/// The name of an object, or `<none>`.
std::string or_none(std::string_view text);

} // namespace kdiag::report
