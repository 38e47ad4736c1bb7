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
    FlagSet flag_set = commands.flags_of(command);
    flag_set.option("objects", o.targets, "TYPE NAME..., TYPE/NAME..., or nothing");
    flag_set.flag("-A,--all-namespaces", o.all_namespaces, "look in every namespace");
    flag_set.option("-l,--selector", o.selector, "only objects whose labels match, and what is around them").takes("QUERY");
    flag_set.option("-f,--filename", o.filenames, "only objects that these manifests name (- for standard input)").repeatable().takes("FILE");
    flag_set.flag("-R,--recursive", o.recursive, "look into the folders below -f too");
    flag_set.option("-o,--output", flags->format, "text, wide, json, jsonl or yaml").takes("FORMAT");
    flag_set.option("--select", o.select, "only these rules: ids, names, globs, categories, best-practice").list().takes("LIST");
    flag_set.option("--ignore", o.ignore, "not these rules").list().takes("LIST");
    flag_set.option("--severity", flags->severity, "leave out findings below: critical, error, warning or info").takes("FLOOR");
    flag_set.option("--fail-on", flags->fail_on, "exit 1 for findings of at least this severity, or never (default error)").takes("SEVERITY");
    flag_set.flag("--require-complete", o.require_complete, "exit 10 when something could not be read");
    flag_set.option("--logs", flags->logs, "auto reads the last log lines of up to 10 containers that ended badly; never").takes("WHEN");
    flag_set.option("--log-lines", o.log_lines, "lines to read of each log (default 20)").between(1, 10000).takes("N");
    flag_set.option("--max-findings", o.max_findings, "print at most this many as text (default 20, 0: all)").takes("N");
    flag_set.flag("--show-skipped", o.show_skipped, "print what was not checked, and why");
    flag_set.flag("--timings", o.timings, "say on standard error how long each rule took; in stats.rules with -o json");
    flag_set.option("--timeout", flags->timeout, "for the whole run; then a partial report (default 60s, 0: none)").takes("DURATION");
    flag_set.option("--concurrency", o.concurrency, "requests in flight, or files of --from decoded at once (default 8)").between(1, 64).takes("N");
    flag_set.option("--max-memory", flags->max_memory, "read no more than fits, as in 64Mi; what is left out is said").takes("SIZE");
    flag_set.option("--now", flags->now, "judge at this time instead of the newest in a recording").takes("TIME");
    command.run = [flags, &commands] { return run(*flags, commands); };
}

} // namespace kdiag::cmd
