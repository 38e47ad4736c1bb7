// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/pod_target.hpp"
#include "app/probe.hpp"
#include "app/probe_steps.hpp"
#include "app/probe_way.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace kdiag::app {

/// Where the steps lead and from where they are walked.
struct Route {
    probe::Destination to;
    std::unique_ptr<Way> way;
    std::string from;                ///< `Pod/web-7c9`, `Node/n1`, `here`
    std::vector<probe::Step> before; ///< what the API says first: `endpoints`; a failed one ends the walk
    kube::ObjectRef object;          ///< to be explained when a step fails; may be empty
    int object_port = 0;             ///< its own: of a Service, not of the pods behind it
    std::vector<std::string> notes;
};

/// Finds it for a target in a cluster. A Service or a port of a pod is asked from inside the pod unless --from says otherwise.
Result<Route> route_in_cluster(client::ApiClient& client, PodFinder& finder, const probe::TargetWord& word, const ProbeOptions& options, Environment& environment);
/// The same from this machine, for targets that need no cluster: URLs and names.
Result<Route> route_from_here(net::EventLoop& loop, const probe::TargetWord& word, const ProbeOptions& options, Environment& environment);
/// Whether `--from` means this machine.
bool is_here(const std::string& from);

} // namespace kdiag::app
