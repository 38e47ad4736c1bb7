// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "flag_set.hpp"

#include "config/resolve.hpp"

#include <string>

namespace kdiag::cmd {

/// The flags that every command takes; kubectl's names and meanings.
struct GlobalFlags {
    std::string from, namespace_name, request_timeout;
    std::string color = "auto";
    bool ascii = false, quiet = false;
    config::Overrides overrides;
};

void add_global_flags(FlagSet& flag_set, GlobalFlags& flags);

} // namespace kdiag::cmd
