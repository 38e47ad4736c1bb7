// SPDX-License-Identifier: Apache-2.0
#include "rules/select.hpp"

#include "rules/catalog.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <algorithm>
#include <set>

namespace kdiag::rules {

namespace {

bool names(std::string_view word, const RuleInfo& info) {
    if (word == "all") return !info.best_practice;
    if (word == "best-practice") return info.best_practice;
    const std::string lower = to_lower(word);
    return lower == info.category || glob_match(lower, to_lower(info.id)) || glob_match(lower, info.name);
}

Result<std::set<const Rule*>> named_by(const std::vector<std::string>& words) {
    std::set<const Rule*> chosen;
    for (const auto& word : words) {
        const std::size_t before = chosen.size();
        bool known = word == "all" || word == "best-practice";
        for (const Rule* rule : catalog())
            if (names(word, rule->info)) {
                chosen.insert(rule);
                known = true;
            }
        if (known || chosen.size() > before) continue;
        std::vector<std::string> candidates;
        for (const Rule* rule : catalog()) {
            candidates.emplace_back(rule->info.id);
            candidates.emplace_back(rule->info.name);
            candidates.emplace_back(rule->info.category);
        }
        Error error{.kind = ErrorKind::usage, .message = format("no rule, name or category matches `{}`", word)};
        const auto near = nearest(word, candidates);
        error.help.push_back(near.empty() ? "`kdiag rule` lists them" : format("did you mean {}?", list_some(near)));
        return error;
    }
    return chosen;
}

} // namespace

Result<std::vector<const Rule*>> select_rules(const std::vector<std::string>& select, const std::vector<std::string>& ignore) {
    KD_TRY_ASSIGN(const auto selected, named_by(select.empty() ? std::vector<std::string>{"all"} : select));
    KD_TRY_ASSIGN(const auto ignored, named_by(ignore));
    std::vector<const Rule*> rules;
    for (const Rule* rule : catalog())
        if (selected.contains(rule) && !ignored.contains(rule)) rules.push_back(rule);
    return rules;
}

} // namespace kdiag::rules
