// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/service_ports.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/network/probed_ports.hpp"
#include "rules/network/service_report.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <map>

namespace kdiag::rules::network {

namespace {

/// The pods of one workload among those that a Service selects.
struct Group {
    kube::ObjectRef owner;
    const kube::Pod* pod = nullptr;
    std::size_t ready = 0;
    bool serves = false; ///< declares or probes the port
};

std::vector<Group> groups_of(const RuleContext& context, const std::vector<const kube::Pod*>& pods, const kube::ServicePort& port) {
    std::map<std::string, Group> groups;
    for (const auto* pod : pods) {
        auto owner = context.facts.top_owner(*pod);
        auto& group = groups[owner.key()];
        group.owner = std::move(owner);
        group.pod = pod;
        if (is_ready(*pod)) ++group.ready;
        group.serves = group.serves || declares(pod->spec, port) || is_probed(pod->spec, target_number(pod->spec, port));
    }
    std::vector<Group> list;
    for (auto& [key, group] : groups) list.push_back(std::move(group));
    return list;
}

void report(const kube::Service& service, std::size_t index, const Group& serving, const std::vector<const Group*>& foreign,
            std::size_t ready, FindingSink& sink) {
    const std::string selector = kube::show(service.spec.selector), target = target_text(service.spec.ports[index]);
    std::size_t stray = 0;
    std::vector<std::string> names;
    for (const auto* group : foreign) {
        stray += group->ready;
        names.push_back(group->owner.display());
    }
    Finding finding;
    finding.subject = kube::ref_of(service);
    finding.discriminator = target;
    finding.confidence = Confidence::likely;
    finding.first_seen = service.meta.created;
    finding.title =
        format("{} also selects the pods of {}, which do not serve its port {}", finding.subject.display(), list_some(names), target);
    finding.cause =
        format("the selector `{}` matches the pods of {} and of {}; {} of {} endpoints get requests on a port that probably nothing "
               "listens on",
               selector, serving.owner.display(), list_some(names), stray, ready);
    finding.evidence.push_back(field_evidence(".spec.selector", selector, format("selector {}", selector)));
    finding.evidence.push_back(field_evidence(format(".spec.ports[{}].targetPort", index), target,
                                              format("targetPort {} is declared by {}", target, serving.owner.display())));
    for (const auto* group : foreign)
        finding.evidence.push_back(field_evidence(".spec.containers[*].ports[*].containerPort", show_declared(group->pod->spec),
                                                  format("{} declares ports: {}", group->pod->meta.name, show_declared(group->pod->spec)),
                                                  kube::ref_of(*group->pod)));
    finding.impact = "a part of the requests fails";
    for (const auto& [key, value] : serving.pod->meta.labels) {
        const auto* other = foreign.front()->pod;
        if (kube::value_of(other->meta.labels, key) == value || key == "pod-template-hash" || key == "controller-revision-hash") continue;
        finding.remedies.push_back({.text = "narrow the selector to the pods that serve",
                                    .command = format("{} set selector {} {}", kubectl_in(service.meta.namespace_name),
                                                      kubectl_name(finding.subject), shell_quote(format("{},{}={}", selector, key, value))),
                                    .risk = Risk::change});
        break;
    }
    finding.remedies.push_back(
        {.text = "see which pods are selected",
         .command = format("{} get pods -l {} --show-labels", kubectl_in(service.meta.namespace_name), shell_quote(selector))});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& service : context.facts.all<kube::Service>()) {
        if (service.meta.deleted || service.spec.cluster_ip == "None") continue;
        const auto& state = state_of(context, service);
        if (state.pods.size() < 2) continue;
        for (std::size_t i = 0; i < service.spec.ports.size(); ++i) {
            if (service.spec.ports[i].target_port.is_text()) continue; // pods without a port of the name get no requests
            const Group* serving = nullptr;
            std::vector<const Group*> foreign;
            const auto groups = groups_of(context, state.pods, service.spec.ports[i]);
            for (const auto& group : groups) {
                if (group.serves)
                    serving = &group;
                else if (group.ready > 0)
                    foreign.push_back(&group);
            }
            if (serving == nullptr || foreign.empty()) continue;
            report(service, i, *serving, foreign, state.ready, sink);
            break; // one port tells the whole story
        }
    }
}

} // namespace

extern const Rule k_service_selects_foreign_pods{
    {.id = "KD3009",
     .name = "service-selects-foreign-pods",
     .title = "a Service also selects pods that do not serve its port",
     .category = "network",
     .scenario = Scenario::running_but_broken,
     .stage = Stage::service,
     .severity = Severity::error,
     .needs = {kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets,
              kube::Resource::endpointslices},
     .precedence = 40,
     .doc = {.meaning = "The selector of a Service is so wide that it matches pods of another workload too, which do not serve its port.",
             .why_it_matters = "A part of the requests goes to the wrong pods and fails, now and then and without a pattern.",
             .how_it_is_found =
                 "The selected pods belong to several workloads. Those of one declare the numeric target port or are probed on "
                 "it, ready pods of another neither declare nor probe it. With a named target port such pods get no requests.",
             .what_to_do = "Add a label to the selector that only the serving pods have.",
             .false_positives = "A workload that listens on the port without declaring it.",
             .see_also = "KD3001 KD3002"}},
    check};

} // namespace kdiag::rules::network
