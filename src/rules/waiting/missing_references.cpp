// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/missing_references.hpp"

#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/pod_references.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/waiting/missing_object.hpp"
#include "rules/waiting/near_objects.hpp"
#include "rules/waiting/stalled_pods.hpp"
#include "rules/waiting/template_patch.hpp"
#include "rules/waiting/waiting_containers.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <unordered_map>

namespace kdiag::rules::waiting {

namespace {

/// Long enough for a Secret that an operator makes, and for the kubelet to say it itself.
constexpr Duration k_patience = Duration::minutes(1);

/// One missing object or key, and who says so.
struct Lack {
    const kube::Pod* pod = nullptr;
    MissingObject object;
    const ConfigReference* reference = nullptr;
    std::string container;      ///< empty for a volume
    std::vector<Evidence> told; ///< the kubelet's words; empty when only the references say it
    Timestamp first_seen, last_seen;
};

/// What a pod waits for, and what it names.
struct Waits {
    const StalledPod* stalled = nullptr;
    std::vector<const WaitingContainer*> containers; ///< with a configuration error
    std::vector<ConfigReference> references;
};

/// A reference to what is missing; the volume tells which when the message names a key alone.
const ConfigReference* reference_to(const std::vector<ConfigReference>& references, const MissingObject& missing,
                                    std::string_view container, std::string_view volume) {
    for (const auto& reference : references) {
        const bool same_place = container.empty() ? reference.container.empty() : reference.container == container;
        const bool same_volume = volume.empty() || !missing.name.empty() || reference.volume == volume;
        const bool same_name = missing.name.empty() || reference.name == missing.name;
        const bool same_key = missing.key.empty() || reference.key == missing.key || (missing.name.empty() && reference.key.empty());
        if (reference.kind == missing.kind && !reference.optional && same_place && same_volume && same_name && same_key) return &reference;
    }
    return nullptr;
}

/// Whether it has come to be since the kubelet complained.
bool is_there_now(const RuleContext& context, const Lack& lack) {
    const auto namespace_name = lack.pod->meta.namespace_name;
    if (!object_exists(context, lack.object.kind, namespace_name, lack.object.name)) return false;
    if (lack.object.key.empty()) return true;
    const auto keys = usable_keys(context, lack.object.kind, namespace_name, lack.object.name, lack.container.empty());
    return std::find(keys.begin(), keys.end(), lack.object.key) != keys.end();
}

void add_told(const RuleContext& context, Lack lack, const std::vector<ConfigReference>& references, std::string_view volume,
              std::vector<Lack>& lacks) {
    lack.reference = reference_to(references, lack.object, lack.container, volume);
    if (lack.object.name.empty() && lack.reference != nullptr) lack.object.name = lack.reference->name;
    if (!lack.object.name.empty() && !is_there_now(context, lack)) lacks.push_back(std::move(lack));
}

/// What the kubelet says of a container that it cannot configure.
void read_container(const RuleContext& context, const WaitingContainer& container, const std::vector<ConfigReference>& references,
                    std::vector<Lack>& lacks) {
    const auto base = begin(context, container);
    for (auto& missing : read_missing(container.message))
        add_told(context,
                 {container.view.pod, std::move(missing), nullptr, std::string(container.view.spec->name), base.evidence, base.first_seen,
                  base.last_seen},
                 references, {}, lacks);
}

/// What the kubelet says of volumes that it cannot mount.
void read_mounts(const RuleContext& context, const StalledPod& stalled, const std::vector<ConfigReference>& references,
                 std::vector<Lack>& lacks) {
    const auto* event = newest_event(context, stalled, [](const kube::Event& candidate) {
        return candidate.reason == "FailedMount" && !read_missing(candidate.message).empty();
    });
    if (event == nullptr) return;
    for (auto& missing : read_missing(event->message))
        add_told(context, {stalled.pod, std::move(missing), nullptr, {}, {event_evidence(*event)}, event->first_seen(), event->last_seen()},
                 references, between(event->message, "volume \"", "\""), lacks);
}

bool is_known(const RuleContext& context, const std::string& kind) {
    return kind == "ConfigMap" ? context.facts.knows<kube::ConfigMap>() : context.facts.knows<kube::Secret>();
}

/// References of a waiting pod to what the lists do not have, and that the kubelet has not named (yet, or any more).
void read_references(const RuleContext& context, const kube::Pod& pod, Timestamp since, const std::vector<ConfigReference>& references,
                     std::string_view container, std::vector<Lack>& lacks) {
    for (const auto& reference : references) {
        if (reference.optional || reference.container != container || !is_known(context, reference.kind)) continue;
        Lack lack{&pod, {reference.kind, reference.name, {}}, &reference, reference.container, {}, since, context.now};
        if (object_exists(context, reference.kind, pod.meta.namespace_name, reference.name)) lack.object.key = reference.key;
        const bool told = std::any_of(lacks.begin(), lacks.end(), [&](const Lack& other) {
            return other.object.kind == reference.kind && other.object.name == reference.name && other.object.key == lack.object.key;
        });
        const bool names_key = object_exists(context, reference.kind, pod.meta.namespace_name, reference.name) && reference.key.empty();
        if (!told && !names_key && !is_there_now(context, lack)) lacks.push_back(std::move(lack));
    }
}

std::vector<Lack> lacks_of(const RuleContext& context, const kube::Pod& pod, const Waits& waits) {
    std::vector<Lack> lacks;
    for (const auto* container : waits.containers) read_container(context, *container, waits.references, lacks);
    for (const auto* container : waits.containers)
        if (context.age(pod.meta.created) >= k_patience)
            read_references(context, pod, pod.meta.created, waits.references, container->view.spec->name, lacks);
    const auto* stalled = waits.stalled;
    if (stalled == nullptr || stalled->sandbox_ready) return lacks;
    read_mounts(context, *stalled, waits.references, lacks);
    if (context.age(stalled->since) >= k_patience) read_references(context, pod, stalled->since, waits.references, {}, lacks);
    return lacks;
}

/// The field in which a reference names its object; its path may lead to a key.
std::string name_field(const ConfigReference& reference) {
    const auto path = reference.path.substr(0, reference.path.find(".items["));
    const bool of_secret_volume = path.ends_with(".secret") && !contains(path, ".projected.");
    return path + (of_secret_volume ? ".secretName" : ".name");
}

void describe_object(const RuleContext& context, const Lack& lack, Finding& finding) {
    const auto& [kind, name, key] = lack.object;
    const auto namespace_name = lack.pod->meta.namespace_name;
    const auto near = near_objects(context, kind, namespace_name, name);
    const auto elsewhere = namespace_with(context, kind, namespace_name, name);
    finding.title = format("{}/{} does not exist, and {} needs it", kind, name, context.facts.top_owner(*lack.pod).display());
    finding.cause = format("there is no {} `{}` in namespace {} (not found)", kind, name, namespace_name);
    if (!near.empty())
        finding.cause += format("; there is {}", list_some(near));
    else if (!elsewhere.empty())
        finding.cause += format("; there is one in namespace {}, which pods of this one cannot use", elsewhere);
    if (near.size() == 1 && lack.reference != nullptr)
        finding.remedies.push_back(
            {.text = format("correct the name in the pod template, if `{}` is meant", near.front()),
             .command = set_in_template(context, *lack.pod, name_field(*lack.reference), format("\"{}\"", near.front())),
             .risk = Risk::disruptive});
    finding.remedies.push_back(
        {.text = near.empty() ? "create it; the pods go on by themselves" : "or create it; the pods go on by themselves",
         .command = format("{} create {} {} --from-literal={}=VALUE", kubectl_in(namespace_name),
                           kind == "ConfigMap" ? "configmap" : "secret generic", shell_quote(name),
                           lack.reference != nullptr && !lack.reference->key.empty() ? shell_quote(lack.reference->key) : "KEY"),
         .risk = Risk::change});
}

void describe_key(const RuleContext& context, const Lack& lack, Finding& finding) {
    const auto& [kind, name, key] = lack.object;
    const auto namespace_name = lack.pod->meta.namespace_name;
    const auto keys = usable_keys(context, kind, namespace_name, name, lack.container.empty());
    const auto near = nearest_key(key, keys);
    finding.discriminator = key;
    finding.title = format("{}/{} has no key `{}`, which {} needs", kind, name, key, context.facts.top_owner(*lack.pod).display());
    if (keys.empty())
        finding.cause = format("the key `{}` is not in {}/{}", key, kind, name);
    else
        finding.cause = format("{}/{} has the {} {}", kind, name, keys.size() == 1 ? "key" : "keys", list_some(keys, 6));
    if (is_binary_key(context, kind, namespace_name, name, key) && !lack.container.empty())
        finding.cause = format("the key `{}` of ConfigMap/{} is in its binaryData, which variables cannot take", key, name);
    if (!near.empty()) finding.cause += format("; probably `{}` is meant", near);
    if (!near.empty() && lack.reference != nullptr)
        finding.remedies.push_back(
            {.text = format("correct the key in the pod template, if `{}` is meant", near),
             .command =
                 set_in_template(context, *lack.pod, lack.reference->path + (lack.container.empty() ? "" : ".key"), format("\"{}\"", near)),
             .risk = Risk::disruptive});
    const std::string patch = format(R"({{"{}":{{"{}":"VALUE"}}}})", kind == "ConfigMap" ? "data" : "stringData", key);
    finding.remedies.push_back(
        {.text = near.empty() ? "add the key; the pods go on by themselves" : "or add the key; the pods go on by themselves",
         .command =
             format("{} patch {} {} --type=merge -p {}", kubectl_in(namespace_name), to_lower(kind), shell_quote(name), shell_quote(patch)),
         .risk = Risk::change});
}

void report(const RuleContext& context, const Lack& lack, FindingSink& sink) {
    Finding finding;
    finding.subject = kube::ref_of(*lack.pod);
    finding.subject.container = lack.container;
    finding.severity = severity_of_lost_pod(context.facts, *lack.pod);
    finding.first_seen = lack.first_seen;
    finding.last_seen = lack.last_seen;
    finding.shared = {.kind = lack.object.kind, .namespace_name = std::string(lack.pod->meta.namespace_name), .name = lack.object.name};
    if (lack.object.key.empty())
        describe_object(context, lack, finding);
    else
        describe_key(context, lack, finding);
    if (lack.reference != nullptr) {
        const std::string place = lack.reference->volume.empty() ? format("container {}", lack.reference->container)
                                                                 : format("volume {}", lack.reference->volume);
        finding.evidence.push_back(
            field_evidence(lack.reference->path, lack.object.name, format("{} is named by {}", lack.object.name, place)));
    }
    std::copy(lack.told.begin(), lack.told.end(), std::back_inserter(finding.evidence));
    if (lack.told.empty())
        finding.evidence.push_back(derived_evidence(
            lack.object.key.empty() ? format("{}/{} is not in the list of {}s", lack.object.kind, lack.object.name, lack.object.kind)
                                    : format("{} is not among its keys", lack.object.key),
            finding.shared));
    sink.add(std::move(finding));
}

} // namespace

void report_missing(const RuleContext& context, std::string_view kind, bool key_missing, FindingSink& sink) {
    const auto& containers = waiting_containers(context);
    const auto& stalled_ones = stalled_pods(context);
    std::unordered_map<const kube::Pod*, Waits> waits;
    for (const auto& container : containers)
        if (container.is_config_error()) waits[container.view.pod].containers.push_back(&container);
    for (const auto& stalled : stalled_ones) waits[stalled.pod].stalled = &stalled;
    for (const auto& pod : context.facts.all<kube::Pod>()) { // in the order of the snapshot
        const auto found = waits.find(&pod);
        if (found == waits.end()) continue;
        found->second.references = config_references(pod.spec);
        for (const auto& lack : lacks_of(context, pod, found->second))
            if (lack.object.kind == kind && lack.object.key.empty() != key_missing) report(context, lack, sink);
    }
}

} // namespace kdiag::rules::waiting
