// SPDX-License-Identifier: Apache-2.0
#include "data/yaml_scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace kdiag::data {

namespace {

template <std::size_t N> bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 5> k_null = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 11> k_true = {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
constexpr std::array<std::string_view, 11> k_false = {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};

std::optional<std::int64_t> integer_of(std::string_view digits, bool negative, int base) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (digits.empty() || digits[0] == '-' || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return negative ? -value : value;
}

std::optional<std::int64_t> resolve_integer(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (text.starts_with("0b")) return integer_of(text.substr(2), negative, 2);
    if (text.starts_with("0x") || text.starts_with("0X")) return integer_of(text.substr(2), negative, 16);
    if (text.starts_with("0o")) return integer_of(text.substr(2), negative, 8);
    if (text.size() > 1 && text[0] == '0') return integer_of(text.substr(1), negative, 8);
    return integer_of(text, negative, 10);
}

std::optional<double> resolve_float(std::string_view text) {
    if (text == ".inf" || text == ".Inf" || text == ".INF" || text == "+.inf") return std::numeric_limits<double>::infinity();
    if (text == "-.inf" || text == "-.Inf" || text == "-.INF") return -std::numeric_limits<double>::infinity();
    if (text == ".nan" || text == ".NaN" || text == ".NAN") return std::nan("");
    const bool plus = text.starts_with('+');
    if (plus) text.remove_prefix(1);
    // Words such as `infinity` or `nan` are strings; a float has a digit first, or after a point or sign.
    const auto first = text.find_first_not_of("-.");
    if (first == std::string_view::npos || first > 2 || text[first] < '0' || text[first] > '9') return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

} // namespace

Value resolve_plain_scalar(std::string_view text) {
    if (is_one_of(text, k_null)) return {};
    if (is_one_of(text, k_true)) return true;
    if (is_one_of(text, k_false)) return false;
    const char first = text[0];
    if (first != '-' && first != '+' && first != '.' && (first < '0' || first > '9')) return text;
    std::string plain(text);
    std::erase(plain, '_');
    if (const auto number = resolve_integer(plain)) return *number;
    if (const auto number = resolve_float(plain)) return *number;
    return text;
}

} // namespace kdiag::data
