// SPDX-License-Identifier: Apache-2.0
#include "kube/quantity.hpp"

#include "util/format.hpp"

#include <array>
#include <cmath>

namespace kdiag::kube {

namespace {

constexpr std::int64_t k_limit = std::int64_t{1} << 62;

struct Suffix {
    std::string_view text;
    int binary_power = 0;   ///< of 1024
    int decimal_power = 0;  ///< of 10
};
constexpr std::array k_suffixes = {Suffix{"n", 0, -9}, Suffix{"u", 0, -6}, Suffix{"m", 0, -3}, Suffix{"k", 0, 3},  Suffix{"M", 0, 6},
                                   Suffix{"G", 0, 9},  Suffix{"T", 0, 12}, Suffix{"P", 0, 15}, Suffix{"E", 0, 18}, Suffix{"Ki", 1, 0},
                                   Suffix{"Mi", 2, 0}, Suffix{"Gi", 3, 0}, Suffix{"Ti", 4, 0}, Suffix{"Pi", 5, 0}, Suffix{"Ei", 6, 0}};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// The exponent of `e3` or `E-2`; nullopt when it is none.
std::optional<int> exponent_of(std::string_view text) {
    if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E')) return std::nullopt;
    std::size_t at = 1;
    const bool negative = text[at] == '-';
    if (text[at] == '+' || text[at] == '-') ++at;
    if (at == text.size()) return std::nullopt;
    int value = 0;
    for (; at < text.size(); ++at) {
        if (!is_digit(text[at]) || value > 99) return std::nullopt;
        value = value * 10 + (text[at] - '0');
    }
    return negative ? -value : value;
}

std::optional<Suffix> suffix_of(std::string_view text) {
    if (text.empty()) return Suffix{};
    for (const auto& suffix : k_suffixes)
        if (suffix.text == text) return suffix;
    if (const auto exponent = exponent_of(text)) return Suffix{text, 0, *exponent};
    return std::nullopt;
}

/// `2.1`, `940`: at most one digit after the point, none when it is zero or the number is large.
std::string short_number(double value) {
    const double rounded = std::round(value * 10) / 10;
    if (value >= 100 || rounded == std::floor(rounded)) return format("{:.0f}", value);
    return format("{:.1f}", rounded);
}

} // namespace

std::optional<std::int64_t> parse_quantity(std::string_view text) {
    std::size_t at = 0;
    const bool negative = !text.empty() && text[0] == '-';
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) ++at;
    const std::size_t first = at;
    long double number = 0, scale = 1;
    std::size_t digits = 0;
    bool fraction = false;
    for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !fraction)); ++at) {
        if (text[at] == '.') {
            fraction = true;
            continue;
        }
        ++digits;
        number = number * 10 + (text[at] - '0');
        if (fraction) scale *= 10;
    }
    if (digits == 0 || at - first > 64) return std::nullopt;
    const auto suffix = suffix_of(text.substr(at));
    if (!suffix) return std::nullopt;
    const long double thousandths = std::ceil(number / scale * std::pow(1024.0L, suffix->binary_power) * std::pow(10.0L, suffix->decimal_power + 3));
    const auto size = thousandths >= static_cast<long double>(k_limit) ? k_limit : static_cast<std::int64_t>(thousandths);
    return negative ? -size : size;
}

std::string show_count(std::int64_t thousandths) {
    if (thousandths < 0) return "-" + show_count(-thousandths);
    if (thousandths % 1000 == 0) return format("{}", thousandths / 1000);
    if (thousandths < 1000) return format("{}m", thousandths);
    return short_number(static_cast<double>(thousandths) / 1000);
}

std::string show_bytes(std::int64_t thousandths) {
    if (thousandths < 0) {
        const auto size = show_bytes(-thousandths);
        return size == "0" ? size : "-" + size;
    }
    constexpr std::array<std::string_view, 7> units = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    double value = static_cast<double>(thousandths) / 1000;
    std::size_t unit = 0;
    while (value >= 1023.5 && unit + 1 < units.size()) { // what would be shown as 1024 belongs to the next unit
        value /= 1024;
        ++unit;
    }
    return short_number(value) + std::string(units[unit]);
}

std::string show_quantity(std::string_view resource, std::int64_t thousandths) {
    const bool bytes = resource == "memory" || resource == "storage" || resource == "ephemeral-storage" || resource.starts_with("hugepages-") ||
                       resource.ends_with(".memory") || resource.ends_with(".storage") || resource.ends_with(".ephemeral-storage");
    return bytes ? show_bytes(thousandths) : show_count(thousandths);
}

} // namespace kdiag::kube
