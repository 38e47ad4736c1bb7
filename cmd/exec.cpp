// SPDX-License-Identifier: Apache-2.0
#include "app/exec.hpp"

#include "command.hpp"
#include "flag_values.hpp"

namespace kdiag::cmd {

namespace {

struct Flags {
    app::ExecOptions options;
    std::string timeout, retry_connect, detach_keys, pod_running_timeout = "60s";
};

Result<ExitCode> run(Flags& flags, const Command& command, Commands& commands) {
    auto& options = flags.options;
    KD_TRY_ASSIGN(options.connect, connect_options(commands.globals()));
    KD_TRY_ASSIGN(options.output, output_options(commands.globals(), "text"));
    KD_TRY_ASSIGN(options.pod_running_timeout, parse_duration_flag("--pod-running-timeout", flags.pod_running_timeout));
    if (!flags.timeout.empty()) {
        KD_TRY_ASSIGN(const auto timeout, parse_duration_flag("--timeout", flags.timeout));
        if (timeout.milliseconds > 0) options.timeout = timeout;
    }
    if (!flags.retry_connect.empty()) {
        KD_TRY_ASSIGN(options.retry_connect, parse_duration_flag("--retry-connect", flags.retry_connect));
    }
    KD_TRY_ASSIGN(options.detach_keys, app::DetachKeys::parse(flags.detach_keys));
    options.command = command.words;
    return app::run_exec(options, commands.environment());
}

} // namespace

void add_exec(Commands& commands) {
    auto& command = commands.add("exec", "Run a command in a container", "Look inside");
    command.usage = "exec POD|TYPE/NAME [-c CONTAINER] [flags] -- COMMAND [ARG ...]";
    command.examples = R"(
kdiag exec web-0 -- date                        # in the default container
kdiag exec deploy/web -it -- sh                 # a shell in the pod that serves best
kdiag exec svc/db -c postgres -- pg_isready
tar c src | kdiag exec web-0 -i -- tar x -C /tmp
kdiag exec web-0 -- tar c /var/log > logs.tar
kdiag exec -l app=web --all -- cat /etc/hosts   # in every pod, lines named
kdiag exec job/backup --timeout 30s -- sync
)";
    command.details = R"(
The command stands after `--`; it is run as it is, without a shell:
`-- sh -c 'echo $HOME'` brings one. Without -c the container is the one that the
annotation kubectl.kubernetes.io/default-container names, else the first.

Exit code: the command's own up to 200, 255 above. 126 and 127: it could not be
started, as a shell says it. Failures of kdiag itself: 202 usage, 203
configuration or a full disk, 204 connection lost (the command may still be
running), 205 and 206 not allowed, 207 an unexpected answer, 208 --timeout, 209
no such pod or container. 130, 143: interrupted, terminated here. With --all the
highest code of all pods.

-t needs a terminal as standard input; Ctrl-C and Ctrl-Z then go to the command.

With --all lines of up to 1 MiB are never mixed. A longer one has the output for
itself while the other pods wait; it is broken only where nothing more of it has
come for 5s and others have lines.
)";
    auto flags = std::make_shared<Flags>();
    auto& o = flags->options;
    FlagSet flag_set = commands.flags_of(command);
    flag_set.option("target", o.target, "POD, TYPE/NAME or TYPE NAME");
    flag_set.option("-c,--container", o.container, "the container (default: the annotated one, else the first)").takes("NAME");
    flag_set.flag("-i,--stdin", o.stdin_open, "pass standard input; its end is passed on too");
    flag_set.flag("-t,--tty", o.tty, "with a terminal, for programs that want one");
    flag_set.option("-l,--selector", o.selector, "a pod whose labels match, instead of a name").takes("QUERY");
    flag_set.flag("--all", o.all, "in all pods of the object or selector that run, lines prefixed");
    flag_set.option("--concurrency", o.concurrency, "with --all: pods at once (default 8)").between(1, 64).takes("N");
    flag_set.option("--timeout", flags->timeout, "leave the command after this time (default: never)", "KDIAG_EXEC_TIMEOUT").takes("DURATION");
    flag_set.option("--retry-connect", flags->retry_connect, "try again for so long while the API server or the kubelet cannot be reached; never once the command may run").takes("DURATION");
    flag_set.option("--detach-keys", flags->detach_keys, "with -t: keys that leave the command running, as in ctrl-p,ctrl-q (default: none)").takes("KEYS");
    flag_set.option("--pod-running-timeout", flags->pod_running_timeout, "wait so long for a pod that runs (default 60s)").takes("DURATION");
    command.takes_words = command.one_object = command.needs_words = true;
    command.passes_code_on = true;
    command.run = [flags, &command, &commands] { return run(*flags, command, commands); };
}

} // namespace kdiag::cmd
