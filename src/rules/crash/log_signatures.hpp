// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace kdiag::rules::crash {

/// What kind of failure a log line tells of.
enum class LogSign {
    none,
    exec_format,
    missing_library,
    out_of_memory,
    bad_flag,
    missing_setting,
    bad_configuration,
    missing_module,
    port_in_use,
    privileged_port,
    read_only_filesystem,
    permission_denied,
    disk_full,
    too_many_files,
    kernel_setting, ///< a limit of the node's kernel, such as vm.max_map_count
    name_unresolved,
    connection_refused,
    authentication_failed,
    untrusted_certificate,
    forbidden_by_rbac,
    missing_file,
    stack_trace,
};

struct TellingLine {
    LogSign sign = LogSign::none;
    std::string_view line; ///< empty when the log is
};

/// The line of a log's end that tells most: the first signature that hits, in the order of how much it explains; else the last line that its logger marked as an error, else the last
/// that speaks of an error; else the last line.
TellingLine telling_line(std::string_view log);

/// `db.shop:5432` in a line about a connection, or the name that did not resolve; empty when none is named.
std::string host_in(std::string_view line);

} // namespace kdiag::rules::crash
