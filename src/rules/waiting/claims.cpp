// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/claims.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules::waiting {

std::string claim_name_of(const kube::Pod& pod, const kube::Volume& volume) {
    if (volume.persistent_volume_claim) return std::string(volume.persistent_volume_claim->claim_name);
    return volume.ephemeral ? format("{}-{}", pod.meta.name, volume.name) : std::string();
}

std::vector<const kube::Pod*> users_of(const RuleContext& context, std::string_view namespace_name, std::string_view claim) {
    std::vector<const kube::Pod*> users;
    for (const auto* pod : context.facts.pods_in(namespace_name)) {
        if (pod->status.phase == "Succeeded" || pod->status.phase == "Failed") continue;
        const auto& volumes = pod->spec.volumes;
        if (std::any_of(volumes.begin(), volumes.end(), [&](const auto& volume) { return claim_name_of(*pod, volume) == claim; })) users.push_back(pod);
    }
    return users;
}

std::string impact_on(const std::vector<const kube::Pod*>& users, const RuleContext& context) {
    std::vector<std::string> names;
    for (const auto* pod : users) {
        const auto name = context.facts.top_owner(*pod).display();
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    if (!names.empty()) return format("{} {} for it", list_some(names), names.size() == 1 ? "waits" : "wait");
    return context.facts.was_read(kube::Resource::pods) ? "no pod uses the claim yet" : "pods that use the claim wait for it";
}

Severity severity_of_claim(const std::vector<const kube::Pod*>& users, const RuleContext& context) {
    return users.empty() && context.facts.was_read(kube::Resource::pods) ? Severity::warning : Severity::error;
}

const kube::Event* told_of_missing_class(const RuleContext& context, const kube::PersistentVolumeClaim& claim) {
    const auto* event = context.facts.last_event(claim, "ProvisioningFailed");
    if (event == nullptr || !claim.spec.storage_class_name) return nullptr;
    const std::string words = format("storageclass.storage.k8s.io \"{}\" not found", *claim.spec.storage_class_name);
    return contains(event->message, words) ? event : nullptr;
}

bool lacks_class(const RuleContext& context, const kube::PersistentVolumeClaim& claim) {
    if (!claim.spec.storage_class_name || claim.spec.storage_class_name->empty()) return false;
    const auto name = *claim.spec.storage_class_name;
    if (context.facts.find<kube::StorageClass>({}, name) != nullptr) return false;
    const auto& volumes = context.facts.all<kube::PersistentVolume>();
    if (std::any_of(volumes.begin(), volumes.end(), [&](const auto& volume) { return volume.spec.storage_class_name == name; })) return false;
    return context.facts.knows<kube::StorageClass>() || told_of_missing_class(context, claim) != nullptr;
}

} // namespace kdiag::rules::waiting
