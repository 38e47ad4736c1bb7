// SPDX-License-Identifier: Apache-2.0
#include "rules/common/workload_templates.hpp"

#include "kube/selector.hpp"

namespace kdiag::rules {

WorkloadTemplates::WorkloadTemplates(const facts::Snapshot& facts) {
    const auto add_all = [&]<class T>(const facts::Objects<T>& objects, auto replicas_of) {
        for (const auto& object : objects) add(object.meta, kube::ref_of(object), replicas_of(object), object.spec.pod_template.meta.labels);
    };
    const auto wanted = [](const auto& object) { return object.spec.replicas.value_or(1); };
    add_all(facts.all<kube::Deployment>(), wanted);
    add_all(facts.all<kube::StatefulSet>(), wanted);
    add_all(facts.all<kube::DaemonSet>(), [](const auto& object) { return object.status.desired_number_scheduled; });
    for (const auto& object : facts.all<kube::ReplicaSet>())
        if (object.meta.controller() == nullptr) add(object.meta, kube::ref_of(object), wanted(object), object.spec.pod_template.meta.labels);
    for (const auto& object : facts.all<kube::CronJob>()) add(object.meta, kube::ref_of(object), 0, object.spec.job_template.spec.pod_template.meta.labels);
    for (const auto& object : facts.all<kube::Job>())
        if (object.meta.controller() == nullptr) add(object.meta, kube::ref_of(object), 0, object.spec.pod_template.meta.labels);
}

void WorkloadTemplates::add(const kube::ObjectMeta& meta, kube::ObjectRef ref, std::int64_t replicas, const kube::TextMap& labels) {
    if (meta.deleted) return;
    const std::size_t place = m_templates.size();
    m_templates.push_back({std::move(ref), replicas, &labels});
    m_in_namespace[meta.namespace_name].push_back(place);
    for (const auto& [key, value] : labels) m_with_label[{meta.namespace_name, key, value}].push_back(place);
}

/// The shortest list that holds all that match; null when none does.
const WorkloadTemplates::Places* WorkloadTemplates::rarest(std::string_view namespace_name, const kube::TextMap& selector) const {
    const auto all = m_in_namespace.find(namespace_name);
    if (all == m_in_namespace.end()) return nullptr;
    const Places* rarest = &all->second;
    for (const auto& [key, value] : selector) {
        const auto found = m_with_label.find({namespace_name, key, value});
        if (found == m_with_label.end()) return nullptr;
        if (found->second.size() < rarest->size()) rarest = &found->second;
    }
    return rarest;
}

std::vector<MatchingWorkload> WorkloadTemplates::matching(std::string_view namespace_name, const kube::TextMap& selector) const {
    std::vector<MatchingWorkload> found;
    const Places* places = rarest(namespace_name, selector);
    if (places == nullptr) return found;
    for (const auto place : *places) {
        const auto& one = m_templates[place];
        if (kube::matches(selector, *one.labels)) found.push_back({one.ref, one.replicas});
    }
    return found;
}

const WorkloadTemplates& workload_templates(const RuleContext& context) {
    return context.once<WorkloadTemplates>([](const RuleContext& own) { return WorkloadTemplates(own.facts); });
}

} // namespace kdiag::rules
