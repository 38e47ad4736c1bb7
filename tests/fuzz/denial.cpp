// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "rules/workload/denial.hpp"

namespace kdiag::fuzz {

void fuzz_denial(std::string_view bytes) {
    const auto denial = rules::workload::find_denial(bytes);
    if (!denial) return;
    promise(holds(bytes, denial->line) && denial->line.find('\n') == std::string::npos, "the line is none of the log's");
    for (const std::string* part : {&denial->account_namespace, &denial->account, &denial->verb, &denial->resource}) {
        promise(!part->empty(), "a refusal without one of its parts");
        promise(holds(denial->line, *part), "a part that the line does not hold");
    }
    promise(holds(denial->line, denial->group) && holds(denial->line, denial->namespace_name), "a part that the line does not hold");
    promise(rules::workload::find_denial(denial->line).has_value(), "the line alone is no refusal");
    promise(rules::workload::find_denial(std::string(bytes) + "\nnothing\n")->line == denial->line, "a later line changes what was found");
}

Seeds seeds_denial() {
    return {
        "E0301 12:00:00 pods is forbidden: User \"system:serviceaccount:shop:api\" cannot list resource \"pods\" in API group \"\" in the namespace \"shop\"\n",
        "{\"level\":\"error\",\"msg\":\"deployments.apps is forbidden: User \\\"system:serviceaccount:shop:api\\\" cannot watch resource \\\"deployments\\\" in API group \\\"apps\\\" at the cluster scope\"}",
        "first line\nsecrets \"x\" is forbidden: User \"system:serviceaccount:shop:api\" cannot get resource \"secrets\" in API group \"\" in the namespace \"other\"\nlast line",
        "is forbidden: User",
    };
}

} // namespace kdiag::fuzz
