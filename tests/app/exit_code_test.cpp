// SPDX-License-Identifier: Apache-2.0
#include "app/diagnose.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using app::exit_code_for;

namespace {

report::Report report_with(std::vector<rules::Severity> severities, const char* gap = nullptr) {
    report::Report report;
    for (const auto severity : severities) {
        report.findings.emplace_back();
        report.findings.back().severity = severity;
    }
    if (gap != nullptr) {
        report.complete = false;
        report.skipped.push_back({.reason = gap});
    }
    return report;
}

} // namespace

TEST_CASE("findings at or above --fail-on are 1, lesser ones and none are 0") {
    using enum rules::Severity;
    app::DiagnoseOptions options;
    CHECK(exit_code_for(report_with({}), options) == ExitCode::ok);
    CHECK(exit_code_for(report_with({warning, info}), options) == ExitCode::ok);
    CHECK(exit_code_for(report_with({warning, error}), options) == ExitCode::findings);
    options.fail_on = warning;
    CHECK(exit_code_for(report_with({warning}), options) == ExitCode::findings);
    options.fail_on = critical;
    CHECK(exit_code_for(report_with({error}), options) == ExitCode::ok);
    options.fail_on.reset();
    CHECK(exit_code_for(report_with({critical}), options) == ExitCode::ok);
}

TEST_CASE("a bad finding outranks a time-out, which outranks incompleteness") {
    using enum rules::Severity;
    app::DiagnoseOptions options;
    options.require_complete = true;
    CHECK(exit_code_for(report_with({error}, "timeout"), options) == ExitCode::findings);
    CHECK(exit_code_for(report_with({}, "timeout"), options) == ExitCode::timed_out);
    CHECK(exit_code_for(report_with({warning}, "timeout"), options) == ExitCode::timed_out);
    CHECK(exit_code_for(report_with({}, "forbidden"), options) == ExitCode::incomplete);
    CHECK(exit_code_for(report_with({error}, "forbidden"), options) == ExitCode::findings);
    options.require_complete = false;
    CHECK(exit_code_for(report_with({}, "forbidden"), options) == ExitCode::ok);
}
TEST_CASE("beside a command's own codes, those of kdiag are above 200") {
    CHECK(exit_code_beside_a_command(ExitCode::ok) == 0);
    CHECK(exit_code_beside_a_command(ExitCode::usage) == 202);
    CHECK(exit_code_beside_a_command(ExitCode::network) == 204);
    CHECK(exit_code_beside_a_command(ExitCode::not_found) == 209);
    CHECK(exit_code_beside_a_command(ExitCode::internal) == 214);
    CHECK(exit_code_beside_a_command(ExitCode::interrupted) == 130);
    CHECK(exit_code_beside_a_command(ExitCode::terminated) == 143);
    CHECK(static_cast<int>(exit_code_of_command(0)) == 0);
    CHECK(static_cast<int>(exit_code_of_command(200)) == 200);
    CHECK(static_cast<int>(exit_code_of_command(201)) == 255);
    CHECK(static_cast<int>(exit_code_of_command(-1)) == 255);
}
