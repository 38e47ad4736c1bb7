// SPDX-License-Identifier: Apache-2.0
#include "app/diagnose.hpp"

#include "command.hpp"
#include "flag_values.hpp"

namespace kdiag::cmd {

namespace {

struct Flags {
    app::DiagnoseOptions options;
    std::string format = "text", severity = "info", fail_on = "error", logs = "auto", timeout = "60s", max_memory, now;
};

Result<ExitCode> run(Flags& flags, Commands& commands) {
    auto& options = flags.options;
    KD_TRY_ASSIGN(options.connect, connect_options(commands.globals()));
    KD_TRY_ASSIGN(options.output, output_options(commands.globals(), flags.format));
    KD_TRY_ASSIGN(options.floor, parse_severity("--severity", flags.severity));
    options.fail_on.reset();
    if (flags.fail_on != "never") {
        KD_TRY_ASSIGN(options.fail_on, parse_severity("--fail-on", flags.fail_on));
    }
    KD_TRY_ASSIGN(options.logs, parse_logs(flags.logs));
    KD_TRY_ASSIGN(options.timeout, parse_duration_flag("--timeout", flags.timeout));
    if (!flags.max_memory.empty()) {
        KD_TRY_ASSIGN(options.max_memory, parse_size_flag("--max-memory", flags.max_memory));
    }
    if (!flags.now.empty()) {
        KD_TRY_ASSIGN(options.now, parse_time_flag("--now", flags.now));
    }
    return app::run_diagnose(options, commands.environment());
}

constexpr auto k_details = R"(
Without arguments everything in the namespace is looked at. With objects, what
they depend on and what depends on them is looked at too, and nothing else is
reported. Findings are grouped: what follows from something else says so, and
`fix first` names where to begin.

--from reads what kubectl printed (get -o json or yaml, one object or a list),
NDJSON, folders of such files, cluster-info dump, must-gather and support-bundle
folders, and .tar.gz files of these. The rules and the output are the same.
)";

} // namespace

void add_diagnose(Commands& commands) {
    auto& command = commands.add("diagnose", "Find problems, their cause and what to do", "Find the cause");
    command.usage = "diagnose [TYPE[/NAME] ...] [flags]";
    command.examples = R"(
kdiag diagnose -n shop
kdiag diagnose deploy/checkout -n shop          # it and all around it
kdiag diagnose -A -o wide                       # one line a finding
kdiag diagnose -l app=checkout --fail-on warning
kdiag diagnose -f deploy/ -R                    # what these manifests name
kubectl get all,events -o json | kdiag diagnose --from -
)";
    command.details = k_details;
    auto flags = std::make_shared<Flags>();
    auto& o = flags->options;
    auto& app = *command.app;
    app.add_option("objects", o.targets, "TYPE NAME..., TYPE/NAME..., or nothing");
    app.add_flag("-A,--all-namespaces", o.all_namespaces, "look in every namespace");
    app.add_option("-l,--selector", o.selector, "only objects whose labels match, and what is around them")->type_name("QUERY");
    app.add_option("-f,--filename", o.filenames, "only objects that these manifests name (- for standard input)")->allow_extra_args(false)->type_name("FILE");
    app.add_flag("-R,--recursive", o.recursive, "look into the folders below -f too");
    app.add_option("-o,--output", flags->format, "text, wide, json, jsonl or yaml")->type_name("FORMAT");
    add_list(app, "--select", o.select, "only these rules: ids, names, globs, categories, best-practice");
    add_list(app, "--ignore", o.ignore, "not these rules");
    app.add_option("--severity", flags->severity, "leave out findings below: critical, error, warning or info")->type_name("FLOOR");
    app.add_option("--fail-on", flags->fail_on, "exit 1 for findings of at least this severity, or never (default error)")->type_name("SEVERITY");
    app.add_flag("--require-complete", o.require_complete, "exit 10 when something could not be read");
    app.add_option("--logs", flags->logs, "auto reads the last log lines of up to 10 containers that ended badly; never")->type_name("WHEN");
    app.add_option("--log-lines", o.log_lines, "lines to read of each log (default 20)")->check(CLI::Range(1, 10000))->type_name("N");
    app.add_option("--max-findings", o.max_findings, "print at most this many as text (default 20, 0: all)")->type_name("N");
    app.add_flag("--show-skipped", o.show_skipped, "print what was not checked, and why");
    app.add_flag("--timings", o.timings, "say on standard error how long each rule took; in stats.rules with -o json");
    app.add_option("--timeout", flags->timeout, "for the whole run; then a partial report (default 60s, 0: none)")->type_name("DURATION");
    app.add_option("--concurrency", o.concurrency, "requests in flight, or files of --from decoded at once (default 8)")->check(CLI::Range(1, 64))->type_name("N");
    app.add_option("--max-memory", flags->max_memory, "read no more than fits, as in 64Mi; what is left out is said")->type_name("SIZE");
    app.add_option("--now", flags->now, "judge at this time instead of the newest in a recording")->type_name("TIME");
    command.run = [flags, &commands] { return run(*flags, commands); };
}

} // namespace kdiag::cmd
