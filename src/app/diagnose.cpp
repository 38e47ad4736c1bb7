// SPDX-License-Identifier: Apache-2.0
#include "app/diagnose.hpp"

#include "app/progress.hpp"
#include "app/targets.hpp"
#include "facts/related.hpp"
#include "rules/select.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <ranges>
#include <unordered_set>

namespace kdiag::app {

namespace {

collect::ReadRequest request_of(const DiagnoseOptions& options, const facts::Scope& scope, kube::ResourceSet resources, Environment& environment,
                                ProgressLine& progress) {
    collect::ReadRequest request;
    request.resources = resources;
    request.scope = scope;
    request.max_logs = options.logs ? request.max_logs : 0;
    request.log_lines = options.log_lines;
    request.timeout = options.timeout;
    request.concurrency = options.concurrency;
    request.max_memory = options.max_memory;
    request.interrupted = environment.interrupted;
    request.on_progress = [&progress](const collect::Progress& p) { progress.show(p); };
    return request;
}

bool is_about(const rules::Finding& finding, const std::unordered_set<std::string>& keys) {
    if (keys.contains(finding.subject.key()) || keys.contains(finding.owner.key()) || keys.contains(finding.shared.key())) return true;
    return std::any_of(finding.affected.begin(), finding.affected.end(), [&](const auto& ref) { return keys.contains(ref.key()); });
}

/// What a run was narrowed to; nothing named means everything in scope.
struct Narrowed {
    bool active = false;
    std::vector<kube::ObjectRef> objects;
};

Result<Narrowed> narrow(const DiagnoseOptions& options, collect::Source& source, const facts::Snapshot& facts, const std::vector<Target>& targets,
                        const std::optional<kube::OwnedSelector>& selector) {
    Narrowed narrowed;
    const std::string namespace_name = facts.scope().all_namespaces ? std::string() : facts.scope().namespace_name;
    if (!targets.empty()) {
        narrowed.active = true;
        KD_TRY_ASSIGN(narrowed.objects, find_targets(source, facts, namespace_name, targets));
    }
    if (!options.filenames.empty()) {
        narrowed.active = true;
        KD_TRY_ASSIGN(const auto named, objects_in_manifests(options.filenames, options.recursive, source.default_namespace()));
        narrowed.objects.insert(narrowed.objects.end(), named.begin(), named.end());
    }
    if (selector) {
        auto matching = find_by_labels(facts, *selector);
        if (narrowed.active) { // both: the named objects that also match
            std::unordered_set<std::string> keys;
            for (const auto& ref : matching) keys.insert(ref.key());
            std::erase_if(narrowed.objects, [&](const auto& ref) { return !keys.contains(ref.key()); });
        } else {
            narrowed.objects = std::move(matching);
        }
        narrowed.active = true;
    }
    return narrowed;
}

void keep_related(rules::Outcome& outcome, const facts::Snapshot& facts, const Narrowed& narrowed) {
    if (!narrowed.active) return;
    const auto keys = facts::related_to(facts, narrowed.objects);
    std::erase_if(outcome.findings, [&](const rules::Finding& finding) { return !is_about(finding, keys); });
    // What follows only from something that is not related is somebody else's: another path of the same Ingress.
    std::unordered_set<std::string> ids;
    for (const auto& finding : outcome.findings) ids.insert(finding.id);
    std::erase_if(outcome.findings, [&](const rules::Finding& finding) {
        return !finding.caused_by.empty() && std::none_of(finding.caused_by.begin(), finding.caused_by.end(), [&](const std::string& id) { return ids.contains(id); });
    });
}

std::int64_t microseconds_now() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

constexpr std::size_t k_most_times = 15;

/// On standard error: they differ from run to run, and no output that is read by programs may.
void print_times(std::vector<rules::RuleTime> times, std::ostream& err) {
    const auto slower = [](const rules::RuleTime& a, const rules::RuleTime& b) { return a.microseconds > b.microseconds; };
    const auto total = std::accumulate(times.begin(), times.end(), std::int64_t{0}, [](std::int64_t sum, const auto& time) { return sum + time.microseconds; });
    std::stable_sort(times.begin(), times.end(), slower);
    err << format("{} took {:.2f} ms, the slowest:\n", counted(times.size(), "rule"), static_cast<double>(total) / 1000);
    for (const auto& [rule, microseconds] : times | std::views::take(k_most_times))
        err << format("{:>10.2f} ms  {} {}\n", static_cast<double>(microseconds) / 1000, rule->id, rule->name);
}

bool interrupted(const Environment& environment) {
    return environment.interrupted != nullptr && environment.interrupted->load();
}

} // namespace

ExitCode exit_code_for(const report::Report& report, const DiagnoseOptions& options) {
    const auto fails = [&](const rules::Finding& finding) { return options.fail_on && finding.severity >= *options.fail_on; };
    if (std::any_of(report.findings.begin(), report.findings.end(), fails)) return ExitCode::findings;
    const bool timed_out = std::any_of(report.skipped.begin(), report.skipped.end(), [](const auto& skipped) { return skipped.reason == "timeout"; });
    if (timed_out) return ExitCode::timed_out; // lesser findings do not make what was not seen well
    if (options.require_complete && !report.complete) return ExitCode::incomplete;
    return ExitCode::ok;
}

Result<ExitCode> run_diagnose(const DiagnoseOptions& options, Environment& environment) {
    const Timestamp started = environment.clock();
    KD_TRY_ASSIGN(const auto chosen, rules::select_rules(options.select, options.ignore));
    std::optional<kube::OwnedSelector> selector;
    if (!options.selector.empty()) {
        KD_TRY_ASSIGN(selector, kube::OwnedSelector::parse(options.selector));
    }
    KD_TRY_ASSIGN(auto source, open_source(options.connect, environment));
    KD_TRY_ASSIGN(const auto targets, parse_targets(*source, options.targets));

    ProgressLine progress(environment, options.output);
    const auto scope = scope_of(options.connect, options.all_namespaces, *source);
    auto resources = rules::needs_of(chosen);
    resources.add(resources_of(targets));
    if (!options.logs) resources.remove(kube::Resource::logs);
    auto read = source->read(request_of(options, scope, resources, environment, progress));
    progress.erase();
    if (!read) return std::move(read).error();
    const facts::Snapshot facts(std::move(*read));
    KD_TRY_ASSIGN(const auto narrowed, narrow(options, *source, facts, targets, selector));

    report::Run run{.started_at = started, .targets = options.targets, .selector = options.selector, .floor = options.floor};
    run.now = options.now ? *options.now : source->identity().kind == "live" ? started : facts.newest_time();
    run.fail_on = options.fail_on ? std::string(to_string(*options.fail_on)) : "never";
    if (!scope.all_namespaces) run.namespaces = {scope.namespace_name};
    auto outcome = rules::diagnose(facts, chosen, run.now, options.timings ? rules::Stopwatch(microseconds_now) : rules::Stopwatch());
    keep_related(outcome, facts, narrowed);

    auto report = report::make_report(run, std::move(outcome), facts);
    const auto identity = source->identity();
    report.source = identity.kind;
    report.context = identity.context;
    report.server = identity.server;
    report.server_version = identity.server_version;
    report.path = identity.path;
    const auto stats = source->stats();
    report.api_requests = stats.api_requests;
    report.log_requests = stats.log_requests;
    report.bytes_received = stats.bytes_received;
    report.retries = stats.retries;
    report.duration_ms = (environment.clock() - started).milliseconds;

    ExitCode code = exit_code_for(report, options);
    if (interrupted(environment)) code = environment.signal != nullptr && environment.signal->load() == 15 ? ExitCode::terminated : ExitCode::interrupted;
    report.exit_code = static_cast<int>(code);
    auto text = text_options(options.output, environment);
    text.max_findings = options.max_findings;
    text.show_skipped = options.show_skipped;
    print_report(report, options.output.format, text, environment);
    if (options.timings) print_times(report.rule_times, environment.err);
    return code;
}

} // namespace kdiag::app
