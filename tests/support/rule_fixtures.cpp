// SPDX-License-Identifier: Apache-2.0
#include "rule_fixtures.hpp"

#include "fixture.hpp"
#include "golden.hpp"
#include "rules/engine.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

namespace kdiag::test {

namespace {

/// The value of a `# key: value` line at the top of a fixture.
std::string header(const std::string& text, std::string_view key) {
    for (const auto line : split(text, '\n')) {
        if (!line.starts_with('#')) break;
        const std::string start = format("# {}:", key);
        if (line.starts_with(start)) return std::string(trim(line.substr(start.size())));
    }
    return {};
}

kube::ResourceSet resources_of(const std::string& words) {
    kube::ResourceSet set;
    if (words.empty()) return set;
    for (const auto word : split(words, ',')) {
        const auto name = trim(word);
        bool known = false;
        for (std::size_t i = 0; i < kube::k_resource_count; ++i)
            if (kube::info_of(static_cast<kube::Resource>(i)).plural == name) {
                set.add(static_cast<kube::Resource>(i));
                known = true;
            }
        CHECK_MESSAGE(known, "unknown resource in `# missing:` " << std::string(name));
    }
    return set;
}

rules::Outcome run(const rules::Rule& rule, const std::string& path) {
    const std::string text = read_file(path);
    const auto facts = snapshot_of(path, resources_of(header(text, "missing")));
    const auto now = parse_rfc3339(header(text, "now"));
    const rules::Rule* const rules[] = {&rule};
    return rules::diagnose(facts, rules, now ? *now : facts.newest_time());
}

void check_one(const rules::Rule& rule, const std::filesystem::path& path) {
    CAPTURE(path.string());
    const std::string name = path.filename().string();
    const auto outcome = run(rule, path.string());
    auto expected = path;
    expected.replace_extension(".expected");
    if (name.starts_with("fires-")) {
        CHECK(!outcome.findings.empty());
        check_golden(expected.string(), show(outcome.findings));
    } else if (name.starts_with("quiet-")) {
        CHECK_MESSAGE(outcome.findings.empty(), show(outcome.findings));
    } else {
        CHECK(!outcome.skipped.empty());
        check_golden(expected.string(), show(outcome.findings));
    }
}

} // namespace

std::string show(const std::vector<rules::Finding>& findings) {
    std::string text;
    for (const auto& finding : findings) {
        text += format("{}[{}] {} {}{}\n", to_string(finding.severity), finding.rule->id, to_string(finding.confidence), finding.subject.display(),
                       finding.subject.container.empty() ? "" : ":" + finding.subject.container);
        text += format("  title    {}\n", finding.title);
        if (!finding.owner.empty()) text += format("  owner    {}\n", finding.owner.display());
        if (!finding.shared.empty()) text += format("  shared   {}\n", finding.shared.display());
        text += format("  affected {} of {}\n", finding.affected.size(), finding.affected_total);
        if (!finding.cause.empty()) text += format("  cause    {}\n", finding.cause);
        if (!finding.impact.empty()) text += format("  impact   {}\n", finding.impact);
        for (const auto& e : finding.evidence)
            text += format("  {:<8} {}{}\n", to_string(e.type), e.text, e.path.empty() ? "" : "   <- " + e.path);
        for (const auto& r : finding.remedies) text += format("  help     [{}] {}{}\n", to_string(r.risk), r.text, r.command.empty() ? "" : "\n           " + r.command);
        for (const auto& ref : finding.explained_by) text += format("  from     {}\n", ref.display());
    }
    return text;
}

void check_rule_fixtures(rules::RuleList rules, const std::string& folder) {
    CHECK(!rules.empty());
    for (const rules::Rule* rule : rules) {
        const std::filesystem::path home = std::filesystem::path(folder) / format("{}-{}", rule->info.id, rule->info.name);
        CAPTURE(home.string());
        CHECK(std::filesystem::is_directory(home));
        if (!std::filesystem::is_directory(home)) continue;
        std::vector<std::filesystem::path> fixtures;
        for (const auto& entry : std::filesystem::directory_iterator(home))
            if (entry.path().extension() == ".yaml") fixtures.push_back(entry.path());
        std::sort(fixtures.begin(), fixtures.end());
        const auto count = [&](std::string_view start) {
            return std::count_if(fixtures.begin(), fixtures.end(), [&](const auto& path) { return path.filename().string().starts_with(start); });
        };
        CHECK(count("fires-") >= 1);
        CHECK(count("quiet-") >= 2);
        CHECK(count("blind-") >= 1);
        for (const auto& path : fixtures) check_one(*rule, path);
    }
}

} // namespace kdiag::test
