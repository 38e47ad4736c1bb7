// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/service_state.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <map>

namespace kdiag::rules::network {

namespace {

bool declares(const kube::Pod& pod, const kube::IntOrString& target, std::int64_t port) {
    for (const auto* containers : {&pod.spec.containers, &pod.spec.init_containers})
        for (const auto& container : *containers)
            for (const auto& declared : container.ports)
                if (target.is_text() ? declared.name == target.text : declared.container_port == (target.set ? target.number : port)) return true;
    return false;
}

struct Group {
    kube::ObjectRef owner;
    std::size_t pods = 0, declaring = 0;
};

std::map<std::string, Group> groups_of(const RuleContext& context, const std::vector<const kube::Pod*>& pods, const kube::ServicePort& port) {
    std::map<std::string, Group> groups;
    for (const auto* pod : pods) {
        auto owner = context.facts.top_owner(*pod);
        auto& group = groups[owner.key()];
        group.owner = std::move(owner);
        ++group.pods;
        if (declares(*pod, port.target_port, port.port)) ++group.declaring;
    }
    return groups;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& service : context.facts.all<kube::Service>()) {
        if (service.spec.ports.empty() || service.spec.cluster_ip == "None") continue;
        const auto state = state_of(context.facts, service);
        const auto groups = groups_of(context, state.pods, service.spec.ports.front());
        if (groups.size() < 2) continue;
        const Group* serving = nullptr;
        std::vector<const Group*> foreign;
        for (const auto& [key, group] : groups) {
            if (group.declaring > 0) serving = &group;
            else foreign.push_back(&group);
        }
        if (serving == nullptr || foreign.empty()) continue;
        std::size_t stray = 0;
        std::vector<std::string> names;
        for (const auto* group : foreign) {
            stray += group->pods;
            names.push_back(group->owner.display());
        }
        const auto& port = service.spec.ports.front();
        Finding finding;
        finding.subject = kube::ref_of(service);
        finding.confidence = Confidence::likely;
        finding.first_seen = service.meta.created;
        finding.title = format("{} also selects the pods of {}, which do not declare its port", finding.subject.display(), list_some(names));
        finding.cause = format("the selector `{}` matches the pods of {} and of {}; {} of {} endpoints get requests on a port that probably nothing listens on", kube::show(service.spec.selector), serving->owner.display(), list_some(names), stray, state.pods.size());
        finding.evidence.push_back({.text = format("selector {}", kube::show(service.spec.selector)), .path = ".spec.selector", .value = kube::show(service.spec.selector)});
        finding.evidence.push_back({.type = EvidenceType::derived, .text = format("targetPort {} is declared by {}, not by {}", port.target_port.is_text() ? std::string(port.target_port.text) : std::to_string(port.target_port.set ? port.target_port.number : port.port), serving->owner.display(), list_some(names)), .path = ".spec.ports[0].targetPort"});
        finding.impact = "a part of the requests fails";
        finding.remedies.push_back({.text = "narrow the selector to the pods that serve", .command = format("{} edit service {}", kubectl_in(service.meta.namespace_name), shell_quote(service.meta.name)), .risk = Risk::change});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_service_selects_foreign_pods{
    {.id = "KD3009", .name = "service-selects-foreign-pods", .title = "a Service also selects pods that do not serve its port", .category = "network", .scenario = Scenario::running_but_broken, .stage = Stage::service,
     .severity = Severity::error, .needs = {kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets}, .precedence = 40,
     .doc = {.meaning = "The selector of a Service is so wide that it matches the pods of another workload too, which do not serve its port.",
             .why_it_matters = "A part of the requests goes to the wrong pods and fails.",
             .how_it_is_found = "The selected pods belong to several workloads; those of one declare the target port, those of another do not.",
             .what_to_do = "Add a label to the selector that only the serving pods have.",
             .false_positives = "A workload that listens on the port without declaring it.",
             .see_also = "KD3001 KD3002"}},
    check};

} // namespace kdiag::rules::network
