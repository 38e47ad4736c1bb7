// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/waiting/image_name.hpp"
#include "rules/waiting/pulls.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

void report(const RuleContext& context, const ContainerView& view, Finding finding, std::string_view message, FindingSink& sink) {
    finding.title = format("the image name `{}` of {} is not valid", view.spec->image, view.display());
    finding.cause = invalid_name_reason(view.spec->image, message);
    add_set_image(context, view, finding, "correct the name (REGISTRY/REPOSITORY:TAG)");
    sink.add(std::move(finding));
}

Finding begin(const RuleContext& context, const ContainerView& view) {
    Finding finding;
    finding.subject = ref_of(view);
    finding.severity = severity_of_lost_pod(context.facts, *view.pod);
    finding.first_seen = view.pod->meta.created;
    finding.last_seen = context.now;
    const std::string image(view.spec->image);
    finding.evidence.push_back(field_evidence(view.spec_path("image"), image, format("image {}", image)));
    if (!view.waiting_message().empty())
        finding.evidence.push_back(
            field_evidence(view.status_path("state.waiting.message"), "InvalidImageName", std::string(view.waiting_message())));
    else
        finding.evidence.push_back(field_evidence(view.status_path("state.waiting.reason"), "InvalidImageName", "waits: InvalidImageName"));
    return finding;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted) continue;
        for (const auto& view : containers_of(pod))
            if (view.waiting_reason() == "InvalidImageName") report(context, view, begin(context, view), view.waiting_message(), sink);
    }
    for (const auto& pull : find_pulls(context, ImageTopic::name))
        report(context, pull.view, waiting::begin(context, pull), pull.message, sink);
}

} // namespace

extern const Rule k_invalid_image_name{
    {.id = "KD1105",
     .name = "invalid-image-name",
     .title = "the name of an image is not valid",
     .category = "image",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets},
     .precedence = 50,
     .doc = {.meaning = "The name of the image cannot be parsed.",
             .why_it_matters = "The container can never start with it.",
             .how_it_is_found =
                 "The container waits with the reason InvalidImageName, or the runtime says so while pulling; the name is looked at for "
                 "what is wrong: upper case, two tags, blanks, a scheme, a variable or placeholder that was not replaced, a digest that "
                 "is none.",
             .what_to_do = "Correct the name in the pod template.",
             .false_positives = "none known",
             .see_also = "KD1101"}},
    check};

} // namespace kdiag::rules::waiting
