// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/attach_failures.hpp"
#include "rules/waiting/claims.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

constexpr Duration k_patience = Duration::minutes(1); // a volume that moves with its pod
constexpr Duration k_patience_with_ending = Duration::minutes(3); // while the pod that has it is being ended

/// The pod that has the volume on another node, or null.
const kube::Pod* holder_of(const RuleContext& context, const kube::Pod& pod, std::string_view claim) {
    if (claim.empty()) return nullptr;
    for (const auto* user : users_of(context, pod.meta.namespace_name, claim))
        if (!user->spec.node_name.empty() && user->spec.node_name != pod.spec.node_name) return user;
    return nullptr;
}

bool is_down(const RuleContext& context, kube::Text node_name) {
    const auto* node = context.facts.find<kube::Node>({}, node_name);
    if (node == nullptr) return context.facts.knows<kube::Node>();
    const auto* ready = kube::find_condition(node->status.conditions, "Ready");
    return ready != nullptr && ready->status != "True";
}

std::string cause_of(const RuleContext& context, const AttachFailure& failure, const kube::Pod* holder) {
    constexpr std::string_view k_one_node = "it can be attached to one node at a time";
    if (holder != nullptr) {
        const std::string_view state = is_down(context, holder->spec.node_name) ? ", which is down" : holder->meta.deleted ? ", where it is being ended" : "";
        return format("{}, and pod `{}` has it on node `{}`{}", k_one_node, holder->meta.name, holder->spec.node_name, state);
    }
    const auto users = failure.event->message.find("used by ");
    if (users != std::string_view::npos) return format("{}, and it is {}", k_one_node, failure.event->message.substr(users));
    return format("{}, and another node still has it; no pod there is known to use it, so it probably was not detached", k_one_node);
}

void add_help(const RuleContext& context, const kube::Pod& pod, const kube::Pod* holder, Finding& finding) {
    const auto in_namespace = kubectl_in(pod.meta.namespace_name);
    const auto top = context.facts.top_owner(pod);
    if (holder == nullptr) {
        finding.remedies.push_back({.text = "see which node has it", .command = "kubectl get volumeattachments"});
    } else if (is_down(context, holder->spec.node_name)) {
        finding.remedies.push_back({.text = format("look at node `{}`: the volume is released when it is back, or gone for good", holder->spec.node_name),
                                    .command = format("kubectl describe node {}", shell_quote(holder->spec.node_name))});
        finding.remedies.push_back({.text = "only if the node is switched off: delete the old pod by force, so that the volume is detached after six minutes",
                                    .command = format("{} delete pod {} --force --grace-period=0", in_namespace, shell_quote(holder->meta.name)), .risk = Risk::disruptive});
    } else if (const auto* owner = pod.meta.controller(); owner != nullptr && holder->meta.controller() != nullptr && owner->uid == holder->meta.controller()->uid) {
        finding.remedies.push_back({.text = "run one replica, give each its own claim (a StatefulSet's volumeClaimTemplates), or use a volume that many nodes can mount (ReadWriteMany)",
                                    .command = format("{} edit {}", in_namespace, kubectl_name(top)), .risk = Risk::disruptive});
    } else if (top.key() == context.facts.top_owner(*holder).key() && top.kind == kube::Deployment::k_kind) {
        finding.remedies.push_back({.text = "let the old pod end before the new one starts: strategy Recreate",
                                    .command = format("{} patch {} -p {}", in_namespace, kubectl_name(top), shell_quote(R"({"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}})")),
                                    .risk = Risk::disruptive});
    } else {
        finding.remedies.push_back({.text = "end the pod that has it, run both on one node, or use a volume that many nodes can mount (ReadWriteMany)",
                                    .command = format("{} get pods -o wide", in_namespace)});
    }
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& stalled : stalled_pods(context))
        for (const auto& failure : attach_failures(context, stalled)) {
            if (!failure.is_in_use) continue;
            const auto& pod = *stalled.pod;
            const auto* holder = holder_of(context, pod, failure.claim);
            const bool is_ending = holder != nullptr && holder->meta.deleted && !is_down(context, holder->spec.node_name);
            if (context.age(stalled.since) < (is_ending ? k_patience_with_ending : k_patience)) continue;
            Finding finding = begin(context, stalled, *failure.event);
            finding.discriminator = failure.volume;
            if (holder == nullptr && !contains(failure.event->message, "used by ")) finding.confidence = Confidence::likely;
            finding.title = format("{} is still attached to another node", failure.display());
            finding.cause = cause_of(context, failure, holder);
            finding.impact = format("the pod waits on node `{}` until it is released there", pod.spec.node_name);
            if (holder != nullptr) {
                finding.evidence.push_back({.text = format("pod {} on node {} uses it", holder->meta.name, holder->spec.node_name), .object = kube::ref_of(*holder), .path = ".spec.nodeName",
                                            .value = std::string(holder->spec.node_name)});
                finding.explained_by.push_back({.kind = "Node", .name = std::string(holder->spec.node_name)});
            }
            add_help(context, pod, holder, finding);
            sink.add(std::move(finding));
        }
}

} // namespace

extern const Rule k_volume_in_use{
    {.id = "KD4002", .name = "volume-in-use-elsewhere", .title = "a volume is still attached to another node", .category = "storage", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods, kube::Resource::events},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::persistentvolumeclaims, kube::Resource::nodes}, .precedence = 30,
     .doc = {.meaning = "A ReadWriteOnce volume is attached to another node, so it cannot be attached to the pod's.",
             .why_it_matters = "The new pod waits until the old one is gone and the volume is detached, which takes up to six minutes after a node failed.",
             .how_it_is_found = "An event FailedAttachVolume says Multi-Attach error, or waits for the detach, and none says that the volume was attached since; it is written only once. The pod that has the volume is the one on another node that uses the same claim.",
             .what_to_do = "End the pod that has the volume.\nFor a Deployment with one replica use the strategy Recreate.\nIf its node is gone, delete the old pod by force.",
             .false_positives = "none known",
             .see_also = "KD4005"}},
    check};

} // namespace kdiag::rules::waiting
