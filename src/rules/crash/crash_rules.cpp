// SPDX-License-Identifier: Apache-2.0
#include "rules/families.hpp"

#include <array>

namespace kdiag::rules {

namespace crash {

extern const Rule k_crash_loop;
extern const Rule k_frequent_restarts;
extern const Rule k_container_oom_killed;
extern const Rule k_child_oom_killed;
extern const Rule k_command_not_found;
extern const Rule k_command_permission_denied;
extern const Rule k_exec_format_error;
extern const Rule k_completes_again_and_again;
extern const Rule k_killed_by_liveness_probe;
extern const Rule k_killed_by_startup_probe;
extern const Rule k_lifecycle_hook_failed;
extern const Rule k_dependency_unreachable;
extern const Rule k_read_only_filesystem;
extern const Rule k_port_in_use;
extern const Rule k_configuration_rejected;
extern const Rule k_permission_denied;
extern const Rule k_out_of_disk;
extern const Rule k_refused_by_dependency;
extern const Rule k_missing_file;
extern const Rule k_liveness_kills_slow_start;
extern const Rule k_init_container_failing;
extern const Rule k_init_container_waits;

} // namespace crash

RuleList crash_rules() {
    static const std::array rules = {
        &crash::k_crash_loop,
        &crash::k_frequent_restarts,
        &crash::k_container_oom_killed,
        &crash::k_child_oom_killed,
        &crash::k_command_not_found,
        &crash::k_command_permission_denied,
        &crash::k_exec_format_error,
        &crash::k_completes_again_and_again,
        &crash::k_killed_by_liveness_probe,
        &crash::k_killed_by_startup_probe,
        &crash::k_lifecycle_hook_failed,
        &crash::k_dependency_unreachable,
        &crash::k_read_only_filesystem,
        &crash::k_port_in_use,
        &crash::k_configuration_rejected,
        &crash::k_permission_denied,
        &crash::k_out_of_disk,
        &crash::k_refused_by_dependency,
        &crash::k_missing_file,
        &crash::k_liveness_kills_slow_start,
        &crash::k_init_container_failing,
        &crash::k_init_container_waits,
    };
    return rules;
}

} // namespace kdiag::rules
