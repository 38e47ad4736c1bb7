// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/message_words.hpp"
#include "rules/waiting/missing_object.hpp"
#include "rules/waiting/template_patch.hpp"
#include "rules/waiting/waiting_containers.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <array>

namespace kdiag::rules::waiting {

namespace {

/// The kubelet's caches fill within seconds; a lasting trouble is one of the node.
constexpr Duration k_cache_patience = Duration::minutes(5);

/// Missing ConfigMaps, Secrets and keys, runAsNonRoot and subPath have rules of their own.
bool is_explained_elsewhere(std::string_view message) {
    constexpr auto k_words = std::to_array<std::string_view>({"runAsNonRoot", "non-root policy", "subPath", "SubPath", "subpath"});
    return !read_missing(message).empty() || contains_any(message, k_words);
}

std::string why(const ContainerView& view, std::string_view message) {
    if (message.empty()) return "the kubelet's reason is no longer kept: its event has expired";
    const std::string words = core_of(message);
    if (is_cache_trouble(message))
        return format("the kubelet of node `{}` has not read an object that the container needs; the object itself may be there: {}",
                      view.pod->spec.node_name, words);
    if (const auto volume = between(message, "cannot find volume \"", "\""); !volume.empty())
        return format("the pod has no volume `{}`, which the container mounts: {}", volume, words);
    if (contains(message, "fieldPath") || contains(message, "fieldRef") || contains(message, "resourceFieldRef") ||
        contains(message, "unsupported pod"))
        return format("a variable takes a field of the pod that there is not: {}", words);
    if (contains(message, "is forbidden"))
        return format("node `{}` may not read what the container needs: {}", view.pod->spec.node_name, words);
    return format("the kubelet says: {}", words);
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& waiting : waiting_containers(context)) {
        const auto& view = waiting.view;
        if (!waiting.is_config_error() || is_explained_elsewhere(waiting.message)) continue;
        const bool of_cache = is_cache_trouble(waiting.message);
        if (of_cache && context.age(view.pod->meta.created) < k_cache_patience) continue;
        Finding finding = begin(context, waiting);
        finding.title = format("{} cannot be configured", view.display());
        finding.cause = why(view, waiting.message);
        if (waiting.message.empty()) {
            finding.remedies.push_back(
                {.text = "have the reason told again: a new pod has fresh events",
                 .command = format("{} delete pod {}", kubectl_in(view.pod->meta.namespace_name), shell_quote(view.pod->meta.name)),
                 .risk = Risk::disruptive});
        } else if (of_cache) {
            finding.confidence = Confidence::likely;
            finding.explained_by.push_back({.kind = "Node", .name = std::string(view.pod->spec.node_name)});
            finding.remedies.push_back(
                {.text = "delete the pod to have it tried anew; if it stays so, look at the kubelet of the node",
                 .command = format("{} delete pod {}", kubectl_in(view.pod->meta.namespace_name), shell_quote(view.pod->meta.name)),
                 .risk = Risk::disruptive});
        } else {
            finding.remedies.push_back(
                {.text = "correct what the kubelet names", .command = edit_template(context, *view.pod), .risk = Risk::disruptive});
        }
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_container_config_error{
    {.id = "KD1408",
     .name = "container-config-error",
     .title = "the configuration of a container cannot be put together",
     .category = "config",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets},
     .precedence = 14,
     .doc = {.meaning = "The kubelet cannot put together the configuration of a container.",
             .why_it_matters = "The container is never started.",
             .how_it_is_found =
                 "The container waits in CreateContainerConfigError with a message that fits no other rule: a volume or field that there "
                 "is not, a node that may not read an object. That the kubelet has not read an object yet is reported only when it lasts "
                 "for five minutes.",
             .what_to_do = "Read the message; it names the field.",
             .false_positives = "none known",
             .see_also = "KD1401 KD1407"}},
    check};

} // namespace kdiag::rules::waiting
