// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/claims.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace kdiag::rules::waiting {

std::string claim_name_of(const kube::Pod& pod, const kube::Volume& volume) {
    if (volume.persistent_volume_claim) return std::string(volume.persistent_volume_claim->claim_name);
    return volume.ephemeral ? format("{}-{}", pod.meta.name, volume.name) : std::string();
}

namespace {

using ClaimUsers = std::map<std::pair<std::string_view, std::string>, std::vector<const kube::Pod*>>;

/// The pods that are not over, by namespace and claim.
ClaimUsers claim_users(const RuleContext& context) {
    ClaimUsers users;
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.status.phase == "Succeeded" || pod.status.phase == "Failed") continue;
        for (const auto& volume : pod.spec.volumes) {
            auto claim = claim_name_of(pod, volume);
            if (claim.empty()) continue;
            auto& pods = users[{pod.meta.namespace_name, std::move(claim)}];
            if (pods.empty() || pods.back() != &pod) pods.push_back(&pod);
        }
    }
    return users;
}

/// The volumes of each class that has any, as far as they are not bound.
using ClassVolumes = std::map<std::string_view, std::vector<const kube::PersistentVolume*>>;

ClassVolumes class_volumes(const RuleContext& context) {
    ClassVolumes volumes;
    for (const auto& volume : context.facts.all<kube::PersistentVolume>()) {
        auto& unbound = volumes[volume.spec.storage_class_name];
        if (volume.status.phase != "Bound") unbound.push_back(&volume);
    }
    return volumes;
}

} // namespace

std::span<const kube::PersistentVolume* const> unbound_volumes(const RuleContext& context, std::string_view class_name) {
    const auto& all = context.once(&class_volumes);
    const auto found = all.find(class_name);
    return found == all.end() ? std::span<const kube::PersistentVolume* const>() : found->second;
}

std::vector<const kube::Pod*> users_of(const RuleContext& context, std::string_view namespace_name, std::string_view claim) {
    const auto& all = context.once(&claim_users);
    const auto found = all.find({namespace_name, std::string(claim)});
    return found == all.end() ? std::vector<const kube::Pod*>() : found->second;
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
    if (context.once(&class_volumes).contains(name)) return false;
    return context.facts.knows<kube::StorageClass>() || told_of_missing_class(context, claim) != nullptr;
}

} // namespace kdiag::rules::waiting
