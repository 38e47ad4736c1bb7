// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <map>
#include <string_view>
#include <tuple>
#include <vector>

namespace kdiag::rules {

/// A workload whose pods a selector would match, and its replicas.
struct MatchingWorkload {
    kube::ObjectRef ref;
    std::int64_t replicas = 0;
};

/// The labels that workloads give their pods, found by namespace and label: a Service is compared with those few that share one with it.
class WorkloadTemplates {
public:
    explicit WorkloadTemplates(const facts::Snapshot& facts);

    /// Workloads whose template a selector matches. A CronJob or Job counts with 0 replicas: its pods come and go.
    std::vector<MatchingWorkload> matching(std::string_view namespace_name, const kube::TextMap& selector) const;

private:
    struct Template {
        kube::ObjectRef ref;
        std::int64_t replicas;
        const kube::TextMap* labels;
    };
    using Places = std::vector<std::size_t>; ///< in m_templates
    void add(const kube::ObjectMeta& meta, kube::ObjectRef ref, std::int64_t replicas, const kube::TextMap& labels);
    const Places* rarest(std::string_view namespace_name, const kube::TextMap& selector) const;

    std::vector<Template> m_templates;
    std::map<std::string_view, Places> m_in_namespace;
    std::map<std::tuple<std::string_view, std::string_view, std::string_view>, Places> m_with_label;
};

/// Those of the snapshot, indexed by the first rule that asks.
const WorkloadTemplates& workload_templates(const RuleContext& context);

} // namespace kdiag::rules
