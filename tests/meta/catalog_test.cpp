// SPDX-License-Identifier: Apache-2.0
#include "rules/catalog.hpp"
#include "rules/select.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <filesystem>
#include <set>
#include <string>

using namespace kdiag;

namespace {

const std::filesystem::path k_root = KDIAG_SOURCE_DIR;

bool is_kebab_case(std::string_view name) {
    if (name.empty() || name.front() == '-' || name.back() == '-') return false;
    for (const char c : name)
        if (!(std::islower(static_cast<unsigned char>(c)) || std::isdigit(static_cast<unsigned char>(c)) || c == '-')) return false;
    return true;
}

} // namespace

TEST_CASE("there are at least sixty rules, with well-formed and unique ids and names") {
    CHECK(rules::catalog().size() >= 60);
    std::set<std::string_view> ids, names;
    std::string_view last;
    for (const auto* rule : rules::catalog()) {
        const auto& info = rule->info;
        CAPTURE(std::string(info.id));
        CHECK(info.id.size() == 6);
        CHECK(info.id.starts_with("KD"));
        CHECK(info.id.find_first_not_of("0123456789", 2) == std::string_view::npos);
        CHECK(is_kebab_case(info.name));
        CHECK(ids.insert(info.id).second);
        CHECK(names.insert(info.name).second);
        CHECK(last < info.id);
        last = info.id;
    }
}

TEST_CASE("every rule has a whole manual page, says what it needs, and can be found") {
    for (const auto* rule : rules::catalog()) {
        const auto& info = rule->info;
        CAPTURE(std::string(info.id));
        for (const auto part : {info.title, info.category, info.doc.meaning, info.doc.why_it_matters, info.doc.how_it_is_found, info.doc.what_to_do, info.doc.false_positives})
            CHECK(part.size() > 3);
        CHECK(info.doc.meaning.ends_with('.'));
        CHECK(info.doc.how_it_is_found.ends_with('.'));
        CHECK(!info.needs.empty());
        CHECK(rules::find_rule(info.id) == rule);
        CHECK(rules::find_rule(info.name) == rule);
        CHECK((!info.best_practice || info.severity <= rules::Severity::warning));
    }
}

TEST_CASE("what a page refers to exists") {
    for (const auto* rule : rules::catalog()) {
        std::string_view rest = rule->info.doc.see_also;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(' '), rest.size());
            CHECK_MESSAGE(rules::find_rule(rest.substr(0, end)) != nullptr, rule->info.id << " refers to " << rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
}

TEST_CASE("every rule has its fixtures") {
    for (const auto* rule : rules::catalog()) {
        const auto folder = k_root / "tests" / "rules" / (std::string(rule->info.id) + "-" + std::string(rule->info.name));
        CHECK_MESSAGE(std::filesystem::is_directory(folder), folder.string());
    }
}

TEST_CASE("rules are chosen by id, name, glob and category; what is unknown is a usage error") {
    const auto all = rules::select_rules({}, {});
    REQUIRE(all);
    for (const auto* rule : *all) CHECK(!rule->info.best_practice);
    CHECK(rules::select_rules({"KD1003"}, {})->size() == 1);
    CHECK(rules::select_rules({"container-oom-killed"}, {})->size() == 1);
    CHECK(rules::select_rules({"KD11*"}, {})->size() > 3);
    CHECK(rules::select_rules({"image"}, {"KD1101"})->size() + 1 == rules::select_rules({"image"}, {})->size());
    CHECK(!rules::select_rules({"best-practice"}, {})->empty());
    const auto unknown = rules::select_rules({"KD1033"}, {});
    REQUIRE(!unknown);
    CHECK(unknown.error().kind == ErrorKind::usage);
    CHECK(!unknown.error().help.empty());
}
