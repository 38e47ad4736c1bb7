// SPDX-License-Identifier: Apache-2.0
#include "report/describe/describe.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::report {

void describe_claim(const kube::PersistentVolumeClaim& claim, const DescribeInput& input, DescribeView& view) {
    const bool bound = claim.status.phase == "Bound";
    view.works = view.works && (bound || view.problems.empty());
    view.verdict = bound ? format("{} is bound to {}", view.object.display(), claim.spec.volume_name) : format("{} is {}", view.object.display(), to_lower(claim.status.phase));
    view.facts.emplace_back("Asks for", format("{}, {}{}", kube::value_of(claim.spec.resources.requests, "storage"), join(claim.spec.access_modes, ","), claim.spec.volume_mode.empty() ? "" : format(", {}", claim.spec.volume_mode)));
    view.facts.emplace_back("Class", !claim.spec.storage_class_name ? "<none>, the default" : claim.spec.storage_class_name->empty() ? "<none>, on purpose" : std::string(*claim.spec.storage_class_name));
    if (!claim.spec.volume_name.empty()) view.facts.emplace_back("Volume", format("{} {}", claim.spec.volume_name, kube::value_of(claim.status.capacity, "storage")));
    std::vector<std::string> users;
    for (const auto* pod : input.facts.pods_in(claim.meta.namespace_name))
        for (const auto& volume : pod->spec.volumes)
            if (volume.persistent_volume_claim && volume.persistent_volume_claim->claim_name == claim.meta.name) users.push_back(kube::ref_of(*pod).display());
    view.facts.emplace_back("Used by", users.empty() ? "<none>" : list_some(users, 6));
}

} // namespace kdiag::report
