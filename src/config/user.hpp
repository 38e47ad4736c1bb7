// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/resolve.hpp"

namespace kdiag::config {

/// Fills in who to be: a user's stanza under the flags, checked as client-go checks it.
Status fill_user(ClusterConfig& config, const Stanza& user, const data::Value& cluster, const Overrides& overrides);

} // namespace kdiag::config
