// SPDX-License-Identifier: Apache-2.0
#include "cli.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

using namespace kdiag;
using nlohmann::json;

namespace {

const std::string k_root = KDIAG_SOURCE_DIR;
const std::string k_shop = k_root + "/examples/shop.json";

struct Ran {
    int code = -1;
    std::string out, err;
};

Ran run(std::vector<std::string> words, std::map<std::string, std::string> variables = {}) {
    std::ostringstream out, err;
    app::Environment environment{.out = out, .err = err, .variable = [&](std::string_view name) -> std::optional<std::string> {
                                     const auto found = variables.find(std::string(name));
                                     return found == variables.end() ? std::nullopt : std::optional(found->second);
                                 }};
    words.insert(words.begin(), "kdiag");
    Ran ran;
    ran.code = cmd::run_cli(words, environment);
    ran.out = out.str();
    ran.err = err.str();
    return ran;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("the example's root causes are named, and the exit code says that there are some") {
    const auto ran = run({"diagnose", "--from", k_shop});
    CHECK(ran.code == 1);
    CHECK(ran.err.empty());
    for (const char* id : {"KD1003", "KD1101", "KD1401", "KD3002"}) CHECK(has(ran.out, id));
    CHECK(has(ran.out, "4 root causes"));
    CHECK(has(ran.out, "fix first: "));
}

TEST_CASE("the JSON document meets its schema, is the same each time, and consequences name their causes") {
    const auto ran = run({"diagnose", "--from", k_shop, "-o=json"});
    const json report = json::parse(ran.out);
    std::ifstream file(k_root + "/docs/report.schema.json");
    const json schema_document = json::parse(file);
    valijson::Schema schema;
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_document), schema);
    valijson::Validator validator;
    valijson::ValidationResults results;
    const bool valid = validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(report), &results);
    valijson::ValidationResults::Error error;
    while (results.popError(error)) MESSAGE(error.description);
    CHECK(valid);
    CHECK(report["run"]["exitCode"] == 1);
    CHECK(report["summary"]["rootCauses"].size() == 4);
    for (const auto& finding : report["findings"])
        for (const auto& cause : finding["causedBy"])
            CHECK(std::any_of(report["findings"].begin(), report["findings"].end(), [&](const json& other) { return other["id"] == cause; }));
    auto again = json::parse(run({"diagnose", "--from", k_shop, "-o", "json"}).out);
    auto first = report;
    for (auto* document : {&again, &first}) {
        (*document)["run"].erase("startedAt");
        (*document)["run"].erase("durationMs");
    }
    CHECK(again == first);
}

TEST_CASE("--timings says how long each rule took, and changes nothing else") {
    const auto timed = run({"diagnose", "--from", k_shop, "--timings", "-o", "json"});
    auto report = json::parse(timed.out), plain = json::parse(run({"diagnose", "--from", k_shop, "-o", "json"}).out);
    REQUIRE(report["stats"]["rules"].size() == report["summary"]["rulesRun"]);
    for (const auto& rule : report["stats"]["rules"]) CHECK(rule["microseconds"] >= 0);
    CHECK(!plain["stats"].contains("rules"));
    report["stats"].erase("rules");
    for (auto* document : {&report, &plain}) document->erase("run");
    CHECK(report == plain);
    CHECK(has(timed.err, "rules took"));
    const auto text = run({"diagnose", "--from", k_shop, "--timings"});
    CHECK(text.out == run({"diagnose", "--from", k_shop}).out);
    CHECK(has(text.err, " ms  KD"));
}

TEST_CASE("flags narrow, and the exit code follows") {
    CHECK(run({"diagnose", "--from", k_shop, "--select", "KD1101,KD1401", "-o", "json"}).code == 1);
    CHECK(json::parse(run({"diagnose", "--from", k_shop, "--select", "KD1101", "--select", "KD1401", "-o", "json"}).out)["findings"].size() == 2);
    CHECK(run({"diagnose", "--from", k_shop, "--fail-on", "never"}).code == 0);
    CHECK(run({"diagnose", "--from", k_shop, "--ignore", "all"}).code == 0);
    CHECK(run({"diagnose", "--from", k_shop, "-n", "elsewhere"}).code == 0);
    setenv("KDIAG_FAIL_ON", "never", 1);
    CHECK(run({"diagnose", "--from", k_shop}).code == 0);
    CHECK(run({"diagnose", "--from", k_shop, "--fail-on", "error"}).code == 1); // a flag outranks its variable
    unsetenv("KDIAG_FAIL_ON");
    const auto cart = json::parse(run({"diagnose", "svc/cart", "--from", k_shop, "-n", "shop", "-o", "json"}).out);
    for (const auto& finding : cart["findings"]) CHECK(!has(finding.dump(), "smtp-settings"));
    CHECK(cart["findings"].size() >= 1);
    CHECK(json::parse(run({"diagnose", "-l", "app=catalog", "--from", k_shop, "-o", "json"}).out)["summary"]["rootCauses"].size() == 1);
}

TEST_CASE("a variable sets a flag that no word names, under a name of its own too") {
    const auto set = [](const char* name, const char* value, std::vector<std::string> words) {
        setenv(name, value, 1);
        const auto ran = run(std::move(words));
        unsetenv(name);
        return ran.err;
    };
    CHECK(has(set("KDIAG_SEVERITY", "bogus", {"diagnose", "--from", k_shop}), "--severity does not take `bogus`"));
    CHECK(has(set("KDIAG_CONTEXT", "nowhere", {"diagnose"}), "nowhere"));
    CHECK(has(set("KDIAG_EXEC_TIMEOUT", "bogus", {"exec", "web", "--", "date"}), "--timeout"));
    CHECK_FALSE(has(set("KDIAG_TIMEOUT", "bogus", {"exec", "web", "--", "date"}), "--timeout"));
    CHECK(has(set("KDIAG_TIMEOUT", "bogus", {"diagnose", "--from", k_shop}), "--timeout"));
}

TEST_CASE("what is misspelt gets a suggestion and exit code 2") {
    struct Row {
        std::vector<std::string> words;
        const char* error;
        const char* help;
    };
    for (const auto& row : {Row{{"diagnsoe"}, "unknown command `diagnsoe`", "`diagnose`"}, Row{{"diagnose", "--fial-on", "x"}, "has no flag `--fial-on`", "`--fail-on`"},
                            Row{{"diagnose", "--from", k_shop, "--severity", "eror"}, "--severity does not take `eror`", "`error`"}, Row{{"diagnose", "-o", "jason"}, "unknown output format `jason`", "`json`"},
                            Row{{"diagnose", "--from", k_shop, "--select", "KD1033"}, "no rule, name or category matches `KD1033`", "KD1003"}, Row{{"rule", "KD1033"}, "no rule is called `KD1033`", "KD1003"},
                            Row{{"diagnose", "deplyoment/x", "--from", k_shop}, "no resource type `deplyoment`", "deployment"}, Row{{"diagnose", "--timeout", "soon"}, "--timeout does not take `soon`", "30s"},
                            Row{{"diagnose", "-l", "a in b", "--from", k_shop}, "malformed at column", "app=web"}, Row{{"help", "exit-code"}, "no help for `exit-code`", "exit-codes"},
                            Row{{"diagnose", "--now", "today", "--from", k_shop}, "--now does not take `today`", "2026-"},
                            Row{{"logs", "web", "--tail", "x"}, "--tail does not take `x`", "`kdiag logs -h`"}, Row{{"logs", "web", "--max-log-requests", "0"}, "--max-log-requests: ", "`kdiag logs -h`"}}) {
        CAPTURE(row.error);
        const auto ran = run(row.words);
        CHECK(ran.code == 2);
        CHECK(ran.out.empty());
        CHECK(has(ran.err, row.error));
        CHECK(has(ran.err, row.help));
    }
}

TEST_CASE("each failure has its exit code, and JSON output gets a JSON error on standard error") {
    CHECK(run({"diagnose", "--from", "/does/not/exist"}).code == 3);
    CHECK(run({"diagnose"}, {{"KUBECONFIG", "/does/not/exist"}}).code == 3);
    CHECK(run({"diagnose", "deploy/chekout", "--from", k_shop, "-n", "shop"}).code == 9);
    CHECK(has(run({"diagnose", "deploy/chekout", "--from", k_shop, "-n", "shop"}).err, "did you mean checkout?"));
    CHECK(run({"describe", "pod", "nobody", "--from", k_shop}).code == 9);
    CHECK(run({"diagnose", "--server", "http://127.0.0.1:1", "--request-timeout", "2"}).code == 4);
    const auto ran = run({"diagnose", "--from", "/does/not/exist", "-o", "json"});
    CHECK(ran.out.empty());
    const auto error = json::parse(ran.err);
    CHECK(error["kind"] == "Error");
    CHECK(error["exitCode"] == 3);
    CHECK(error["reason"] == "config");
}

TEST_CASE("help is there wherever it is asked for") {
    CHECK(has(run({}).out, "Find the cause"));
    CHECK(has(run({"-h"}).out, "diagnose"));
    CHECK(has(run({"diagnose", "--help"}).out, "--fail-on SEVERITY"));
    CHECK(has(run({"help", "exit-codes"}).out, "not authenticated"));
    CHECK(has(run({"help", "probe"}).out, "Usage:  kdiag probe "));
    CHECK(has(run({"-n", "shop", "help", "logs"}).out, "Usage:  kdiag logs "));
    CHECK(run({"help", "logs"}).out == run({"logs", "-h"}).out);
    CHECK(has(run({"options"}).out, "--kubeconfig FILE"));
    CHECK(has(run({"--version"}).out, "kdiag "));
    CHECK(has(run({"version"}).out, "rules"));
    CHECK(json::parse(run({"version", "-o", "json"}).out)["rules"].get<int>() >= 60);
    for (const char* command : {"diagnose", "describe", "exec", "debug", "rule", "version", "options", "help"}) {
        const auto text = run({command, "-h"}).out;
        CHECK(std::count(text.begin(), text.end(), '\n') < 100);
    }
}

TEST_CASE("rules are listed, explained, and their role is printed") {
    CHECK(has(run({"rule"}).out, "KD1003  container-oom-killed"));
    CHECK(has(run({"rule", "container-oom-killed"}).out, "Why it matters"));
    CHECK(json::parse(run({"rule", "-o", "json"}).out)["items"].size() >= 60);
    const auto role = run({"rule", "--rbac"}).out;
    CHECK(has(role, "kind: ClusterRole"));
    CHECK(has(role, "pods/log"));
    CHECK(!has(role, "create"));
    CHECK(!has(run({"rule", "KD1101", "--rbac"}).out, "secrets"));
}

TEST_CASE("describe shows the object, by kind and name or by name alone") {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"describe", "deploy/checkout"}, {"describe", "deployment", "checkout"}}) {
        auto all = words;
        all.insert(all.end(), {"--from", k_shop, "-n", "shop"});
        const auto ran = run(all);
        CHECK(ran.code == 0);
        CHECK(has(ran.out, "Deployment/checkout is not running: 0 of 3 pods ready"));
        CHECK(has(ran.out, "KD1003"));
    }
    CHECK(has(run({"describe", "svc/cart", "--from", k_shop, "-n", "shop"}).out, "app=card"));
    CHECK(has(run({"describe", "cart", "--from", k_shop, "-n", "shop"}).out, "Deployment/cart"));
    const auto several = run({"describe", "deployments", "--from", k_shop, "-n", "shop"}).out;
    CHECK(std::count(several.begin(), several.end(), '\n') < 20);
    const auto document = json::parse(run({"describe", "deploy/checkout", "--from", k_shop, "-n", "shop", "-o", "json"}).out);
    CHECK(document["run"]["command"] == "describe");
    CHECK(document["object"]["state"] == "failing");
    const auto full = run({"describe", "configmap", "checkout-env", "--full", "--from", k_shop, "-n", "shop"}).out;
    CHECK(has(full, "WORKERS"));
}

TEST_CASE("piped text is never cut, a terminal's is laid out for its width, and colour is a choice") {
    const auto piped = run({"diagnose", "--from", k_shop}).out;
    CHECK(!has(piped, "\x1b["));
    const auto narrow = run({"diagnose", "--from", k_shop}, {{"KDIAG_FORCE_TTY", "60"}, {"LANG", "C.UTF-8"}, {"TERM", "xterm"}, {"NO_COLOR", "1"}}).out;
    std::istringstream lines(narrow);
    for (std::string line; std::getline(lines, line);)
        if (!has(line, "kubectl") && !has(line, "kdiag")) CHECK_MESSAGE(line.size() < 60 + 20, line); // bytes, not columns; commands are never broken
    CHECK(has(run({"diagnose", "--from", k_shop, "--color", "always"}).out, "\x1b["));
    CHECK(has(run({"diagnose", "--from", k_shop, "--ascii"}).out, "x Deployment/checkout"));
}
