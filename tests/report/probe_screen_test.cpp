// SPDX-License-Identifier: Apache-2.0
#include "recorded.hpp"

#include "../support/golden.hpp"
#include "data/json.hpp"
#include "report/probe.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

using namespace kdiag;
using namespace kdiag::probe;

namespace {

const Timestamp k_now = *parse_rfc3339("2026-09-14T12:10:00Z");

Replay replay_of(Kind kind, std::string target, std::vector<Outcome> outcomes) {
    return {.probe = {.kind = kind, .container = "api"}, .target = std::move(target), .timing = "every 10s, 1s timeout, restart after 3 failures", .way = "nc in container `api`", .outcomes = std::move(outcomes)};
}

/// A pod with one probe of each result, one that is not asked, and everything that can stand below.
probe::Report replayed() {
    probe::Report report{.context = "prod-eu", .namespace_name = "shop", .target = "pod/web-7c9", .object = "Pod/web-7c9", .started_at = k_now, .exit_code = 1};
    auto startup = replay_of(Kind::startup, "TCP :8080", {{.verdict = Verdict::success, .took = {800}}});
    startup.idle = "the container has started, and the kubelet asks no more until it is restarted";
    auto liveness = replay_of(Kind::liveness, "GET http :8080/healthz", {{.verdict = Verdict::failure, .message = "HTTP probe failed with statuscode: 503", .took = {12'345}}});
    liveness.consequence = "after 3 failures in a row, 10s apart the kubelet kills and restarts the container";
    liveness.kubelet.push_back({.message = "Liveness probe failed: HTTP probe failed with statuscode: 503", .first = k_now - Duration::minutes(9), .last = k_now - Duration::seconds(41), .count = 12});
    liveness.advice.push_back({.rule = "KD1309", .text = "it asks the same as the readiness probe and gives up after 30s, no later than that one (30s)", .help = "let liveness be more patient than readiness (failureThreshold)"});
    auto readiness = replay_of(Kind::readiness, "exec cat /tmp/\xe5\x87\x86\xe5\xa4\x87", {{.verdict = Verdict::unknown, .message = "exec: \"cat\": executable file not found in $PATH", .took = {2'000}}});
    readiness.consequence = "the kubelet throws the result away: the pod never becomes ready";
    auto mesh = replay_of(Kind::readiness, "gRPC :15020 mesh", {});
    mesh.probe.container = "proxy";
    mesh.probe.sidecar = true;
    mesh.way.clear();
    mesh.idle = "the container is not running (waiting: CrashLoopBackOff)";
    mesh.notes.push_back("port-forward asks 127.0.0.1 in the pod, and the kubelet the pod's address: a program that listens on 127.0.0.1 only answers the one and not the other");
    report.replays = {mesh, startup, liveness, readiness};
    return report;
}

probe::Report stepped() {
    probe::Report report{.context = "prod-eu", .namespace_name = "shop", .target = "svc/checkout", .object = "Service/checkout", .from = "Pod/web-7c9", .way = "nc in container `web`", .started_at = k_now, .exit_code = 1};
    report.rounds.push_back({.at = k_now, .steps = {{.name = "dns", .state = StepState::good, .text = "checkout.shop.svc.cluster.local -> 10.96.4.12", .took = {2'100}, .timed = true},
                                                    {.name = "tcp", .state = StepState::failed, .text = "10.96.4.12:80  connection refused", .took = {1'000}, .timed = true},
                                                    {.name = "tls"},
                                                    {.name = "http"}}});
    report.behind.push_back({.rule = "KD3001", .title = "Service/checkout has no ready endpoints, callers are refused", .object = "Service/checkout", .cause = "none of its 3 pods is ready"});
    return report;
}

std::string screen_of(const probe::Report& report, const report::TextOptions& options) {
    std::string screen = report::render_probe_header(report, options);
    if (!report.replays.empty()) screen += report::render_replays(report, k_now, options);
    for (std::size_t i = 0; i < report.rounds.size(); ++i) screen += report::render_round(report, i, options);
    return screen + report::render_probe_summary(report, options);
}

std::string without_colour(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b') i = text.find('m', i);
        else plain += text[i];
    }
    return plain;
}

bool meets_schema(const probe::Report& report) {
    const auto document = nlohmann::json::parse(data::to_json(report::probe_as_value(report)));
    const auto schema_document = nlohmann::json::parse(test::read_file("../docs/probe.schema.json"));
    valijson::Schema schema;
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_document), schema);
    valijson::Validator validator;
    valijson::ValidationResults results;
    const bool valid = validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(document), &results);
    valijson::ValidationResults::Error error;
    while (results.popError(error)) MESSAGE(error.description);
    return valid;
}

} // namespace

TEST_CASE("the screens of probes and steps fit their width, with colour and without drawing characters") {
    for (const auto& [name, report] : {std::pair{"replay", replayed()}, std::pair{"steps", stepped()}}) {
        for (const std::size_t width : {60u, 80u, 120u}) {
            const auto screen = screen_of(report, {.width = width});
            CHECK(test::lines_wider_than(width, screen) == "");
            test::check_golden(format("report/screens/probe-{}-{}.txt", name, width), screen);
        }
        const auto coloured = screen_of(report, {.width = 80, .color = true});
        CHECK(without_colour(coloured) == screen_of(report, {.width = 80}));
        test::check_golden(format("report/screens/probe-{}-colour.txt", name), coloured);
        test::check_golden(format("report/screens/probe-{}-ascii.txt", name), screen_of(report, {.width = 80, .ascii = true}));
        test::check_golden(format("report/screens/probe-{}-piped.txt", name), screen_of(report, {}));
    }
}

TEST_CASE("later rounds take a line each, and are summed up") {
    auto report = stepped();
    report.behind.clear();
    auto good = report.rounds[0];
    good.steps[1] = {.name = "tcp", .state = StepState::good, .text = "10.96.4.12:80", .took = {700}, .timed = true};
    good.steps.resize(2);
    report.rounds.push_back(good);
    report.rounds.push_back(report.rounds[0]);
    test::check_golden("report/screens/probe-rounds-80.txt", screen_of(report, {.width = 80}));
}

TEST_CASE("what servers and programs say cannot drive the terminal, nor show credentials") {
    auto report = stepped();
    report.rounds[0].steps[1].text = "evil \x1b[31m\x07 password=hunter2";
    auto replays = replayed();
    replays.replays[2].outcomes[0].message = "\x1b]0;x\x07 Authorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789";
    replays.replays[2].target = "GET http \x1b[2J";
    for (auto* hostile : {&report, &replays}) {
        report::redact_probe(*hostile);
        const auto screen = screen_of(*hostile, {.width = 80});
        CHECK(!contains(screen, "\x1b"));
        CHECK(!contains(screen, "\x07"));
        CHECK(!contains(screen, "hunter2"));
        CHECK(!contains(screen, "abcdefghijklmnop"));
        CHECK(!contains(data::to_json(report::probe_as_value(*hostile)), "hunter2"));
    }
}

TEST_CASE("the JSON document meets its schema") {
    CHECK(meets_schema(replayed()));
    CHECK(meets_schema(stepped()));
    CHECK(meets_schema({}));
    const auto document = report::probe_as_value(replayed());
    CHECK(document["good"].as_bool(true) == false);
    CHECK(document["probes"].as_array().size() == 4);
    CHECK(document["probes"].as_array()[2].at("attempts").as_array()[0]["tookMs"].as_double() == doctest::Approx(12.345));
}
