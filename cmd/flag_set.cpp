// SPDX-License-Identifier: Apache-2.0
#include "flag_set.hpp"

#include "util/strings.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace kdiag::cmd {

namespace {

/// Of CLI11's notation for one name: `!--no-x` and `--prefix{always}` are about the flags --no-x and --prefix.
std::string_view flag_name(std::string_view name) {
    if (name.starts_with('!')) name.remove_prefix(1);
    return name.substr(0, name.find('{'));
}

bool is_given(const std::vector<std::string>& words, std::string_view name) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return word == name || (word.starts_with(name) && word[name.size()] == '='); });
}

/// `KDIAG_` and a flag's name in capitals.
std::string variable_of(std::string_view long_name) {
    std::string name = "KDIAG_" + std::string(long_name);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
    return name;
}

} // namespace

Flag& Flag::takes(const char* type) {
    if (m_option != nullptr) m_option->type_name(type);
    return *this;
}

Flag& Flag::repeatable() {
    if (m_option != nullptr) m_option->allow_extra_args(false);
    return *this;
}

Flag& Flag::list() {
    if (m_option != nullptr) m_option->delimiter(',');
    return repeatable();
}

Flag& Flag::between(int least, int most) {
    if (m_option != nullptr) m_option->check(CLI::Range(least, most));
    return *this;
}

Flag& Flag::one_of(const std::vector<std::string>& words) {
    if (m_option != nullptr) m_option->check(CLI::IsMember(words));
    return *this;
}

Flag& Flag::no_variable() {
    if (m_option != nullptr) m_option->envname("");
    return *this;
}

std::size_t Flag::count() const {
    return m_option == nullptr ? 0 : m_option->count();
}

bool FlagSet::is_wanted(std::string_view names, const char* variable) const {
    if (m_words == nullptr || (variable != nullptr && std::getenv(variable) != nullptr)) return true;
    for (const auto part : split(names, ',')) {
        const auto name = flag_name(part);
        const bool is_long = name.starts_with("--");
        if (!is_long || is_given(*m_words, name) || std::getenv(variable_of(name.substr(2)).c_str()) != nullptr) return true;
    }
    return false;
}

/// `add`: makes the option.
template <class Add> Flag FlagSet::make(std::string_view names, const char* variable, Add add) {
    if (!is_wanted(names, variable)) return Flag();
    CLI::Option* option = add();
    if (!option->get_lnames().empty() && !option->get_positional()) option->envname(variable != nullptr ? variable : variable_of(option->get_lnames().front()));
    return Flag(option);
}

Flag FlagSet::option(const char* names, std::string& value, const char* description, const char* variable) {
    return make(names, variable, [&] { return m_app.add_option(names, value, description); });
}

Flag FlagSet::option(const char* names, std::vector<std::string>& values, const char* description) {
    return make(names, nullptr, [&] { return m_app.add_option(names, values, description); });
}

Flag FlagSet::option(const char* names, std::size_t& value, const char* description) {
    return make(names, nullptr, [&] { return m_app.add_option(names, value, description); });
}

Flag FlagSet::option(const char* names, std::int64_t& value, const char* description) {
    return make(names, nullptr, [&] { return m_app.add_option(names, value, description); });
}

Flag FlagSet::flag(const char* names, bool& value, const char* description) {
    return make(names, nullptr, [&] { return m_app.add_flag(names, value, description); });
}

Flag FlagSet::flag(const char* names, std::string& value, const char* description) {
    return make(names, nullptr, [&] { return m_app.add_flag(names, value, description); });
}

} // namespace kdiag::cmd
