// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/youth.hpp"
#include "rules/waiting/claims.hpp"
#include "rules/waiting/message_words.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules::waiting {

namespace {

constexpr Duration k_patience = Duration::minutes(1);
constexpr Duration k_patience_with_provisioner = Duration::minutes(2); // making a disk takes its time
constexpr std::string_view k_look_for_driver = "see whether the driver is installed, whether the pods of its controller run, and what they log", k_list_drivers = "kubectl get csidrivers";
constexpr std::string_view k_no_provisioner = "kubernetes.io/no-provisioner";

const kube::StorageClass* class_of(const RuleContext& context, const kube::PersistentVolumeClaim& claim) {
    return claim.spec.storage_class_name ? context.facts.find<kube::StorageClass>({}, *claim.spec.storage_class_name) : nullptr;
}

/// The newest event that says why there is no volume.
const kube::Event* failure_of(const RuleContext& context, const kube::PersistentVolumeClaim& claim) {
    const kube::Event* found = nullptr;
    for (const auto* event : context.facts.events_of(claim))
        if (event->reason == "ProvisioningFailed" || event->reason == "FailedBinding" || event->reason == "VolumeMismatch") found = event;
    return found;
}

bool waits_for_consumer(const RuleContext& context, const kube::PersistentVolumeClaim& claim) {
    if (const auto* known = class_of(context, claim)) return known->volume_binding_mode == "WaitForFirstConsumer";
    return context.facts.last_event(claim, "WaitForFirstConsumer") != nullptr || context.facts.last_event(claim, "WaitForPodScheduled") != nullptr;
}

/// The provisioner was asked, as far as events tell.
const kube::Event* request_of(const RuleContext& context, const kube::PersistentVolumeClaim& claim) {
    const auto* event = context.facts.last_event(claim, "ExternalProvisioning");
    return event != nullptr ? event : context.facts.last_event(claim, "Provisioning");
}

/// Who is to make the volume.
std::string provisioner_of(const RuleContext& context, const kube::PersistentVolumeClaim& claim, const kube::Event& request) {
    for (const std::string_view quote : {"provisioner \"", "provisioner '"}) // the second since 1.28
        if (const auto name = between(request.message, quote, quote.substr(quote.size() - 1)); !name.empty()) return std::string(name);
    const auto* known = class_of(context, claim);
    return known != nullptr ? std::string(known->provisioner) : "of its class";
}

struct Reason {
    std::string cause; ///< empty: the facts do not decide
    std::string help, command;
    Confidence confidence = Confidence::certain;
    const kube::Event* proof = nullptr; ///< where it is not the failure itself
};

Reason without_class(const RuleContext& context, const kube::PersistentVolumeClaim& claim) {
    if (claim.spec.storage_class_name)
        return {"it asks for a volume without a StorageClass, and no free volume fits its size, access modes and selector", "make a volume that fits, or free one that is Released (remove its claimRef)", "kubectl get pv"};
    const auto& classes = context.facts.all<kube::StorageClass>();
    const auto is_default = [](const kube::StorageClass& known) { return kube::value_of(known.meta.annotations, "storageclass.kubernetes.io/is-default-class") == "true"; };
    const bool known = context.facts.knows<kube::StorageClass>() && std::none_of(classes.begin(), classes.end(), is_default);
    return {known ? "it names no StorageClass, and none is marked as the default" : "it names no StorageClass, and probably none was the default when it was made",
            "mark a class as the default, or make the claim again with the name of a class", "kubectl get storageclass", known ? Confidence::certain : Confidence::likely};
}

Reason without_provisioner(kube::Text name) {
    return {format("StorageClass `{}` makes no volumes (no-provisioner), and no free volume of the class fits", name), "make a volume that fits, or free one that is Released (remove its claimRef)", "kubectl get pv"};
}

/// What follows the quoted name in `Cannot bind to requested volume "pv": requested PV is too small`.
std::string_view after_name(std::string_view message) {
    const auto end = message.find("\": ");
    return end == std::string_view::npos ? message : message.substr(end + 3);
}

Reason read_failure(const RuleContext& context, const kube::PersistentVolumeClaim& claim, const kube::Event& failure, const std::string& describe) {
    const std::string_view message = failure.message;
    const auto name = claim.spec.storage_class_name.value_or(kube::Text());
    if (contains(message, "no storage class is set")) return without_class(context, claim);
    if (contains(message, "no volume plugin matched") && contains(message, k_no_provisioner)) return without_provisioner(name);
    if (message.starts_with("storageclass.storage.k8s.io") && contains(message, "not found")) {
        auto reason = without_provisioner(name);
        reason.cause = format("no free volume of the class `{}` fits, and there is no such StorageClass that could make one", name);
        return reason;
    }
    if (failure.reason == "VolumeMismatch")
        return {format("the volume that it asks for does not fit: {}", after_name(message)), "make the claim again so that it fits the volume, or without volumeName", describe};
    constexpr std::string_view k_start = "failed to provision volume with StorageClass ";
    if (message.starts_with(k_start))
        return {format("the provisioner of StorageClass `{}` fails: {}", name, core_of(after_name(message))),
                "read its words: a quota, a parameter of the class, its rights or an unknown zone", describe};
    return {core_of(message), "correct what the controller complains of", describe};
}

Reason reason_of(const RuleContext& context, const kube::PersistentVolumeClaim& claim, const kube::Event* failure) {
    const std::string describe = format("{} describe pvc {}", kubectl_in(claim.meta.namespace_name), shell_quote(claim.meta.name));
    const auto volume = claim.spec.volume_name;
    if (failure != nullptr) return read_failure(context, claim, *failure, describe);
    if (!volume.empty() && context.facts.knows<kube::PersistentVolume>() && context.facts.find<kube::PersistentVolume>({}, volume) == nullptr)
        return {format("it asks for the PersistentVolume `{}`, which does not exist", volume), "make the volume, or the claim again without volumeName", "kubectl get pv"};
    if (const auto* request = request_of(context, claim); request != nullptr) {
        if (is_younger(context, request->first_seen(), k_patience_with_provisioner)) return {};
        return {format("the provisioner `{}` was asked for a volume {} ago and has not made one: it is slow or does not run", provisioner_of(context, claim, *request), to_age(context.age(request->first_seen()))),
                std::string(k_look_for_driver), std::string(k_list_drivers), Confidence::likely, request};
    }
    if (!claim.spec.storage_class_name || claim.spec.storage_class_name->empty()) {
        auto reason = without_class(context, claim);
        reason.confidence = Confidence::likely;
        return reason;
    }
    const auto* known = class_of(context, claim);
    if (known == nullptr || known->volume_binding_mode == "WaitForFirstConsumer") return {};
    if (known->provisioner == k_no_provisioner) return without_provisioner(known->meta.name);
    return {format("the provisioner `{}` has not made a volume, and no event that is still kept says why", known->provisioner), std::string(k_look_for_driver), std::string(k_list_drivers), Confidence::possible};
}

/// Volumes of the same class that a claim could have had: what they lack is seen at a glance.
void add_candidates(const RuleContext& context, const kube::PersistentVolumeClaim& claim, Finding& finding) {
    constexpr std::size_t k_most = 3;
    const auto volumes = unbound_volumes(context, claim.spec.storage_class_name.value_or(kube::Text()));
    for (const auto* volume : volumes.first(std::min(volumes.size(), k_most))) {
        finding.evidence.push_back({.text = format("volume {} of this class is {}, {}, {}; the claim asks for {}, {}", volume->meta.name, volume->status.phase, kube::value_of(volume->spec.capacity, "storage"),
                                                   join(volume->spec.access_modes, " "), kube::value_of(claim.spec.resources.requests, "storage"), join(claim.spec.access_modes, " ")),
                                    .object = kube::ref_of(*volume), .path = ".status.phase", .value = std::string(volume->status.phase)});
    }
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& claim : context.facts.all<kube::PersistentVolumeClaim>()) {
        if (claim.status.phase != "Pending" || claim.meta.deleted || is_younger(context, claim.meta.created, k_patience) || lacks_class(context, claim)) continue;
        const auto users = users_of(context, claim.meta.namespace_name, claim.meta.name);
        const auto* failure = failure_of(context, claim);
        // Such a claim is only looked at when a pod of it has been given a node, and until then it is right to wait.
        if (waits_for_consumer(context, claim) && users.empty()) continue;
        const auto reason = reason_of(context, claim, failure);
        if (reason.cause.empty()) continue;
        Finding finding;
        finding.subject = kube::ref_of(claim);
        finding.first_seen = claim.meta.created;
        finding.severity = severity_of_claim(users, context);
        finding.title = format("claim `{}` is not bound to a volume", claim.meta.name);
        finding.cause = reason.cause;
        finding.confidence = reason.confidence;
        finding.evidence.push_back({.text = format("phase Pending for {}", to_age(context.age(claim.meta.created))), .path = ".status.phase", .value = "Pending"});
        if (const auto* proof = reason.proof != nullptr ? reason.proof : failure; proof != nullptr) finding.evidence.push_back(event_evidence(*proof));
        add_candidates(context, claim, finding);
        finding.impact = impact_on(users, context);
        finding.remedies.push_back({.text = reason.help, .command = reason.command});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_claim_pending{
    {.id = "KD4001", .name = "pvc-pending", .title = "a claim is not bound to a volume", .category = "storage", .scenario = Scenario::pending, .stage = Stage::object,
     .severity = Severity::error, .needs = {kube::Resource::persistentvolumeclaims},
     .uses = {kube::Resource::storageclasses, kube::Resource::persistentvolumes, kube::Resource::events, kube::Resource::pods, kube::Resource::replicasets}, .precedence = 20,
     .doc = {.meaning = "A PersistentVolumeClaim has been waiting for a volume for more than a minute.",
             .why_it_matters = "Pods that use it wait with it.",
             .how_it_is_found = "The claim is Pending. The events ProvisioningFailed, FailedBinding, VolumeMismatch and ExternalProvisioning, its class, the volumes and the binding mode say why; a claim that waits for its first consumer is no problem as long as no provisioner was asked.",
             .what_to_do = "Look at the provisioner's pods and their log.\nWithout a provisioner make a volume that fits size, access modes and class.\nMark one StorageClass as the default.",
             .false_positives = "A provisioner that is slow.",
             .see_also = "KD4003 KD4004"}},
    check};

} // namespace kdiag::rules::waiting
