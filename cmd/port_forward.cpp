// SPDX-License-Identifier: Apache-2.0
#include "app/port_forward.hpp"

#include "command.hpp"
#include "flag_values.hpp"

namespace kdiag::cmd {

namespace {

struct Flags {
    app::PortForwardOptions options;
    std::string format = "text", pod_running_timeout = "60s";
};

Result<ExitCode> run(Flags& flags, const Command& command, Commands& commands) {
    auto& options = flags.options;
    KD_TRY_ASSIGN(options.connect, connect_options(commands.globals()));
    KD_TRY_ASSIGN(options.output, output_options(commands.globals(), flags.format));
    KD_TRY_ASSIGN(options.pod_running_timeout, parse_duration_flag("--pod-running-timeout", flags.pod_running_timeout));
    options.command = command.words;
    return app::run_port_forward(options, commands.environment());
}

} // namespace

void add_port_forward(Commands& commands) {
    auto& command = commands.add("port-forward", "Forward local ports, surviving pod restarts", "Look inside");
    command.usage = "port-forward TYPE/NAME [LOCAL:]REMOTE... [TYPE/NAME ...] [flags] [-- COMMAND [ARG ...]]";
    command.examples = R"(
kdiag port-forward svc/checkout 8080:80         # 127.0.0.1:8080 to the Service's port 80
kdiag port-forward web-0 8080 9090              # the same numbers here and there
kdiag port-forward deploy/web :http             # a port by name, any free one here
kdiag port-forward svc/web 8080:80 svc/db 5432  # several at once
kdiag port-forward svc/db 0:5432 -- sh -c 'psql -p $KDIAG_PORT_5432 -c "select 1"'
kdiag port-forward svc/web :80 -o json          # one line of JSON when it listens
kdiag port-forward pod/web 8080 --address 0.0.0.0
)";
    command.details = R"(
Without --address it listens on localhost, 127.0.0.1 and ::1; on other addresses
other machines can connect, and a warning says so. Of many connections that come
at once 32 are being set up at a time.

A pod that goes away is replaced by a ready one of the same object, the local port
stays open, and connections that come meanwhile wait for it ten seconds. One that
fails ends alone, and as broken if the pod had not said all. TCP only; a program
that listens neither on localhost nor on all addresses of its pod may not be
reached.

With a command after `--` the ports are open while it runs, and its exit code is
the result (255 above 200; failures of kdiag itself: 202 usage, 203 a local port is
taken, 204 network, 206 not allowed, 209 no such object). KDIAG_PORT_n is the local
port for the remote port n, by number and by name (KDIAG_PORT_HTTP).

Ctrl-C prints what went through and ends it (130). The role needs `create` on
pods/portforward, `get` on it for WebSocket too, and get, list and watch on pods.
)";
    auto flags = std::make_shared<Flags>();
    auto& o = flags->options;
    FlagSet flag_set = commands.flags_of(command);
    flag_set.option("objects", o.words, "TYPE/NAME or POD, each with its ports");
    flag_set.option("--address", o.addresses, "IP addresses or localhost to listen on (default localhost: 127.0.0.1 and ::1)").list().takes("LIST");
    flag_set.flag("--reconnect,!--no-reconnect", o.reconnect, "use another pod when one goes away (default)");
    flag_set.option("--ready-file", o.ready_file, "write this file when everything listens: ADDRESS:PORT lines").takes("FILE");
    flag_set.option("-o,--output", flags->format, "text or json").takes("FORMAT");
    flag_set.option("--pod-running-timeout", flags->pod_running_timeout, "wait so long for a pod that runs (default 60s)").takes("DURATION");
    command.takes_words = true;
    command.run = [flags, &command, &commands] { return run(*flags, command, commands); };
}

} // namespace kdiag::cmd
