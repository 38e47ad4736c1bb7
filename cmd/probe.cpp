// SPDX-License-Identifier: Apache-2.0
#include "app/probe.hpp"

#include "command.hpp"
#include "flag_values.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::cmd {

namespace {

struct Flags {
    app::ProbeOptions options;
    std::string format = "text", kind, expect, timeout = "5s", tcp_timeout, interval = "1s";
    std::vector<std::string> headers;
};

Result<probe::Header> parse_header(const std::string& word) {
    const auto colon = word.find(':');
    const auto name = std::string(trim(std::string_view(word).substr(0, colon)));
    if (colon == std::string::npos || name.empty() || name.find_first_of(" \t\r\n") != std::string::npos)
        return Error{.kind = ErrorKind::usage, .message = "--header takes `Name: value`", .help = {"as in --header 'Host: shop.example'"}};
    return probe::Header{name, std::string(trim(std::string_view(word).substr(colon + 1)))};
}

Result<ExitCode> run(Flags& flags, Commands& commands) {
    auto& options = flags.options;
    KD_TRY_ASSIGN(options.connect, connect_options(commands.globals()));
    if (options.from.empty()) options.from = options.connect.from; // written before the command
    options.connect.from.clear();                                  // here it names a pod, not a recording
    KD_TRY_ASSIGN(options.output, output_options(commands.globals(), flags.format));
    if (!flags.kind.empty()) {
        KD_TRY_ASSIGN(options.depth, probe::parse_depth(flags.kind));
    }
    if (!flags.expect.empty()) {
        KD_TRY_ASSIGN(options.expect, probe::StatusRanges::parse(flags.expect));
    }
    for (const auto& word : flags.headers) {
        KD_TRY_ASSIGN(auto header, parse_header(word));
        options.headers.push_back(std::move(header));
    }
    if (!flags.tcp_timeout.empty()) {
        KD_TRY_ASSIGN(options.tcp_timeout, parse_duration_flag("--tcp-timeout", flags.tcp_timeout));
    }
    KD_TRY_ASSIGN(options.timeout, parse_duration_flag("--timeout", flags.timeout));
    KD_TRY_ASSIGN(options.interval, parse_duration_flag("--interval", flags.interval));
    return app::run_probe(options, commands.environment());
}

constexpr auto k_details = R"(
A pod or a workload without a port: the startup, liveness and readiness probes
that it declares are asked as the kubelet asks them, with its timeouts, headers
and treatment of redirects, from inside the pod: through nc, bash, curl or wget
of one of its containers. For each the result, the time it took of its timeout,
what the kubelet does if that goes on, what it last said, and what is risky
about the settings. Commands are run in their own container. Where no container
has a tool, HTTP and TCP go over a port-forward, which the screen says.

A URL (http, https, tcp, tls, grpc), dns:NAME, svc/NAME[:PORT] or pod/NAME:PORT:
DNS, TCP, TLS and HTTP or gRPC health one after the other, until one fails; what
the rules of `kdiag diagnose` know of that is named. A URL is asked from here, a
Service or a pod's port from inside the pod, and with --from pod/NAME anything
from that pod: a Service by its name, as its users ask it. Times include the way
to the pod and back. --image IMAGE asks from a debug container beside the pod's
own, which stays until the pod is deleted (kdiag debug).

--from node/NAME asks from a node's own network and resolver, and --from node
from that of the pod that is asked. For that a pod kdiag-probe-* with
hostNetwork is made there, in the namespace of -n, and deleted at the end, also
after Ctrl-C; it never lives longer than 10 minutes. Its image is --image, else
KDIAG_IMAGE, else busybox:stable. A node does not know the names of Services: a
Service is asked at its address. Where Pod Security forbids hostNetwork, use
-n kube-system and the target's address.

Headers that may be credentials are never written to a command line. Asking from
a pod needs the permission to create pods/exec; from a node also to create, get
and delete pods.

Exit code 0: all good. 1: something failed. 2 to 9: it could not be asked
(kdiag help exit-codes).
)";

} // namespace

void add_probe(Commands& commands) {
    auto& command = commands.add("probe", "Ask a pod's own probes, or test DNS, TCP, TLS, HTTP or gRPC", "Look inside");
    command.usage = "probe POD|TYPE/NAME[:PORT]|URL|dns:NAME [flags]";
    command.examples = R"(
kdiag probe pod/web-7c9                       # its probes, the kubelet's way
kdiag probe deploy/web --count 10             # those of one pod, 10 times
kdiag probe svc/checkout --from pod/web-7c9   # does web reach checkout?
kdiag probe svc/db:5432 --from pod/bare-0 --image busybox:stable
kdiag probe pod/web-7c9:8080 --from node      # as the kubelet on its node
kdiag probe tcp://10.0.0.7:5432 --from node/n1
kdiag probe svc/web --replay-probes           # what one of its pods declares
kdiag probe pod/web-7c9:8080 --path /ready --expect 200
kdiag probe dns:checkout.shop.svc.cluster.local --from deploy/web
kdiag probe https://shop.example/login --header 'Accept-Language: de'
kdiag probe grpc://10.0.0.7:9000 --service shop -o json
)";
    command.details = k_details;
    auto flags = std::make_shared<Flags>();
    auto& o = flags->options;
    FlagSet flag_set = commands.flags_of(command);
    flag_set.option("target", o.target, "a pod or workload, a port of a pod or Service, a URL, or dns:NAME");
    flag_set.option("--from", o.from, "ask from inside this pod (pod/NAME, deploy/NAME), from a node (node/NAME), or `local`: from here").takes("FROM");
    flag_set.option("--kind", flags->kind, "how far to go: dns, tcp, tls, http or grpc (default: by scheme or port)").takes("KIND");
    flag_set.option("--path", o.path, "path of the HTTP request (default /)").takes("PATH");
    flag_set.option("--header", flags->headers, "header of the HTTP request; repeatable").repeatable().takes("HEADER");
    flag_set.option("--expect", flags->expect, "HTTP statuses that count as good (default 200-399)").takes("STATUSES");
    flag_set.option("--service", o.service, "service to ask gRPC's health check about (default: the whole server)").takes("NAME");
    flag_set.option("--count", o.count, "how often to ask (default 1)").between(1, 1000000).takes("N");
    flag_set.option("--interval", flags->interval, "between two rounds (default 1s)").takes("DURATION");
    flag_set.option("--timeout", flags->timeout, "for each step (default 5s); declared probes have their own").takes("DURATION");
    flag_set.option("--tcp-timeout", flags->tcp_timeout, "for the TCP connection, where it is to be another").takes("DURATION");
    flag_set.flag("--replay-probes", o.replay, "ask what a pod declares (the default for pods and workloads), also of a pod behind a Service");
    flag_set.option("--image", o.image, "ask from a debug container of this image, started beside the pod's own, or from a pod of it on the node").takes("IMAGE").no_variable(); // the variable is debug's, and this writes to the cluster
    flag_set.option("--ca", o.ca_file, "file with the authority to trust instead of the system's").takes("FILE");
    flag_set.flag("!--no-verify", o.verify, "go on with a certificate that is not trusted");
    flag_set.option("-o,--output", flags->format, "text, json or yaml").takes("FORMAT");
    command.run = [flags, &commands] { return run(*flags, commands); };
}

} // namespace kdiag::cmd
