// SPDX-License-Identifier: Apache-2.0
#include "rules/common/container_view.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/rule.hpp"
#include "rules/waiting/image_error.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted) continue;
        for (const auto& view : containers_of(pod)) {
            if (view.waiting_reason() != "InvalidImageName") continue;
            Finding finding;
            finding.subject = ref_of(view);
            finding.severity = severity_of_lost_pod(context.facts, pod);
            finding.first_seen = pod.meta.created;
            finding.title = format("the image name `{}` of {} is not valid", view.spec->image, view.display());
            finding.cause = invalid_name_reason(view.spec->image, view.waiting_message());
            finding.evidence.push_back({.text = format("image {}", view.spec->image), .path = view.spec_path("image"), .value = std::string(view.spec->image)});
            if (!view.waiting_message().empty()) finding.evidence.push_back({.text = std::string(view.waiting_message()), .path = view.status_path("state.waiting.message")});
            const auto top = context.facts.top_owner(pod);
            finding.remedies.push_back({.text = "correct the name (REGISTRY/REPOSITORY:TAG)", .command = top.kind == "Pod" ? std::string() : format("{} set image {} {}=IMAGE", kubectl_in(top.namespace_name), kubectl_name(top), shell_quote(view.spec->name)), .risk = Risk::disruptive});
            sink.add(std::move(finding));
        }
    }
}

} // namespace

extern const Rule k_invalid_image_name{
    {.id = "KD1105", .name = "invalid-image-name", .title = "the name of an image is not valid", .category = "image", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets}, .precedence = 50,
     .doc = {.meaning = "The name of the image cannot be parsed.",
             .why_it_matters = "The container can never start with it.",
             .how_it_is_found = "The container waits with the reason InvalidImageName; the name is looked at for what is wrong: upper case, two tags, blanks, a scheme, a variable that was not replaced.",
             .what_to_do = "Correct the name in the pod template.",
             .false_positives = "none known",
             .see_also = "KD1101"}},
    check};

} // namespace kdiag::rules::waiting
