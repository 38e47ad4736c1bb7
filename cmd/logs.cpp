// SPDX-License-Identifier: Apache-2.0
#include "app/logs.hpp"

#include "command.hpp"
#include "flag_values.hpp"

namespace kdiag::cmd {

namespace {

struct Flags {
    app::LogsOptions options;
    std::string since, since_time, pod_running_timeout = "20s";
    bool all_containers = false;
    Flag all_containers_option;
};

Result<ExitCode> run(Flags& flags, Commands& commands) {
    auto& options = flags.options;
    KD_TRY_ASSIGN(options.connect, connect_options(commands.globals()));
    KD_TRY_ASSIGN(options.output, output_options(commands.globals(), "text"));
    KD_TRY_ASSIGN(options.pod_running_timeout, parse_duration_flag("--pod-running-timeout", flags.pod_running_timeout));
    if (!flags.since.empty()) {
        KD_TRY_ASSIGN(const auto since, parse_duration_flag("--since", flags.since));
        if (since.milliseconds > 0) options.since = since;
    }
    if (!flags.since_time.empty()) {
        KD_TRY_ASSIGN(options.since_time, parse_time_flag("--since-time", flags.since_time));
    }
    if (flags.all_containers_option.count() > 0) options.all_containers = flags.all_containers;
    return app::run_logs(options, commands.environment());
}

} // namespace

void add_logs(Commands& commands) {
    auto& command = commands.add("logs", "Print logs of containers, pods or whole workloads", "Look inside");
    command.usage = "logs POD [CONTAINER] | TYPE/NAME... | -l QUERY | --match REGEX [flags]";
    command.examples = R"(
kdiag logs web-1                                # the default container of a pod
kdiag logs deploy/checkout                      # all pods and containers, in order of time
kdiag logs deploy/checkout -f --tail 20         # follows restarts and new pods
kdiag logs web-1 -p                             # of the instance before the last restart
kdiag logs svc/api --since 2m --include 'ERROR|OutOf'
kdiag logs -l app=web -c proxy --timestamps > proxy.log
kdiag logs --match '^import-.*' -f -o json | jq -r .line
)";
    command.details = R"(
Of a workload, a Service or a selection the logs of all pods and containers are
printed in order of time; a line that is followed waits 0.2s for an older one.
With -f reading goes on through restarts, new pods, rotation and lost
connections: each line comes once. What happens between the lines stands there
as `--- container ended: OOMKilled, exit 137; restarts in 5m ---`: among the
lines on a terminal and in JSON, else on standard error; -q leaves it out. -f
ends when nothing more can come (pods that have ended, Jobs that are over), else
with Ctrl-C: a pod of another workload is replaced when it goes.

On a terminal, and with --color=always for `less -R`, colours of the application
are kept and nothing else that steers it, and pods have colours of their own.
Elsewhere, and with -o raw, bytes are printed as they are. -o json prints an
object with time, namespace, pod, container and line for each line; bytes that
are no UTF-8 become U+FFFD.

--include, --exclude and --highlight are regular expressions (RE2) and may be
repeated. The first two see a line whole up to 10 MiB; of more than two such lines
at once, and of longer ones, the beginning counts. --highlight marks what lies
within 64 KiB of a line.

--limit-bytes counts as the kubelet does: what is left out by a filter, too, and
the times if --timestamps asks for them. That the kubelet cannot read a log, which
it writes behind the lines, is an error; with -f it is told and tried again.

Exit code: 0, or as in `help exit-codes`: 8 a container did not start in time, 9
no such pod, container or log, 7 the kubelet could not read it, 4 a connection was
lost without -f.
)";
    auto flags = std::make_shared<Flags>();
    auto& o = flags->options;
    FlagSet flag_set = commands.flags_of(command);
    flag_set.option("targets", o.targets, "POD [CONTAINER], TYPE/NAME..., TYPE NAME...");
    flag_set.option("-l,--selector", o.selector, "the pods whose labels match").takes("QUERY");
    flag_set.option("--match", o.match, "the pods whose names match a regular expression").takes("REGEX");
    flag_set.option("-c,--container", o.container, "this container only").takes("NAME");
    flags->all_containers_option = flag_set.flag("--all-containers", flags->all_containers, "all containers of a pod (default for all but a single pod)");
    flag_set.flag("--all-pods", o.all_pods, "all pods of a workload, with prefixes; kdiag reads all in any case");
    flag_set.flag("-f,--follow", o.follow, "go on as lines are written, through restarts and new pods");
    flag_set.flag("-p,--previous", o.previous, "of the instance before the last restart");
    flag_set.option("--tail", o.tail, "only so many of the last lines of each container (-1: all)").takes("LINES");
    flag_set.option("--since", flags->since, "only lines newer than this, as in 5m").takes("DURATION");
    flag_set.option("--since-time", flags->since_time, "only lines since then (RFC 3339)").takes("TIME");
    flag_set.flag("--timestamps", o.timestamps, "the time in front of each line");
    flag_set.flag("--prefix{always}", o.prefix, "pod and container in front of each line: =auto (several logs), =always, =never");
    flag_set.option("--include", o.include, "only lines that match; repeatable").repeatable().takes("REGEX");
    flag_set.option("--exclude", o.exclude, "no lines that match; repeatable").repeatable().takes("REGEX");
    flag_set.option("--highlight", o.highlight, "show what matches on a terminal; repeatable").repeatable().takes("REGEX");
    flag_set.option("--merge", o.merge, "auto: in order of time; never: one log after the other, or as lines come").takes("WHEN");
    flag_set.option("-o,--output", o.format, "text, json or raw").takes("FORMAT");
    flag_set.option("--limit-bytes", o.limit_bytes, "only so many bytes of each container's log").takes("BYTES");
    flag_set.flag("--until-exit", o.until_exit, "with -f: end when the containers end, though they restart");
    flag_set.option("--max-log-requests", o.max_requests, "logs that are read at once (default 50)").between(1, 1000).takes("N");
    flag_set.option("--pod-running-timeout", flags->pod_running_timeout, "wait so long for a container to start (default 20s)").takes("DURATION");
    flag_set.flag("--ignore-errors", o.ignore_errors, "exit with 0 though some logs could not be read");
    flag_set.flag("--insecure-skip-tls-verify-backend", o.insecure_backend, "do not check the kubelet's certificate");
    command.run = [flags, &commands] { return run(*flags, commands); };
}

} // namespace kdiag::cmd
