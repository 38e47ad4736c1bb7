// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/pulls.hpp"

#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

bool waits_for_pull(kube::Text reason) {
    return reason == "ErrImagePull" || reason == "ImagePullBackOff" || reason == "RegistryUnavailable" || reason == "SignatureValidationFailed";
}

const kube::Event* newest_failure(const RuleContext& context, const ContainerView& view) {
    const kube::Event* found = nullptr;
    for (const auto* event : context.facts.events_of(*view.pod))
        if (event->reason == "Failed" && concerns(*event, view) && contains(event->message, "Failed to pull image") &&
            (view.spec->image.empty() || contains(event->message, view.spec->image)))
            found = event;
    return found;
}

/// Since 1.32 the back-off message repeats the cause; before, only the event has it.
std::string cause_in_status(const ContainerView& view) {
    const auto message = view.waiting_message();
    if (view.waiting_reason() != "ImagePullBackOff") return std::string(message);
    const auto at = message.find("\": ");
    return at == std::string_view::npos ? std::string() : std::string(message.substr(at + 3));
}

} // namespace

std::vector<Pull> find_pulls(const RuleContext& context) {
    std::vector<Pull> pulls;
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted) continue;
        for (const auto& view : containers_of(pod)) {
            if (!waits_for_pull(view.waiting_reason())) continue;
            Pull pull{.view = view, .message = cause_in_status(view), .event = newest_failure(context, view)};
            if (pull.message.empty() && pull.event != nullptr) pull.message = pull.event->message;
            pull.problem = view.waiting_reason() == "SignatureValidationFailed" ? ImageProblem::signature_rejected : classify_image_error(pull.message);
            if (view.waiting_reason() == "RegistryUnavailable" && pull.problem == ImageProblem::other) pull.problem = ImageProblem::unreachable;
            pulls.push_back(std::move(pull));
        }
    }
    return pulls;
}

Finding begin(const RuleContext& context, const Pull& pull) {
    const auto& view = pull.view;
    Finding finding;
    finding.subject = ref_of(view);
    finding.severity = severity_of_lost_pod(context.facts, *view.pod);
    finding.first_seen = pull.event != nullptr ? pull.event->first_seen() : view.pod->meta.created;
    finding.last_seen = pull.event != nullptr ? pull.event->last_seen() : context.now;
    finding.evidence.push_back({.text = format("image {}", view.spec->image), .path = view.spec_path("image"), .value = std::string(view.spec->image)});
    if (!pull.message.empty()) finding.evidence.push_back({.text = pull.message, .path = view.status_path("state.waiting.message"), .value = std::string(view.waiting_reason())});
    else finding.evidence.push_back({.text = format("waits: {}", view.waiting_reason()), .path = view.status_path("state.waiting.reason"), .value = std::string(view.waiting_reason())});
    if (pull.event != nullptr)
        finding.evidence.push_back({.type = EvidenceType::event, .text = "the pull failed", .time = pull.event->last_seen(), .first_time = pull.event->first_seen(), .count = pull.event->count()});
    return finding;
}

void add_set_image(const RuleContext& context, const Pull& pull, Finding& finding, std::string text) {
    const auto top = context.facts.top_owner(*pull.view.pod);
    const bool settable = top.kind == "Deployment" || top.kind == "StatefulSet" || top.kind == "DaemonSet" || top.kind == "CronJob";
    finding.remedies.push_back({.text = std::move(text),
                                .command = settable ? format("{} set image {} {}=IMAGE", kubectl_in(top.namespace_name), kubectl_name(top), shell_quote(pull.view.spec->name)) : std::string(),
                                .risk = Risk::disruptive});
}

kube::ObjectRef registry_ref(const Pull& pull) {
    return {.kind = "Registry", .name = registry_of(pull.view.spec->image)};
}

} // namespace kdiag::rules::waiting
