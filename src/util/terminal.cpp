// SPDX-License-Identifier: Apache-2.0
#include "util/terminal.hpp"

#include "util/strings.hpp"

#include <charconv>

namespace kdiag {

namespace {

using Variable = std::function<std::optional<std::string>(std::string_view)>;

bool is_set(const Variable& variable, std::string_view name) {
    const auto value = variable(name);
    return value && !value->empty() && *value != "0";
}

std::size_t columns_of(const std::optional<std::string>& text) {
    std::size_t columns = 0;
    if (!text) return 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), columns);
    return error == std::errc{} && end == text->data() + text->size() && columns >= 20 && columns <= 1000 ? columns : 0;
}

bool wants_color(const TerminalRequest& request, const Variable& variable, bool terminal) {
    if (request.color == "always") return true;
    if (request.color == "never") return false;
    if (const auto no_color = variable("NO_COLOR"); no_color && !no_color->empty()) return false;
    if (is_set(variable, "CLICOLOR_FORCE") || is_set(variable, "FORCE_COLOR")) return true;
    if (const auto wanted = variable("CLICOLOR"); wanted && *wanted == "0") return false;
    const auto kind = variable("TERM");
    return terminal && kind && *kind != "dumb";
}

bool is_utf8(const Variable& variable) {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
        if (const auto value = variable(name); value && !value->empty()) return contains_ignoring_case(*value, "utf-8") || contains_ignoring_case(*value, "utf8");
    return false;
}

} // namespace

Terminal inspect_terminal(const TerminalRequest& request, const Variable& variable) {
    const std::size_t forced = columns_of(variable("KDIAG_FORCE_TTY"));
    const bool terminal = request.is_terminal || forced > 0;
    const auto kind = variable("TERM");
    Terminal result;
    result.color = wants_color(request, variable, terminal);
    // A pipe gets UTF-8, which is what files are in; a terminal gets what its locale can show.
    result.ascii = request.ascii || (terminal && (!is_utf8(variable) || (kind && (*kind == "dumb" || *kind == "linux"))));
    if (!terminal) return result;
    const std::size_t named = columns_of(variable("COLUMNS"));
    result.width = forced > 0 ? forced : named > 0 ? named : request.columns > 0 ? static_cast<std::size_t>(request.columns) : 80;
    return result;
}

} // namespace kdiag
