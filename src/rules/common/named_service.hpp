// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <string_view>

namespace kdiag::rules {

/// The Service that a host name means to a pod: `db`, `db.shop`, `db.shop.svc.cluster.local`, with or without a port; null when it is none.
const kube::Service* service_of(const RuleContext& context, const kube::Pod& pod, std::string_view host);

} // namespace kdiag::rules
