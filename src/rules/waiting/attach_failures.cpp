// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/attach_failures.hpp"

#include "rules/waiting/claims.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules::waiting {

namespace {

constexpr Duration k_fresh = Duration::minutes(15);

/// The claim of a pod that is bound to a volume. A pod with one claim needs no look at it.
std::string claim_of(const RuleContext& context, const kube::Pod& pod, std::string_view volume_name) {
    std::vector<std::string> names;
    for (const auto& volume : pod.spec.volumes) {
        const auto name = claim_name_of(pod, volume);
        if (name.empty()) continue;
        const auto* claim = context.facts.find<kube::PersistentVolumeClaim>(pod.meta.namespace_name, name);
        if (claim != nullptr && claim->spec.volume_name == volume_name) return name;
        if (claim == nullptr) names.push_back(name);
    }
    return names.size() == 1 ? names.front() : std::string();
}

bool is_about_attaching(const kube::Event& event) {
    return event.reason == "FailedAttachVolume" || event.reason == "SuccessfulAttachVolume";
}

} // namespace

std::string AttachFailure::display() const {
    if (!claim.empty()) return format("claim `{}`", claim);
    return volume.empty() ? "a volume" : format("volume `{}`", volume);
}

std::vector<AttachFailure> attach_failures(const RuleContext& context, const StalledPod& stalled) {
    std::vector<AttachFailure> failures;
    if (stalled.sandbox_ready) return failures;
    for (const auto* event : context.facts.events_of(*stalled.pod)) {
        if (!is_about_attaching(*event) || event->last_seen() < stalled.volumes_done) continue;
        const std::string volume(between(event->message, "volume \"", "\""));
        auto place = std::find_if(failures.begin(), failures.end(), [&](const auto& failure) { return failure.volume == volume; });
        if (place == failures.end()) place = failures.insert(failures.end(), {.event = nullptr, .volume = volume, .claim = claim_of(context, *stalled.pod, volume)});
        if (event->reason == "SuccessfulAttachVolume") {
            *place = {.event = nullptr, .volume = volume, .claim = place->claim};
            continue;
        }
        if (place->event == nullptr) place->since = event->first_seen();
        place->event = event;
        place->count += event->count();
        place->is_in_use = contains(event->message, "Multi-Attach") || contains(event->message, "Waiting for detach");
    }
    std::erase_if(failures, [&](const auto& failure) {
        return failure.event == nullptr || (!failure.is_in_use && context.age(failure.event->last_seen()) >= k_fresh);
    });
    return failures;
}

} // namespace kdiag::rules::waiting
