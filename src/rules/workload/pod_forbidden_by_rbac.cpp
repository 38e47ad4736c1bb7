// SPDX-License-Identifier: Apache-2.0
#include "rules/common/container_view.hpp"
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/rule.hpp"
#include "rules/workload/denial.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

bool is_in_trouble(const ContainerView& view) {
    if (view.status == nullptr) return false;
    return !view.status->ready || view.status->state.waiting || view.status->restart_count > 0;
}

Finding finding_of(const RuleContext& context, const ContainerView& view, const Denial& denial) {
    const bool ends = view.last_end() != nullptr && view.last_end()->exit_code != 0;
    const std::string where =
        denial.namespace_name.empty() ? std::string("in the whole cluster") : format("in namespace {}", denial.namespace_name);
    Finding finding;
    finding.subject = ref_of(view);
    finding.severity = ends ? severity_of_lost_pod(context.facts, *view.pod) : Severity::warning;
    finding.confidence = ends ? Confidence::likely : Confidence::possible; // many programs go on after a refusal
    finding.discriminator = format("{}/{}", denial.verb, denial.resource);
    finding.title = format("{} may not {} {}: RBAC forbids it", view.display(), denial.verb, denial.resource);
    finding.cause = format("{}ServiceAccount {} of namespace {} has no role that allows it to {} {} {}",
                           ends ? "" : "probably this: ", denial.account, denial.account_namespace, denial.verb, denial.resource, where);
    finding.evidence.push_back({.type = EvidenceType::log, .text = denial.line});
    finding.evidence.push_back(
        field_evidence(".spec.serviceAccountName", denial.account, format("runs as ServiceAccount {}", denial.account)));
    if (const auto* end = view.last_end())
        finding.evidence.push_back(
            field_evidence(view.status_path("lastState"), std::to_string(end->exit_code), format("last {}", exit_words(*end))));
    const std::string role = denial.account + "-" + denial.resource;
    const std::string target = denial.group.empty() ? denial.resource : denial.resource + "." + denial.group;
    const bool cluster = denial.namespace_name.empty();
    finding.remedies.push_back(
        {.text = "make a role that allows just this",
         .command = format("{} create {} {} --verb={} --resource={}", kubectl_in(denial.namespace_name), cluster ? "clusterrole" : "role",
                           shell_quote(role), shell_quote(denial.verb), shell_quote(target)),
         .risk = Risk::change});
    finding.remedies.push_back(
        {.text = "and give it to the service account",
         .command = format("{} create {} {} --{}={} --serviceaccount={}", kubectl_in(denial.namespace_name),
                           cluster ? "clusterrolebinding" : "rolebinding", shell_quote(role), cluster ? "clusterrole" : "role",
                           shell_quote(role), shell_quote(denial.account_namespace + ":" + denial.account)),
         .risk = Risk::change});
    return finding;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& log : context.facts.logs()) {
        const auto denial = find_denial(log.text);
        const auto* pod = context.facts.find<kube::Pod>(log.namespace_name, log.pod);
        if (!denial || pod == nullptr || pod->meta.deleted) continue;
        for (const auto& view : containers_of(*pod))
            if (view.spec->name == log.container && is_in_trouble(view)) sink.add(finding_of(context, view, *denial));
    }
}

} // namespace

extern const Rule k_pod_forbidden_by_rbac{
    {.id = "KD6002",
     .name = "pod-forbidden-by-rbac",
     .title = "a program may not do what it asks of the API server",
     .category = "access",
     .scenario = Scenario::crash_loop,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods, kube::Resource::logs},
     .uses = {kube::Resource::replicasets},
     .precedence = 45,
     .doc =
         {.meaning = "A program asks something of the API server that the roles of its ServiceAccount don't allow.",
          .why_it_matters = "Controllers and operators end or do nothing without it.",
          .how_it_is_found =
              "The log of a container that is not ready or was restarted quotes the refusal: `is forbidden: User "
              "system:serviceaccount:NAMESPACE:NAME cannot VERB resource`. It is likely the cause when the container ends with an "
              "error, and possible otherwise, as many programs go on without.",
          .what_to_do =
              "Create a Role or ClusterRole that allows what is named, and bind it to the ServiceAccount.\nCheck that the pod runs as the "
              "ServiceAccount that was meant.",
          .false_positives = "A program that ends for another reason after a refusal that it can live with.",
          .see_also = "KD6001"}},
    check};

} // namespace kdiag::rules::workload
