// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/stalled_pods.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

std::string sandbox_cause(std::string_view message) {
    const std::string words(message);
    if (contains(message, "no IP addresses available") || contains(message, "failed to allocate for range") || contains(message, "no available IP")) return "there are no free addresses left for pods on the node: " + words;
    if (contains(message, "no runtime for") || contains(message, "RuntimeHandler")) return "the runtime handler of the pod's RuntimeClass is not configured on the node: " + words;
    if (contains(message, "cni plugin not initialized") || contains(message, "network is not ready") || contains(message, "NetworkPluginNotReady")) return "the network plugin (CNI) of the node is not ready: " + words;
    return words;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& stalled : stalled_pods(context)) {
        const auto* event = newest_event(context, stalled, [](const kube::Event& candidate) { return candidate.reason == "FailedCreatePodSandBox" || candidate.reason == "NetworkNotReady"; });
        if (event == nullptr) continue;
        const auto& pod = *stalled.pod;
        const auto message = std::string_view(event->message);
        Finding finding = begin(context, stalled, *event);
        finding.title = format("the network of the pod cannot be set up on node `{}`", pod.spec.node_name);
        finding.cause = sandbox_cause(message);
        finding.shared = {.kind = "Node", .name = std::string(pod.spec.node_name)};
        finding.explained_by.push_back(finding.shared);
        finding.remedies.push_back({.text = "look at the network plugin's pods on this node", .command = format("kubectl get pods -A -o wide --field-selector spec.nodeName={}", shell_quote(pod.spec.node_name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_sandbox_failed{
    {.id = "KD1801", .name = "sandbox-creation-failed", .title = "the pod's sandbox or network cannot be made", .category = "container", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods, kube::Resource::events},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets}, .precedence = 30,
     .doc = {.meaning = "The container runtime cannot make the pod's sandbox: usually its network.",
             .why_it_matters = "No container of the pod starts; often no new pod of the node.",
             .how_it_is_found = "The pod has a node and no container runs, and a recent event FailedCreatePodSandBox or NetworkNotReady gives the reason.",
             .what_to_do = "Look at the network plugin (CNI) on the node.\nOut of addresses: enlarge the range or remove finished pods.\nFor a RuntimeClass check that its handler is configured on the node.",
             .false_positives = "A single failure that was followed by success.",
             .see_also = "KD5006"}},
    check};

} // namespace kdiag::rules::waiting
