// SPDX-License-Identifier: Apache-2.0
#include "rules/common/container_view.hpp"
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/network/policies.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/regex.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules::network {

namespace {

constexpr std::int64_t k_dns_port = 53;

/// A line that says that a name could not be looked up.
std::string lookup_failure(std::string_view log) {
    static const Regex failure(
        R"(no such host|name resolution|name or service not known|getaddrinfo|EAI_AGAIN|ENOTFOUND|could not resolve|)"
        R"(can't resolve|bad address|UnknownHostException|lookup .* i/o timeout|no servers could be reached)");
    std::string found;
    for (const auto line : split(log, '\n'))
        if (failure.found_in(line)) found = trim(line);
    return found;
}

bool allows_dns(const std::vector<const kube::NetworkPolicy*>& policies, const kube::Pod& pod) {
    return std::any_of(policies.begin(), policies.end(), [&](const kube::NetworkPolicy* policy) {
        const auto& rules = policy->spec.egress;
        return std::any_of(rules.begin(), rules.end(), [&](const auto& rule) { return covers(rule, pod, k_dns_port, "UDP"); });
    });
}

void report(const ContainerView& view, const std::string& line, const std::vector<const kube::NetworkPolicy*>& policies,
            FindingSink& sink) {
    const kube::Pod& pod = *view.pod;
    const auto& policy = *policies.front();
    Finding finding;
    finding.subject = ref_of(view);
    finding.confidence = Confidence::likely;
    finding.first_seen = policy.meta.created;
    if (policies.size() == 1) finding.shared = kube::ref_of(policy);
    finding.title = format("{} cannot look up names: network policy allows no DNS", view.display());
    finding.cause = format("{} isolates the pod for outgoing traffic, and no rule allows port 53 over UDP", kube::ref_of(policy).display());
    finding.evidence.push_back({.type = EvidenceType::log, .text = line});
    for (const auto* other : policies)
        finding.evidence.push_back(field_evidence(
            ".spec.egress", other->spec.egress.empty() ? "[]" : "",
            format("{} selects {} and allows no DNS", kube::ref_of(*other).display(), selected_words(*other)), kube::ref_of(*other)));
    finding.impact = "the program reaches nothing by name";
    const std::string allow = format(R"([{{"op":"add","path":"/spec/egress/-","value":{{"to":[{{"namespaceSelector":{{"matchLabels":)"
                                     R"({{"kubernetes.io/metadata.name":"kube-system"}}}}}}],"ports":[{{"port":53,"protocol":"UDP"}},)"
                                     R"({{"port":53,"protocol":"TCP"}}]}}}}])");
    if (!policy.spec.egress.empty())
        finding.remedies.push_back({.text = "allow DNS to kube-system, over UDP and TCP",
                                    .command = format("{} patch networkpolicy {} --type=json -p {}", kubectl_in(pod.meta.namespace_name),
                                                      shell_quote(policy.meta.name), shell_quote(allow)),
                                    .risk = Risk::change});
    finding.remedies.push_back(
        {.text = "see what the policy allows",
         .command = format("{} describe networkpolicy {}", kubectl_in(pod.meta.namespace_name), shell_quote(policy.meta.name))});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    if (context.facts.all<kube::NetworkPolicy>().empty()) return;
    const Policies policies(context.facts);
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted || pod.status.phase == "Succeeded" || is_ready(pod)) continue;
        const auto isolating = policies.isolating(pod, "Egress");
        if (isolating.empty() || allows_dns(isolating, pod)) continue;
        for (const auto& view : containers_of(pod)) {
            const auto* log = context.facts.log_of(pod, view.spec->name);
            if (log == nullptr) continue;
            const std::string line = lookup_failure(log->text);
            if (line.empty()) continue;
            report(view, line, isolating, sink);
            break;
        }
    }
}

} // namespace

extern const Rule k_dns_egress_blocked{
    {.id = "KD3203",
     .name = "dns-egress-blocked",
     .title = "a network policy keeps pods from looking up names",
     .category = "network",
     .scenario = Scenario::running_but_broken,
     .stage = Stage::object,
     .severity = Severity::error,
     .needs = {kube::Resource::networkpolicies, kube::Resource::pods, kube::Resource::logs},
     .uses = {kube::Resource::replicasets},
     .precedence = 40,
     .doc = {.meaning =
                 "Network policies isolate a pod for outgoing traffic without allowing DNS, and the pod says that it cannot look up names.",
             .why_it_matters =
                 "A program that cannot look up names reaches no Service and nothing outside, and mostly ends or never becomes ready.",
             .how_it_is_found =
                 "A policy for egress selects a pod that is not ready, no rule of any policy allows port 53 over UDP, and the log of "
                 "one of its containers tells of a failed lookup. Without such a line nothing is said: not every pod needs names.",
             .what_to_do = "Allow UDP and TCP port 53 to the DNS pods in kube-system.\nAllow the traffic that follows the lookup too.",
             .false_positives = "A name that does not exist, in a pod that uses a DNS server on its node.",
             .see_also = "KD3006 KD3201"}},
    check};

} // namespace kdiag::rules::network
