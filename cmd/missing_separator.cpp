// SPDX-License-Identifier: Apache-2.0
#include "missing_separator.hpp"

#include "kube/resource.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace kdiag::cmd {

namespace {

const CLI::Option* option_of(const Command& command, const CLI::App& root, std::string_view word) {
    const auto name = word.substr(0, word.find('='));
    for (const auto* app : {static_cast<const CLI::App*>(command.app), &root})
        for (const auto* option : app->get_options()) {
            for (const auto& letter : option->get_snames())
                if (name == "-" + letter) return option;
            for (const auto& long_name : option->get_lnames())
                if (name == "--" + long_name) return option;
        }
    return nullptr;
}

/// Where the words stand that are neither flags nor their values, after the command's own name; as far as flags are known.
std::vector<std::size_t> arguments_in(const Command& command, const CLI::App& root, const std::vector<std::string>& words) {
    std::vector<std::size_t> places;
    bool named = false;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i].size() < 2 || words[i].front() != '-') {
            if (named) places.push_back(i);
            named = true;
            continue;
        }
        const auto* option = option_of(command, root, words[i]);
        if (option != nullptr && option->get_items_expected_max() > 0 && words[i].find('=') == std::string::npos) ++i;
    }
    return places;
}

std::string line_of(const std::vector<std::string>& words, std::size_t from, std::size_t to) {
    std::string line;
    for (std::size_t i = from; i < to; ++i) line += (line.empty() ? "" : " ") + shell_quote(words[i]);
    return line;
}

} // namespace

std::optional<Error> missing_separator(const Command& command, const CLI::App& root, const std::vector<std::string>& words, const std::string& program) {
    if (!command.one_object || std::find(words.begin(), words.end(), "--") != words.end()) return std::nullopt;
    const auto places = arguments_in(command, root, words);
    if (places.empty()) return std::nullopt;
    const std::string& first = words[places.front()];
    const bool slashed = first.find('/') != std::string::npos;
    const bool typed = !slashed && (!command.needs_words || kube::find_by_word(first) != nullptr); // `pod web date`; without a command the second may be a name
    const bool selected = std::any_of(words.begin(), words.end(), [](const auto& word) { return word == "-l" || word.starts_with("--selector"); });
    const std::size_t names = selected ? 0 : typed ? 2 : 1;
    if (places.size() <= names) return std::nullopt;
    const auto begin = places[names];
    return Error{.kind = ErrorKind::usage, .message = "the command stands after `--`",
                 .help = {format("{} {} -- {}", program, line_of(words, 1, begin), line_of(words, begin, words.size()))}};
}

} // namespace kdiag::cmd
