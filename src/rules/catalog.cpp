// SPDX-License-Identifier: Apache-2.0
#include "rules/catalog.hpp"

#include "rules/families.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules {

std::span<const Rule* const> catalog() {
    static const std::vector<const Rule*> rules = [] {
        std::vector<const Rule*> all;
        for (const RuleList family : {scheduling_rules(), waiting_rules(), crash_rules(), readiness_rules(), lifecycle_rules(), workload_rules(), network_rules()})
            all.insert(all.end(), family.begin(), family.end());
        std::sort(all.begin(), all.end(), [](const Rule* a, const Rule* b) { return a->info.id < b->info.id; });
        return all;
    }();
    return rules;
}

const Rule* find_rule(std::string_view id_or_name) {
    const std::string lower = to_lower(id_or_name);
    for (const Rule* rule : catalog())
        if (lower == to_lower(rule->info.id) || lower == rule->info.name) return rule;
    return nullptr;
}

} // namespace kdiag::rules
