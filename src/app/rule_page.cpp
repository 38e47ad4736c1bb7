// SPDX-License-Identifier: Apache-2.0
#include "app/rule_page.hpp"

#include "rules/catalog.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/text_width.hpp"

namespace kdiag::app {

namespace {

constexpr std::size_t k_page_width = 80;
constexpr std::size_t k_label_width = 17;

std::vector<std::string> words_of(kube::ResourceSet resources, std::string_view verb) {
    std::vector<std::string> words;
    for (const auto& info : kube::resource_table())
        if (resources.has(info.resource)) words.push_back(format("{} {}", info.resource == kube::Resource::logs ? "get" : verb, info.plural));
    return words;
}

std::string needs_text(const rules::RuleInfo& info) {
    const auto needs = words_of(info.needs, "list");
    std::string text = needs.empty() ? "nothing" : format("{}", join(needs, ", "));
    if (const auto uses = words_of(info.uses, "list"); !uses.empty()) text += format("; for better answers also {}", join(uses, ", "));
    return text;
}

void add_part(std::string& page, std::string_view label, std::string_view text) {
    if (text.empty()) return;
    bool first = true;
    for (const auto& line : wrap(text, k_page_width - k_label_width)) {
        page += format("{:<{}}{}\n", first ? label : "", k_label_width, line);
        first = false;
    }
}

std::string see_also_text(std::string_view ids) {
    std::vector<std::string> names;
    for (const auto id : split(ids, ' '))
        if (const auto* rule = id.empty() ? nullptr : rules::find_rule(id)) names.push_back(format("{} {}", rule->info.id, rule->info.name));
    return format("{}", join(names, ", "));
}

std::string silence_text(const rules::RuleInfo& info) {
    return format("--ignore {}", info.id);
}

} // namespace

std::string rule_as_text(const rules::RuleInfo& info) {
    const std::string head = format("{} {}", info.id, info.name);
    const std::string tail = format("{}, category {}", to_string(info.severity), info.category);
    const std::size_t gap = head.size() + tail.size() + 2 < k_page_width ? k_page_width - head.size() - tail.size() : 2;
    std::string page = head + std::string(gap, ' ') + tail + "\n\n";
    for (const auto& line : wrap(info.doc.meaning, k_page_width)) page += line + "\n";
    page += '\n';
    add_part(page, "Scenario", to_string(info.scenario));
    add_part(page, "Why it matters", info.doc.why_it_matters);
    add_part(page, "How it is found", info.doc.how_it_is_found);
    add_part(page, "Needs", needs_text(info));
    add_part(page, "What to do", info.doc.what_to_do);
    add_part(page, "False positives", info.doc.false_positives);
    add_part(page, "Silence it", silence_text(info));
    add_part(page, "See also", see_also_text(info.doc.see_also));
    return page;
}

std::string rule_as_markdown(const rules::RuleInfo& info) {
    std::string page = format("## {} {}\n\n{}\n\n", info.id, info.name, info.doc.meaning);
    page += format("Severity {}, category {}, scenario {}.\n\n", to_string(info.severity), info.category, to_string(info.scenario));
    const auto part = [&](std::string_view label, std::string_view text) {
        if (!text.empty()) page += format("**{}.** {}\n\n", label, text);
    };
    part("Why it matters", info.doc.why_it_matters);
    part("How it is found", info.doc.how_it_is_found);
    part("Needs", needs_text(info));
    std::string steps;
    for (const auto line : split(info.doc.what_to_do, '\n'))
        if (!trim(line).empty()) steps += format("{}  \n", trim(line));
    if (!steps.empty()) page += format("**What to do.**\n\n{}\n", steps);
    part("False positives", info.doc.false_positives);
    part("See also", see_also_text(info.doc.see_also));
    return page;
}

data::Value rule_as_value(const rules::RuleInfo& info) {
    const auto list = [](const std::vector<std::string>& words) {
        auto array = data::Value::array();
        for (const auto& word : words) array.push_back(word);
        return array;
    };
    auto value = data::Value::object();
    value.set("id", info.id).set("name", info.name).set("title", info.title).set("category", info.category);
    value.set("severity", to_string(info.severity)).set("scenario", to_string(info.scenario)).set("bestPractice", info.best_practice);
    value.set("needs", list(words_of(info.needs, "list"))).set("uses", list(words_of(info.uses, "list")));
    value.set("meaning", info.doc.meaning).set("whyItMatters", info.doc.why_it_matters).set("howItIsFound", info.doc.how_it_is_found);
    value.set("whatToDo", info.doc.what_to_do).set("falsePositives", info.doc.false_positives);
    return value;
}

} // namespace kdiag::app
