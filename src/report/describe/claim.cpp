// SPDX-License-Identifier: Apache-2.0
#include "report/describe/kinds.hpp"
#include "report/describe/relations.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::report {

namespace {

std::string class_text(const kube::PersistentVolumeClaim& claim, const facts::Snapshot& facts) {
    if (!claim.spec.storage_class_name) return "<none>, the default one is meant";
    const std::string name(*claim.spec.storage_class_name);
    if (name.empty()) return "<none>, on purpose: only existing volumes";
    const auto* found = facts.find<kube::StorageClass>({}, name);
    // A claim that is bound to a volume made by hand needs no object behind the name.
    if (found == nullptr) return facts.knows<kube::StorageClass>() && claim.status.phase != "Bound" ? format("{} (does not exist)", name) : name;
    return format("{} ({}, {})", name, found->provisioner, found->volume_binding_mode.empty() ? "Immediate" : found->volume_binding_mode);
}

std::string users_of(const kube::PersistentVolumeClaim& claim, const facts::Snapshot& facts) {
    std::vector<std::string> users;
    for (const auto* pod : facts.pods_in(claim.meta.namespace_name))
        for (const auto& volume : pod->spec.volumes)
            if ((volume.persistent_volume_claim && volume.persistent_volume_claim->claim_name == claim.meta.name) || (volume.ephemeral && format("{}-{}", pod->meta.name, volume.name) == claim.meta.name))
                users.push_back(kube::ref_of(*pod).display());
    if (users.empty()) return facts.knows<kube::Pod>() ? "<none>" : "<unknown>, pods could not be read";
    return comma_list(users);
}

} // namespace

bool describe_claim(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto* claim = input.facts.find<kube::PersistentVolumeClaim>(object.namespace_name, object.name);
    if (claim == nullptr) return false;
    const bool bound = claim->status.phase == "Bound";
    view.verdict = bound ? format("{} is bound to {}", object.display(), claim->spec.volume_name) : format("{} is {}", object.display(), to_lower(claim->status.phase));
    if (claim->status.phase == "Lost") view.state = Verdict::failing;
    else if (!bound) view.state = view.problems.empty() ? Verdict::degraded : Verdict::failing;
    std::vector<std::string> modes;
    for (const auto mode : claim->spec.access_modes) modes.emplace_back(mode);
    view.fact("Asks for", format("{}, {}{}", kube::value_of(claim->spec.resources.requests, "storage"), comma_list(modes), claim->spec.volume_mode.empty() ? "" : format(", {}", claim->spec.volume_mode)));
    view.fact("Class", class_text(*claim, input.facts));
    if (!claim->spec.volume_name.empty()) view.fact("Volume", format("PV/{}, {}", claim->spec.volume_name, kube::value_of(claim->status.capacity, "storage")));
    view.fact("Used by", users_of(*claim, input.facts));
    view.fact("Age", to_age(input.now - claim->meta.created));
    return true;
}

} // namespace kdiag::report
