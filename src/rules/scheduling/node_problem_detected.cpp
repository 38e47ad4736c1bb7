// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/node_report.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::scheduling {

namespace {

struct Problem {
    std::string_view condition, words;
};
/// Conditions of the node problem detector for which True is bad. Of an unknown condition nobody can say what True means.
constexpr Problem k_problems[] = {
    {"KernelDeadlock", "its kernel is in a deadlock"},
    {"ReadonlyFilesystem", "a file system has become read-only, usually after errors of the disk"},
    {"XfsShutdown", "an XFS file system has shut down after errors"},
    {"CperHardwareErrorFatal", "its hardware reports a fatal error"},
    {"CorruptDockerOverlay2", "the overlay2 store of Docker is corrupt"},
    {"KubeletUnhealthy", "its kubelet does not answer its health check"},
    {"ContainerRuntimeUnhealthy", "its container runtime does not answer its health check"},
    {"FrequentKubeletRestart", "its kubelet restarts again and again"},
    {"FrequentContainerdRestart", "containerd restarts again and again"},
    {"FrequentDockerRestart", "Docker restarts again and again"},
    {"FrequentUnregisterNetDevice", "network devices are stuck while being removed"},
};

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& node : context.facts.all<kube::Node>()) {
        if (is_leaving(node) || !concerns_scope(context.facts, node)) continue;
        for (const auto& problem : k_problems) {
            const auto* condition = kube::find_condition(node.status.conditions, problem.condition);
            if (!condition || condition->status != "True") continue;
            Finding finding = begin_node_finding(node, *condition);
            finding.discriminator = problem.condition;
            finding.title = format("node `{}` has a problem: {}", node.meta.name, problem.condition);
            finding.cause = condition->message.empty() ? std::string(problem.words) : format("{}: {}", problem.words, condition->message);
            finding.impact = "what runs on the node may hang or fail in ways that look like faults of the application";
            finding.remedies.push_back(
                {"keep new pods away from it", format("kubectl cordon {}", shell_quote(node.meta.name)), Risk::change});
            finding.remedies.push_back({"then empty it and repair or replace it",
                                        format("kubectl drain {} --ignore-daemonsets --delete-emptydir-data", shell_quote(node.meta.name)),
                                        Risk::disruptive});
            sink.add(std::move(finding));
        }
    }
}

} // namespace

extern const Rule k_node_problem_detected{
    {.id = "KD5007",
     .name = "node-problem-detected",
     .title = "the node problem detector reports a fault of the machine",
     .category = "node",
     .scenario = Scenario::other,
     .stage = Stage::infrastructure,
     .severity = Severity::error,
     .needs = {kube::Resource::nodes},
     .uses = {kube::Resource::pods, kube::Resource::daemonsets},
     .precedence = 42,
     .doc = {.meaning = "A condition that the node problem detector sets is True: a deadlock of the kernel, a read-only file system, "
                        "broken hardware, or a kubelet or runtime that keeps restarting.",
             .why_it_matters = "The node may still count as ready while its pods hang or fail.",
             .how_it_is_found = "The status of the well-known conditions of the node problem detector is True. Conditions of unknown types "
                                "are left alone, because True may mean that all is well.",
             .what_to_do = "Cordon the node.\nDrain it, and repair or replace the machine.",
             .see_also = "KD5001"}},
    check};

} // namespace kdiag::rules::scheduling
