// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kdiag::kube {

/// A quantity in thousandths of its unit (`100m` of cpu is 100, `1Ki` is 1,024,000), rounded up, saturating at ±2^62.
/// Suffixes: n u m k M G T P E, Ki Mi Gi Ti Pi Ei, and decimal exponents (apimachinery resource.Quantity).
std::optional<std::int64_t> parse_quantity(std::string_view text);
/// `2`, `2.1`, `250m`: a count of cpus or pods for people.
std::string show_count(std::int64_t thousandths);
/// `128Mi`, `9.4Gi`: a size for people.
std::string show_bytes(std::int64_t thousandths);
/// show_bytes for memory, storage and ephemeral-storage; show_count for everything else.
std::string show_quantity(std::string_view resource, std::int64_t thousandths);

} // namespace kdiag::kube
