// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/kubeconfig.hpp"

#include <map>
#include <string>

namespace kdiag::test {

inline config::Variables variables(std::map<std::string, std::string> values) {
    return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
        const auto found = values.find(std::string(name));
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
}

} // namespace kdiag::test
