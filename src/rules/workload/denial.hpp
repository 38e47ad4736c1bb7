// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kdiag::rules::workload {

/// What RBAC did not allow a ServiceAccount, in the API server's words.
struct Denial {
    std::string account_namespace, account;
    std::string verb, resource, group; ///< `list`, `pods/log`, `apps` (empty: core)
    std::string namespace_name;        ///< empty: at the cluster scope
    std::string line;                  ///< of the log, whole
};

/// The newest refusal that a log quotes.
std::optional<Denial> find_denial(std::string_view log);

} // namespace kdiag::rules::workload
