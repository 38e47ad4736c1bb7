// SPDX-License-Identifier: Apache-2.0
#include "rules/families.hpp"

#include <array>

namespace kdiag::rules {

namespace readiness {

extern const Rule k_probe_refused;
extern const Rule k_readiness_probe_missing;
extern const Rule k_probe_port_undeclared;
extern const Rule k_probe_timeout;
extern const Rule k_probe_status;
extern const Rule k_probe_exec;
extern const Rule k_probe_errored;
extern const Rule k_probe_parameters;
extern const Rule k_readiness_gate;
extern const Rule k_running_not_ready;
extern const Rule k_unknown_field;

} // namespace readiness

RuleList readiness_rules() {
    static const std::array rules = {
        &readiness::k_probe_refused,
        &readiness::k_readiness_probe_missing,
        &readiness::k_probe_port_undeclared,
        &readiness::k_probe_timeout,
        &readiness::k_probe_status,
        &readiness::k_probe_exec,
        &readiness::k_probe_errored,
        &readiness::k_probe_parameters,
        &readiness::k_readiness_gate,
        &readiness::k_running_not_ready,
        &readiness::k_unknown_field,
    };
    return rules;
}

} // namespace kdiag::rules
