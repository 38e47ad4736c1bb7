// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

namespace kdiag::rules {

// Each family is a library of its own and lists its rules explicitly.
RuleList scheduling_rules(); ///< KD12xx, KD50xx nodes
RuleList waiting_rules();    ///< KD11xx image, KD14xx config, KD18xx sandbox and runtime, KD40xx storage
RuleList crash_rules();      ///< KD10xx container, KD16xx init and sidecar
RuleList readiness_rules();  ///< KD13xx probes, KD80xx dropped fields
RuleList lifecycle_rules();  ///< KD15xx termination, KD17xx eviction
RuleList workload_rules();   ///< KD20xx workloads, KD60xx access
RuleList network_rules();    ///< KD30xx services, KD31xx ingress, KD32xx network policy

} // namespace kdiag::rules
