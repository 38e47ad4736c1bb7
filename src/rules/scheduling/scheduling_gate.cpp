// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/youth.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "util/format.hpp"

namespace kdiag::rules::scheduling {

namespace {

constexpr Duration k_usual_hold = Duration::seconds(15), k_patience = Duration::minutes(10);

bool is_a_queue(std::string_view gate) {
    return gate.starts_with("kueue.x-k8s.io/");
}

void check(const RuleContext& context, FindingSink& sink) {
    const auto waiting = unscheduled_pods(context, {Constraint::gate});
    for (const Unscheduled& pod : waiting) {
        const auto& gates = pod.pod->spec.scheduling_gates;
        const std::string gate = gates.empty() ? std::string() : std::string(gates.front().name);
        const bool long_held = context.age(pod.pod->meta.created) >= k_patience;
        Finding finding = begin_finding(context, pod);
        const bool is_usual = is_a_queue(gate) || is_younger(context, pod.pod->meta.created, k_usual_hold);
        finding.severity = is_usual ? Severity::info : Severity::warning;
        if (!is_usual && !long_held) finding.confidence = Confidence::possible;
        finding.title =
            gate.empty() ? "pod is held back by a scheduling gate" : format("pod is held back by the scheduling gate `{}`", gate);
        finding.cause = format("{} in spec.schedulingGates; the scheduler does not look at the pod until a controller removes it{}",
                               gate.empty() ? std::string("a gate stands") : format("`{}` stands", gate),
                               is_a_queue(gate) ? ", which Kueue does when the quota of the queue allows"
                               : long_held      ? ", and nobody has for a long time"
                                                : "");
        finding.evidence.push_back(field(".spec.schedulingGates[0].name", gate, format("scheduling gate {}", gate)));
        finding.impact = "the pod waits; more nodes would not help";
        if (is_a_queue(gate))
            finding.remedies.push_back({"see what the queue waits for",
                                        format("{} get workloads.kueue.x-k8s.io", kubectl_in(pod.pod->meta.namespace_name)), Risk::read});
        else
            finding.remedies.push_back({"look after the controller that owns the gate",
                                        format("{} get pod {} -o jsonpath='{{.spec.schedulingGates}}'",
                                               kubectl_in(pod.pod->meta.namespace_name), shell_quote(pod.pod->meta.name)),
                                        Risk::read});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_scheduling_gate{
    {.id = "KD1204",
     .name = "scheduling-gate",
     .title = "a scheduling gate holds a pod back",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::info,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::nodes},
     .precedence = 50,
     .doc =
         {.meaning =
              "spec.schedulingGates of the pod is not empty, so the scheduler leaves the pod alone until a controller removes the gates.",
          .why_it_matters = "This is how queues such as Kueue hold work back on purpose. When the controller that owns the gate does not "
                            "run, the pod waits for ever.",
          .how_it_is_found = "The PodScheduled condition has the reason SchedulingGated; there are no FailedScheduling events in this "
                             "state. Gates of Kueue are information; another gate is a warning after 15 seconds, and one that nobody seems "
                             "to remove after ten "
                             "minutes.",
          .what_to_do = "Find the controller that owns the gate and see why it waits.\nAdding nodes does not help.",
          .see_also = "KD1211"}},
    check};

} // namespace kdiag::rules::scheduling
