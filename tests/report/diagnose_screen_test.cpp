// SPDX-License-Identifier: Apache-2.0
#include "recorded.hpp"

#include "../support/golden.hpp"
#include "../support/printed.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using test::Recorded;

namespace {

const std::string k_shop = "../examples/shop.json";

} // namespace

TEST_CASE("the failing screen is laid out for its width, with colour and without drawing characters") {
    const Recorded shop(k_shop);
    const auto report = shop.report();
    for (const std::size_t width : {60u, 80u, 120u}) {
        const auto screen = report::render_text(report, {.width = width});
        CHECK(test::lines_wider_than(width, screen) == "");
        test::check_golden(format("report/screens/diagnose-{}.txt", width), screen);
    }
    test::check_golden("report/screens/diagnose-colour.txt", report::render_text(report, {.width = 80, .color = true}));
    const auto ascii = report::render_text(report, {.width = 80, .ascii = true});
    for (const char c : ascii) REQUIRE(static_cast<unsigned char>(c) < 0x80);
    test::check_golden("report/screens/diagnose-ascii.txt", ascii);
    test::check_golden("report/screens/diagnose-wide.txt", report::render_wide(report, {}));
}

TEST_CASE("colour only repeats what words say") {
    const auto report = Recorded(k_shop).report();
    std::string plain;
    const auto coloured = report::render_text(report, {.width = 80, .color = true});
    for (std::size_t i = 0; i < coloured.size(); ++i) {
        if (coloured[i] == '\x1b') i = coloured.find('m', i);
        else plain += coloured[i];
    }
    CHECK(plain == report::render_text(report, {.width = 80}));
}

TEST_CASE("what could not be read is said on the screen, and in every other form") {
    kube::ResourceSet missing;
    missing.add(kube::Resource::events);
    missing.add(kube::Resource::secrets);
    const auto report = Recorded(k_shop, missing).report();
    CHECK_FALSE(report.complete);
    const auto screen = report::render_text(report, {.width = 80});
    CHECK(contains(screen, "cannot list events"));
    CHECK(contains(screen, "and 1 more (--show-skipped)"));
    CHECK(contains(report::render_text(report, {.width = 80, .show_skipped = true}), "cannot list secrets"));
    CHECK(contains(test::printed(report::write_json, report), "cannot list secrets"));
    CHECK(contains(report::render_yaml(report), "cannot list secrets"));
    test::check_golden("report/screens/diagnose-incomplete.txt", screen);
}

TEST_CASE("with nothing wrong and nothing unseen, the screen says so and counts what it looked at") {
    auto report = Recorded(k_shop).report(rules::Severity::critical);
    report.findings.clear();
    report.root_causes.clear();
    report.verdict = report::Verdict::healthy;
    report.headline = "no problems found";
    const auto screen = report::render_text(report, {.width = 80});
    CHECK(contains(screen, "no problems found"));
    CHECK(contains(screen, "checked 33 objects"));
    CHECK(report::render_wide(report, {}) == "");
}

TEST_CASE("a severity floor leaves lesser findings out of the list and out of the counts") {
    const Recorded shop(k_shop);
    const auto all = shop.report(), critical = shop.report(rules::Severity::critical);
    CHECK(all.counts.warning > 0);
    CHECK(critical.counts.warning == 0);
    CHECK(critical.findings.size() == critical.counts.critical);
    CHECK(critical.counts.critical == all.counts.critical);
}

TEST_CASE("the number of findings on a screen can be limited, and the rest is counted") {
    const auto report = Recorded(k_shop).report();
    REQUIRE(report.findings.size() > 3);
    const auto screen = report::render_text(report, {.width = 80, .max_findings = 1});
    CHECK(screen.size() < report::render_text(report, {.width = 80}).size());
    CHECK(contains(screen, "more"));
}
