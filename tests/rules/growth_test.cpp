// SPDX-License-Identifier: Apache-2.0
// What doubles with the cluster may double the work, and no more: steps are counted, which repeat, and no times, which do not.
#include "../support/fixture.hpp"
#include "../support/golden.hpp"
#include "../support/step_count.hpp"
#include "../support/temporary_folder.hpp"
#include "rules/catalog.hpp"
#include "rules/engine.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>

using namespace kdiag;
using namespace kdiag::test;

namespace {

/// What is added from n to 2n, and from 2n to 4n: twice as much when the work is linear, four times when it is quadratic.
constexpr double k_most = 2.6;

std::string with_number(std::string text, std::size_t number) {
    const std::string digits = format("{:03}", number); // all of one length
    for (auto at = text.find('@'); at != std::string::npos; at = text.find('@', at)) text.replace(at, 1, digits);
    return text;
}

/// A fixture in a namespace of its own, with uids of its own.
std::string in_own_namespace(std::string text, std::size_t number) {
    for (const std::string key : {"namespace: ", "uid: "})
        for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at)) {
            at = text.find_first_of(",}\n", at);
            const auto quoted = at != std::string::npos && text[at - 1] == '\'' ? at - 1 : at;
            if (at != std::string::npos) text.insert(quoted, format("-{:03}", number));
        }
    return text + "\n---\n";
}

using Steps = std::map<std::string, std::uint64_t>;

/// The steps of each rule, of the snapshot's indexes, and of what the engine does with the findings.
Steps steps_of(const std::string& objects, rules::RuleList rules, Timestamp now, const std::filesystem::path& logs = {}) {
    const TemporaryFolder folder;
    Steps counted;
    const auto file = folder.write("objects.yaml", objects);
    if (std::filesystem::exists(logs)) std::filesystem::copy(logs, folder.path("objects.logs"), std::filesystem::copy_options::recursive);
    const auto begun = steps();
    const auto facts = snapshot_of(file);
    const auto read = steps();
    counted["reading"] = read - begun;
    const auto outcome = rules::diagnose(facts, rules, now, [] { return static_cast<std::int64_t>(steps()); });
    const auto all = steps() - read;
    std::uint64_t in_rules = 0;
    for (const auto& time : outcome.times) {
        counted[std::string(time.rule->id)] = static_cast<std::uint64_t>(time.microseconds);
        in_rules += static_cast<std::uint64_t>(time.microseconds);
    }
    counted["folding and causes"] = all - in_rules;
    counted["findings"] = outcome.findings.size();
    return counted;
}

void check_growth(const Steps& one, const Steps& two, const Steps& four) {
    for (const auto& [what, steps_of_four] : four) {
        const auto once = one.at(what), twice = two.at(what);
        CAPTURE(what);
        CAPTURE(once);
        CAPTURE(twice);
        CAPTURE(steps_of_four);
        if (what == "findings" || twice <= once || steps_of_four <= twice) continue;
        const auto first = static_cast<double>(twice - once), second = static_cast<double>(steps_of_four - twice);
        CHECK(second <= k_most * first + 2000);
    }
}

std::filesystem::path first_firing(const rules::Rule& rule) {
    const std::filesystem::path home = format("rules/{}-{}", rule.info.id, rule.info.name);
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(home))
        if (const auto name = entry.path().filename().string(); name.starts_with("fires-") && name.ends_with(".yaml")) paths.push_back(entry.path().string());
    REQUIRE_FALSE(paths.empty());
    return *std::min_element(paths.begin(), paths.end());
}

} // namespace

TEST_CASE("steps are counted") {
    const auto before = steps();
    CHECK(contains_ignoring_case("abc", "B"));
    CHECK(steps() > before);
}

TEST_CASE("twice as many workloads in a namespace, twice as many steps") {
    const std::string workload = read_file("rules/growth/workload.yaml");
    const std::string node = "apiVersion: v1\nkind: Node\nmetadata: {name: n1, labels: {kubernetes.io/hostname: n1}}\nstatus: {allocatable: {cpu: '4', memory: 8Gi, pods: '110'}, conditions: [{type: Ready, status: 'True'}]}\n---\n"
                             "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n";
    const auto of = [&](std::size_t count) {
        std::string objects = node;
        for (std::size_t i = 0; i < count; ++i) objects += with_number(workload, i);
        return steps_of(objects, rules::catalog(), *parse_rfc3339("2026-03-02T10:00:00Z"));
    };
    const auto one = of(40), two = of(80), four = of(160);
    CHECK(one.at("findings") >= 40);
    check_growth(one, two, four);
}

TEST_CASE("each rule that fires twice as often takes twice as many steps") {
    std::vector<std::string> silent;
    for (const rules::Rule* rule : rules::catalog()) {
        const auto path = first_firing(*rule);
        const std::string fixture = read_file(path.string());
        CAPTURE(rule->info.id);
        const auto line = fixture.find("# now: ");
        const auto now = line == std::string::npos ? std::optional<Timestamp>() : parse_rfc3339(fixture.substr(line + 7, 20));
        const auto of = [&](std::size_t count) {
            std::string objects;
            for (std::size_t i = 0; i < count; ++i) objects += in_own_namespace(fixture, i);
            const rules::Rule* const rules[] = {rule};
            auto logs = path;
            return steps_of(objects, rules, now ? *now : *parse_rfc3339("2026-03-02T10:00:00Z"), logs.replace_extension(".logs"));
        };
        const auto one = of(6), two = of(12), four = of(24);
        if (four.at("findings") == 0) silent.emplace_back(rule->info.id);
        check_growth(one, two, four);
    }
    CHECK(silent == std::vector<std::string>{"KD3006"}); // is about one Service of one namespace
}
