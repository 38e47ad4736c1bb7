// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/known_fields.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <string>
#include <vector>

namespace kdiag::rules::readiness {

namespace {

/// The type whose field a path ends in: from `Deployment` along `spec.template.spec.containers[0].commnd`.
std::string_view type_around(std::string_view kind, std::string_view path) {
    std::string_view type = kind;
    const auto parts = split(path, '.');
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) type = kube::find_known_field(type, parts[i].substr(0, parts[i].find('['))).type;
    return type;
}

std::string_view last_part(std::string_view path) {
    return path.substr(path.rfind('.') + 1);
}

/// Whether some pod of the workload is in trouble, so that the dropped field may be why.
bool is_troubled(const RuleContext& context, const kube::ObjectRef& ref) {
    for (const auto* pod : context.facts.pods_of_workload(ref)) {
        const auto* ready = kube::find_condition(pod->status.conditions, "Ready");
        if (pod->status.phase != "Succeeded" && (ready == nullptr || ready->status != "True")) return true;
    }
    return false;
}

/// Where a field of this name stands in a pod template; empty when it is not one of the usual places.
std::string_view home_of(std::string_view field) {
    if (kube::find_known_field("Container", field).exists) return "a container";
    if (kube::find_known_field("PodSpec", field).exists) return "the pod's spec";
    return {};
}

/// What one dropped field was probably meant to be.
struct Slip {
    std::string wrong, meant, words;
};
Slip read_slip(std::string_view kind, std::string_view path) {
    Slip slip{.wrong = std::string(last_part(path)), .meant = {}, .words = {}};
    const auto near = nearest(slip.wrong, kube::known_field_names(type_around(kind, path)), 1);
    const auto home = home_of(slip.wrong);
    if (!near.empty()) {
        slip.meant = near.front();
        slip.words = format("`{}` is not a field, `{}` is", slip.wrong, slip.meant);
    } else if (!home.empty()) {
        slip.words = format("`{}` is not a field there (`{}`) but of {}", slip.wrong, path, home);
    } else {
        slip.words = format("`{}` is not a field of Kubernetes there", path);
    }
    return slip;
}

template <class T> void check_kind(const RuleContext& context, FindingSink& sink) {
    constexpr std::size_t k_most = 3; // of the fields in title and cause; the evidence has them all
    for (const auto& object : context.facts.all<T>()) {
        if (object.meta.unknown_fields.empty()) continue;
        std::vector<std::string> wrong, words, meant;
        for (const auto path : object.meta.unknown_fields) {
            const auto slip = read_slip(T::k_kind, path);
            wrong.push_back(format("`{}`", slip.wrong));
            if (words.size() < k_most) words.push_back(slip.words);
            if (!slip.meant.empty()) meant.push_back(format("`{}`", slip.meant));
        }
        Finding finding;
        finding.subject = kube::ref_of(object);
        const bool troubled = is_troubled(context, finding.subject);
        finding.severity = troubled ? Severity::error : Severity::warning;
        finding.confidence = troubled ? Confidence::likely : Confidence::certain;
        finding.title = format("the manifest says {}, which {} dropped", list_some(wrong, k_most), wrong.size() == 1 ? "is no field and was" : "are no fields and were");
        finding.cause = format("{}; the API server drops what it does not know without an error", join(words, "; "));
        for (const auto unknown : object.meta.unknown_fields)
            finding.evidence.push_back({.text = format("last applied with `{}`", unknown), .path = ".metadata.annotations[\"kubectl.kubernetes.io/last-applied-configuration\"]", .value = std::string(unknown)});
        finding.first_seen = object.meta.created;
        finding.impact = troubled ? "its pods run without what the manifest was to say" : "what the manifest was to say is not in effect";
        finding.remedies.push_back({.text = meant.size() == wrong.size() ? format("write {} in the manifest and apply it again", list_some(meant, k_most)) : "correct the manifest and apply it again",
                                    .command = "kubectl apply --validate=strict -f FILE", .risk = Risk::change});
        sink.add(std::move(finding));
    }
}

void check(const RuleContext& context, FindingSink& sink) {
    check_kind<kube::Deployment>(context, sink);
    check_kind<kube::StatefulSet>(context, sink);
    check_kind<kube::DaemonSet>(context, sink);
    check_kind<kube::Job>(context, sink);
    check_kind<kube::CronJob>(context, sink);
    check_kind<kube::Pod>(context, sink);
    check_kind<kube::Service>(context, sink);
}

} // namespace

extern const Rule k_unknown_field{
    {.id = "KD8003", .name = "unknown-field-dropped", .title = "a manifest has a field that Kubernetes does not know and has dropped", .category = "manifest",
     .scenario = Scenario::running_but_broken, .stage = Stage::object, .severity = Severity::warning, .needs = {kube::Resource::deployments},
     .uses = {kube::Resource::pods, kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::jobs, kube::Resource::cronjobs, kube::Resource::services, kube::Resource::replicasets},
     .precedence = 30,
     .doc = {.meaning = "The manifest that was last applied has a field that does not exist in Kubernetes: a misspelt name, or one at the wrong indentation.",
             .why_it_matters = "The API server drops unknown fields unless it is asked to be strict, so the object runs without the command, probe or limit that was meant.",
             .how_it_is_found = "kubectl keeps the applied manifest in the annotation last-applied-configuration; its fields are compared with those of the kind, and the nearest real field is named. Custom resources are not judged.",
             .what_to_do = "Correct the field and apply again.\nUse kubectl apply --validate=strict, or server-side apply, which refuse unknown fields.",
             .false_positives = "A field of a newer Kubernetes than this kdiag knows.",
             .see_also = "KD1009"}},
    check};

} // namespace kdiag::rules::readiness
