// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/pulls.hpp"

#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/waiting/image_name.hpp"
#include "rules/waiting/message_words.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

bool waits_for_pull(kube::Text reason) {
    return reason == "ErrImagePull" || reason == "ImagePullBackOff" || reason == "RegistryUnavailable" ||
           reason == "SignatureValidationFailed" || reason == "ImageInspectError";
}

/// Newer kubelets name the container in the event, older ones only the image in the message.
const kube::Event* newest_failure(const RuleContext& context, const ContainerView& view) {
    const kube::Event* found = nullptr;
    for (const auto* event : context.facts.events_of(*view.pod)) {
        const bool failed = (event->reason == "Failed" && contains(event->message, "Failed to pull image")) ||
                            (event->reason == "InspectFailed" && contains(event->message, "Failed to inspect image"));
        const bool of_it = !event->involved.field_path.empty() ? concerns(*event, view) : contains(event->message, view.spec->image);
        if (failed && of_it) found = event;
    }
    return found;
}

/// Since 1.32 the back-off message repeats the cause; before, only the event has it.
std::string cause_in_status(const ContainerView& view) {
    const auto message = view.waiting_message();
    if (view.waiting_reason() != "ImagePullBackOff") return std::string(message);
    const auto at = message.find("\": ");
    return at == std::string_view::npos ? std::string() : std::string(message.substr(at + 3));
}

Pull read_pull(const RuleContext& context, const ContainerView& view) {
    Pull pull{.view = view, .error = {}, .message = cause_in_status(view), .event = newest_failure(context, view)};
    pull.from_status = !pull.message.empty();
    if (!pull.from_status && pull.event != nullptr) pull.message = pull.event->message;
    pull.error = read_image_error(pull.message, view.spec->image);
    if (view.waiting_reason() == "SignatureValidationFailed") pull.error.problem = ImageProblem::policy_refused;
    if (view.waiting_reason() == "RegistryUnavailable" && pull.error.problem == ImageProblem::other)
        pull.error.problem = ImageProblem::no_answer;
    return pull;
}

std::vector<Pull> all_pulls(const RuleContext& context) {
    std::vector<Pull> pulls;
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted || pod.status.phase == "Succeeded" || pod.status.phase == "Failed") continue;
        for (const auto& view : containers_of(pod))
            if (waits_for_pull(view.waiting_reason())) pulls.push_back(read_pull(context, view));
    }
    return pulls;
}

} // namespace

const std::vector<Pull>& find_pulls(const RuleContext& context) {
    return context.once(all_pulls);
}

std::vector<Pull> find_pulls(const RuleContext& context, ImageTopic topic) {
    auto pulls = find_pulls(context);
    std::erase_if(pulls, [&](const Pull& pull) { return topic_of(pull.error.problem) != topic; });
    return pulls;
}

Finding begin(const RuleContext& context, const Pull& pull) {
    const auto& view = pull.view;
    Finding finding;
    finding.subject = ref_of(view);
    finding.severity = severity_of_lost_pod(context.facts, *view.pod);
    finding.first_seen = pull.event != nullptr ? pull.event->first_seen() : view.pod->meta.created;
    finding.last_seen = pull.event != nullptr ? pull.event->last_seen() : context.now;
    const std::string image(view.spec->image), reason(view.waiting_reason());
    finding.evidence.push_back(field_evidence(view.spec_path("image"), image, format("image {}", image)));
    if (pull.from_status)
        finding.evidence.push_back(field_evidence(view.status_path("state.waiting.message"), reason, one_line(pull.message)));
    else
        finding.evidence.push_back(field_evidence(view.status_path("state.waiting.reason"), reason, format("waits: {}", reason)));
    if (pull.event != nullptr) {
        auto evidence = event_evidence(*pull.event);
        evidence.text = pull.from_status ? "the pull failed" : one_line(evidence.text); // the status has its words
        finding.evidence.push_back(std::move(evidence));
    }
    return finding;
}

void add_set_image(const RuleContext& context, const ContainerView& view, Finding& finding, std::string text, std::string_view image) {
    const auto top = context.facts.top_owner(*view.pod);
    const bool settable = top.kind == kube::Deployment::k_kind || top.kind == kube::StatefulSet::k_kind ||
                          top.kind == kube::DaemonSet::k_kind || top.kind == kube::CronJob::k_kind || top.kind == kube::Pod::k_kind;
    finding.remedies.push_back(
        {.text = std::move(text),
         .command = settable ? format("{} set image {} {}={}", kubectl_in(top.namespace_name), kubectl_name(top),
                                      shell_quote(view.spec->name), image == "IMAGE" ? std::string(image) : shell_quote(image))
                             : std::string(),
         .risk = Risk::disruptive});
}

std::string node_of(const Pull& pull) {
    const auto node = pull.view.pod->spec.node_name;
    return node.empty() ? std::string("the node") : format("node `{}`", node);
}

kube::ObjectRef registry_ref(const Pull& pull) {
    return {.kind = "Registry", .name = registry_of(pull.view.spec->image)};
}

} // namespace kdiag::rules::waiting
