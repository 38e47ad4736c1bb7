// SPDX-License-Identifier: Apache-2.0
#include "rules/workload/denial.hpp"

#include "util/regex.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

std::optional<Denial> find_denial(std::string_view log) {
    // Quotes are escaped where a program logs in JSON.
    static const Regex refusal(
        R"(is forbidden: User \\?"system:serviceaccount:([^:"\\]+):([^"\\]+)\\?" cannot (\S+) resource \\?"([^"\\]+)\\?")"
        R"((?: in API group \\?"([^"\\]*)\\?")?(?: in the namespace \\?"([^"\\]+)\\?")?)",
        false);
    std::optional<Denial> found;
    for (const auto line : split(log, '\n')) {
        if (!contains(line, "is forbidden: User")) continue;
        const auto parts = refusal.groups(line);
        if (parts.size() < 7) continue;
        found = Denial{.account_namespace = std::string(parts[1]),
                       .account = std::string(parts[2]),
                       .verb = std::string(parts[3]),
                       .resource = std::string(parts[4]),
                       .group = std::string(parts[5]),
                       .namespace_name = std::string(parts[6]),
                       .line = std::string(trim(line))};
    }
    return found;
}

} // namespace kdiag::rules::workload
