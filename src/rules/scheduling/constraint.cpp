// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/constraint.hpp"

namespace kdiag::rules::scheduling {

std::string_view to_string(Constraint constraint) {
    switch (constraint) {
    case Constraint::resource: return "resource";
    case Constraint::node_name: return "node name";
    case Constraint::cordoned: return "cordoned";
    case Constraint::node_condition: return "node condition";
    case Constraint::taint: return "taint";
    case Constraint::node_selector: return "node selector or affinity";
    case Constraint::host_port: return "host port";
    case Constraint::pod_affinity: return "pod affinity";
    case Constraint::pod_anti_affinity: return "pod anti-affinity";
    case Constraint::existing_anti_affinity: return "anti-affinity of other pods";
    case Constraint::inter_pod: return "pod affinity or anti-affinity";
    case Constraint::topology_spread: return "topology spread";
    case Constraint::topology_label: return "topology label missing";
    case Constraint::volume_affinity: return "volume in another place";
    case Constraint::no_volume: return "no volume to bind";
    case Constraint::storage_space: return "storage space";
    case Constraint::claim_missing: return "claim missing";
    case Constraint::claim_deleting: return "claim being deleted";
    case Constraint::claim_unbound: return "claim not bound";
    case Constraint::claim_lost: return "volume lost";
    case Constraint::claim_foreign: return "claim of another pod";
    case Constraint::claim_in_use: return "claim in use";
    case Constraint::volume_limit: return "volume limit";
    case Constraint::disk_in_use: return "disk in use";
    case Constraint::gate: return "scheduling gate";
    case Constraint::device_claim: return "device claim";
    case Constraint::gang: return "gang";
    case Constraint::node_features: return "node features";
    case Constraint::other: return "other";
    }
    return "other";
}

} // namespace kdiag::rules::scheduling
