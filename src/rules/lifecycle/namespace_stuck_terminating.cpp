// SPDX-License-Identifier: Apache-2.0
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::lifecycle {

namespace {

constexpr Duration k_draining = Duration::minutes(2), k_explained = Duration::seconds(30);

struct Obstacle {
    std::string_view condition, words, remedy;
};
/// In the order in which they explain each other: what cannot be listed cannot be deleted either.
constexpr Obstacle k_obstacles[] = {
    {"NamespaceDeletionDiscoveryFailure", "an aggregated API does not answer, so its objects cannot be listed",
     "kubectl get apiservices | grep -v True"},
    {"NamespaceDeletionGroupVersionParsingFailure", "the name of an API group cannot be read", "kubectl get apiservices | grep -v True"},
    {"NamespaceDeletionContentFailure", "deleting its content fails", ""},
    {"NamespaceFinalizersRemaining", "objects in it have finalizers that nobody removes", ""},
    {"NamespaceContentRemaining", "objects in it are still there", ""},
};

/// Objects of the namespace whose own finding would explain it.
void add_terminating_objects(const facts::Snapshot& facts, std::string_view name, Finding& finding) {
    const auto add = [&]<class T>(const facts::Objects<T>& objects) {
        for (const T& object : objects)
            if (object.meta.namespace_name == name && object.meta.deleted) finding.explained_by.push_back(kube::ref_of(object));
    };
    add(facts.all<kube::Pod>());
    add(facts.all<kube::PersistentVolumeClaim>());
    add(facts.all<kube::Service>());
    add(facts.all<kube::ConfigMap>());
    add(facts.all<kube::Secret>());
    add(facts.all<kube::Deployment>());
    add(facts.all<kube::StatefulSet>());
    add(facts.all<kube::Job>());
}

void describe(const RuleContext& context, const kube::Namespace& space, FindingSink& sink) {
    Finding finding{.severity = Severity::error, .subject = kube::ref_of(space)};
    finding.first_seen = space.meta.deleted;
    finding.title = format("namespace `{}` does not go away", space.meta.name);
    finding.evidence.push_back({.text = format("deleted {} ago", to_age(context.age(space.meta.deleted))),
                                .path = ".metadata.deletionTimestamp",
                                .value = to_rfc3339(space.meta.deleted),
                                .time = space.meta.deleted});
    std::string_view command;
    for (const auto& obstacle : k_obstacles) {
        const auto* condition = kube::find_condition(space.status.conditions, obstacle.condition);
        if (!condition || condition->status != "True") continue;
        if (finding.cause.empty()) {
            finding.cause = format("{}: {}", obstacle.words, condition->message);
            command = obstacle.remedy;
        }
        finding.evidence.push_back({.text = format("{}: {}", condition->type, condition->message),
                                    .path = format(".status.conditions[?(@.type==\"{}\")].message", condition->type),
                                    .value = std::string(condition->message),
                                    .time = condition->changed});
    }
    if (finding.cause.empty()) finding.confidence = Confidence::likely;
    add_terminating_objects(context.facts, space.meta.name, finding);
    finding.impact = "no namespace of this name can be created, and nothing new can be created in it";
    const std::string name = shell_quote(space.meta.name);
    if (!command.empty())
        finding.remedies.push_back(
            {"repair the API, or delete its APIService when its server is gone for good", std::string(command), Risk::read});
    else
        finding.remedies.push_back(
            {"list what is left in it, then see to the finalizers of exactly these objects",
             format("kubectl api-resources --verbs=list --namespaced -o name | xargs -n 1 kubectl get --ignore-not-found --show-kind -n {}",
                    name),
             Risk::read});
    sink.add(std::move(finding));
}

/// Whether the namespace controller itself names something that time alone does not mend.
bool names_an_obstacle(const kube::Namespace& space) {
    const auto is_true = [&](std::string_view type) {
        const auto* condition = kube::find_condition(space.status.conditions, type);
        return condition && condition->status == "True";
    };
    return is_true("NamespaceFinalizersRemaining") || is_true("NamespaceDeletionDiscoveryFailure") ||
           is_true("NamespaceDeletionGroupVersionParsingFailure");
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& space : context.facts.all<kube::Namespace>()) {
        const auto& scope = context.facts.scope();
        if (!scope.all_namespaces && scope.namespace_name != space.meta.name) continue;
        if (space.meta.deleted && context.age(space.meta.deleted) >= (names_an_obstacle(space) ? k_explained : k_draining))
            describe(context, space, sink);
    }
}

} // namespace

extern const Rule k_namespace_stuck_terminating{
    {.id = "KD1505",
     .name = "namespace-stuck-terminating",
     .title = "a deleted namespace does not go away",
     .category = "termination",
     .scenario = Scenario::other,
     .stage = Stage::workload,
     .severity = Severity::error,
     .needs = {kube::Resource::namespaces},
     .uses = {kube::Resource::pods, kube::Resource::persistentvolumeclaims, kube::Resource::services},
     .precedence = 40,
     .doc = {.meaning = "The namespace was deleted and is still Terminating, because objects in it have finalizers or an API that must be "
                        "asked about its content does not answer.",
             .why_it_matters = "Nothing can be created in it, and no namespace of the same name either.",
             .how_it_is_found = "metadata.deletionTimestamp is more than two minutes past (30 seconds when finalizers or failed discovery "
                                "are named), and the conditions of the namespace say what is left: failed discovery, remaining content, "
                                "remaining finalizers. Objects in it that are terminating themselves explain it.",
             .what_to_do = "Repair the aggregated API that does not answer, or delete its APIService.\nSee to the finalizers of the "
                           "objects that are named.\nDo not empty the namespace's own finalizers: its objects would stay in the store.",
             .see_also = "KD1501"}},
    check};

} // namespace kdiag::rules::lifecycle
