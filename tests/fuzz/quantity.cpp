// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "kube/quantity.hpp"

#include <cmath>

namespace kdiag::fuzz {

namespace {

/// What is shown is rounded for people, by less than a twentieth; exact where it says so.
void check_shown(const std::string& shown, std::int64_t value, const char* what) {
    const auto again = kube::parse_quantity(shown);
    promise(again.has_value(), what);
    const auto distance = std::abs(static_cast<double>(*again) - static_cast<double>(value));
    promise(distance <= 51 + std::abs(static_cast<double>(value)) * 0.05, what);
}

} // namespace

void fuzz_quantity(std::string_view bytes) {
    const auto value = kube::parse_quantity(bytes);
    if (!value) return;
    promise(*value >= -(std::int64_t{1} << 62) && *value <= std::int64_t{1} << 62, "a quantity beyond its limit");
    const auto count = kube::show_count(*value), size = kube::show_bytes(*value);
    check_shown(count, *value, "show_count writes another value");
    check_shown(size, *value, "show_bytes writes another value");
    if (std::abs(*value) < 1000 || *value % 1000 == 0) promise(kube::parse_quantity(count) == value || std::abs(*value) > (std::int64_t{1} << 53), "show_count is not exact");
    promise(kube::show_count(*kube::parse_quantity(count)) == count, "show_count changes what it showed");
    promise(kube::show_bytes(*kube::parse_quantity(size)) == size, "show_bytes changes what it showed");
    if (bytes.front() != '-' && bytes.front() != '+') {
        const auto negative = kube::parse_quantity("-" + std::string(bytes));
        promise(negative && *negative == -*value, "a minus changes more than the sign");
    }
    if (bytes.find_first_not_of("0123456789") == std::string_view::npos) {
        promise(kube::parse_quantity(std::string(bytes) + "k") >= value, "a thousand times as much is less");
        promise(kube::parse_quantity(std::string(bytes) + "m") <= value, "a thousandth is more");
    }
}

Seeds seeds_quantity() {
    return {"0", "1", "100m", "1.5", "128Mi", "1Gi", "2.5Gi", "1e3", "12E6", "1E", "1Ei", "500n", "250u", "-1", "+1.25k", ".5", "5.", "9223372036854775807", "0.0001", "1023.96Ki", "1048575Ki"};
}

} // namespace kdiag::fuzz
