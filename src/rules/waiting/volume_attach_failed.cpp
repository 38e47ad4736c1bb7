// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/attach_failures.hpp"
#include "rules/waiting/message_words.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

constexpr Duration k_patience = Duration::minutes(1); // a first failure is often followed by success

struct AttachWords {
    std::string cause, help, command;
};

/// What the attach-detach controller, the external attacher and drivers say.
AttachWords read_attach_error(kube::Text node_name, std::string_view message) {
    const auto told = message.find("\" : ");
    const auto error = told == std::string_view::npos ? message : message.substr(told + 4);
    const auto words = core_of(error);
    constexpr std::string_view k_attachments = "kubectl get volumeattachments";
    if (const auto driver = word_after(error, "does not contain driver ", " "); !driver.empty())
        return {format("the driver `{}` is not registered on node `{}`: its pod there does not run, or is not ready yet", driver, node_name), "look at the driver's pod on this node",
                format("kubectl get pods -A -o wide --field-selector spec.nodeName={}", shell_quote(node_name))};
    if (const auto driver = between(error, "external-attacher of ", " CSI driver"); !driver.empty())
        return {format("the driver `{}` has not attached it in time: its controller (external-attacher) is slow or does not run", driver), "look at the driver's controller, and at what it says of the volume",
                std::string(k_attachments)};
    if (contains(error, "code = NotFound")) return {format("the driver does not find the disk or the node: {}", words), "look in the storage system whether the disk still exists", std::string(k_attachments)};
    if (contains(error, "code = ResourceExhausted")) return {format("the node takes no more volumes: {}", words), "move a pod with volumes to another node", std::string(k_attachments)};
    if (contains(error, "code = PermissionDenied") || contains(error, "code = Unauthenticated") || contains_ignoring_case(error, "not authorized") || contains(error, "AccessDenied"))
        return {format("the driver lacks the rights to attach it: {}", words), "correct the rights of the driver's account in the storage system", std::string(k_attachments)};
    return {format("the driver says: {}", words), "look at the driver's controller and at the volume in the storage system", std::string(k_attachments)};
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& stalled : stalled_pods(context))
        for (const auto& failure : attach_failures(context, stalled)) {
            if (failure.is_in_use || (failure.count < 2 && context.age(failure.since) < k_patience)) continue;
            const auto& pod = *stalled.pod;
            const auto words = read_attach_error(pod.spec.node_name, failure.event->message);
            Finding finding = begin(context, stalled, *failure.event);
            finding.discriminator = failure.volume;
            finding.title = format("{} cannot be attached to node `{}`", failure.display(), pod.spec.node_name);
            finding.cause = words.cause;
            finding.impact = "the pod's containers are not created";
            if (!failure.claim.empty()) finding.explained_by.push_back({.kind = "PersistentVolumeClaim", .namespace_name = std::string(pod.meta.namespace_name), .name = failure.claim});
            finding.remedies.push_back({.text = words.help, .command = words.command});
            sink.add(std::move(finding));
        }
}

} // namespace

extern const Rule k_volume_attach_failed{
    {.id = "KD4005", .name = "volume-attach-failed", .title = "a volume cannot be attached to the node", .category = "storage", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods, kube::Resource::events},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::persistentvolumeclaims}, .precedence = 30,
     .doc = {.meaning = "The storage driver cannot attach a volume to the node of the pod.",
             .why_it_matters = "The containers are not created.",
             .how_it_is_found = "A recent event FailedAttachVolume gives the driver's words, and none says that the volume was attached since. A single failure of the last minute is left out.",
             .what_to_do = "Read the driver's words.\nCheck that its pods run on the node, and that the volume still exists.",
             .false_positives = "none known",
             .see_also = "KD4002"}},
    check};

} // namespace kdiag::rules::waiting
