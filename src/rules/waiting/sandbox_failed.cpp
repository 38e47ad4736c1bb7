// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/sandbox_error.hpp"
#include "rules/waiting/stalled_pods.hpp"
#include "util/format.hpp"

#include <algorithm>
#include <array>

namespace kdiag::rules::waiting {

namespace {

constexpr auto k_reasons =
    std::to_array<kube::Text>({"FailedCreatePodSandBox", "NetworkNotReady", "FailedCreatePodContainer", "FailedPrepareDynamicResources"});
/// One failure while a network plugin starts is usual.
constexpr Duration k_patience = Duration::minutes(1);

void add_help(const kube::Pod& pod, const SandboxError& error, Finding& finding) {
    const std::string node = shell_quote(pod.spec.node_name);
    if (error.scope == SandboxScope::runtime_class && !pod.spec.runtime_class_name.empty())
        finding.remedies.push_back(
            {.text = error.help, .command = format("kubectl get runtimeclass {} -o yaml", shell_quote(pod.spec.runtime_class_name))});
    else if (error.scope == SandboxScope::pod)
        finding.remedies.push_back({.text = error.help, .risk = Risk::change});
    else if (error.of_network || error.name == "resource-claim")
        finding.remedies.push_back(
            {.text = error.help, .command = format("kubectl get pods -A -o wide --field-selector spec.nodeName={}", node)});
    else
        finding.remedies.push_back({.text = error.help, .command = format("kubectl describe node {}", node)});
}

void report(const RuleContext& context, const StalledPod& stalled, const kube::Event& event, FindingSink& sink) {
    const auto& pod = *stalled.pod;
    const auto error = read_sandbox_error(pod, event.reason, event.message);
    Finding finding = begin(context, stalled, event);
    finding.title = format("the {} of the pod cannot be {} on node `{}`", error.of_network ? "network" : "sandbox",
                           error.of_network ? "set up" : "made", pod.spec.node_name);
    finding.cause = error.cause;
    finding.discriminator = error.name;
    if (error.scope == SandboxScope::runtime_class && !pod.spec.runtime_class_name.empty())
        finding.shared = {.kind = "RuntimeClass", .name = std::string(pod.spec.runtime_class_name)};
    if (error.scope == SandboxScope::node) {
        finding.shared = {.kind = "Node", .name = std::string(pod.spec.node_name)};
        finding.explained_by.push_back(finding.shared);
    }
    add_help(pod, error, finding);
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& stalled : stalled_pods(context)) {
        const auto fits = [](const kube::Event& candidate) {
            return std::find(k_reasons.begin(), k_reasons.end(), candidate.reason) != k_reasons.end();
        };
        const auto failure = newest_failure(context, stalled, fits, Step::sandbox);
        if (failure.event == nullptr) continue;
        const bool lasting = failure.count >= 2 || context.age(failure.since) >= k_patience || context.age(stalled.since) >= k_patience;
        if (lasting) report(context, stalled, *failure.event, sink);
    }
}

} // namespace

extern const Rule k_sandbox_failed{
    {.id = "KD1801",
     .name = "sandbox-creation-failed",
     .title = "the pod's sandbox or network cannot be made",
     .category = "container",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods, kube::Resource::events},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets},
     .precedence = 30,
     .doc = {.meaning = "The container runtime cannot make the pod's sandbox: usually its network.",
             .why_it_matters = "No container of the pod starts; often no new pod of the node.",
             .how_it_is_found =
                 "The pod has a node and no container runs, and a recent event FailedCreatePodSandBox, NetworkNotReady, "
                 "FailedCreatePodContainer or FailedPrepareDynamicResources gives the reason. A failure that was followed by a pull or a "
                 "start, or a single one within the first minute, is left out. Several workloads on one node with the same trouble are "
                 "one finding.",
             .what_to_do =
                 "Look at the network plugin (CNI) on the node.\nOut of addresses: enlarge the range or remove finished pods.\nFor a "
                 "RuntimeClass check that its handler is configured on the node.",
             .false_positives = "A network plugin that is being updated.",
             .see_also = "KD5006"}},
    check};

} // namespace kdiag::rules::waiting
