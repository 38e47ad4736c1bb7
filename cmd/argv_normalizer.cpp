// SPDX-License-Identifier: Apache-2.0
#include "argv_normalizer.hpp"

namespace kdiag::cmd {

std::vector<std::string> normalize_argv(std::vector<std::string> words, std::string_view options_with_value) {
    std::vector<std::string> normal;
    bool verbatim = false;
    for (auto& word : words) {
        verbatim = verbatim || word == "--";
        const bool short_with_value =
            !verbatim && word.size() > 2 && word[0] == '-' && word[1] != '-' && options_with_value.find(word[1]) != std::string_view::npos;
        if (!short_with_value) {
            normal.push_back(std::move(word));
            continue;
        }
        normal.push_back(word.substr(0, 2));
        normal.push_back(word.substr(word[2] == '=' ? 3 : 2));
    }
    return normal;
}

} // namespace kdiag::cmd
