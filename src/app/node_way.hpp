// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/pod_way.hpp"
#include "app/probe.hpp"

#include <optional>
#include <string>

namespace kdiag::app {

/// The node that `--from` names; nullopt: it names none. `--from node` alone means that of the pod that is asked, if there is one.
Result<std::optional<std::string>> node_of_from(const std::string& from, const kube::Pod* asked);

/// A pod that asks in a node's own network. Restricted in all but that.
data::Value prober_pod(const std::string& node, const std::string& namespace_name, const std::string& suffix, const std::string& image);

/// From a node's own network, with the tools of a pod that is made there and deleted with the way.
Result<PodWay> way_from_node(client::ApiClient& client, const std::string& node, const std::string& namespace_name, const ProbeOptions& options, Environment& environment);

} // namespace kdiag::app
