// SPDX-License-Identifier: Apache-2.0
#include "app/describe.hpp"

#include "command.hpp"
#include "flag_values.hpp"

namespace kdiag::cmd {

namespace {

struct Flags {
    app::DescribeOptions options;
    std::string format = "text", timeout = "60s", now;
    bool show_events = true;
    Flag show_events_option;
};

Result<ExitCode> run(Flags& flags, Commands& commands) {
    auto& options = flags.options;
    KD_TRY_ASSIGN(options.connect, connect_options(commands.globals()));
    KD_TRY_ASSIGN(options.output, output_options(commands.globals(), flags.format));
    KD_TRY_ASSIGN(options.timeout, parse_duration_flag("--timeout", flags.timeout));
    if (flags.show_events_option.count() > 0) options.show_events = flags.show_events;
    if (!flags.now.empty()) {
        KD_TRY_ASSIGN(options.now, parse_time_flag("--now", flags.now));
    }
    return app::run_describe(options, commands.environment());
}

} // namespace

void add_describe(Commands& commands) {
    auto& command = commands.add("describe", "Show one object: verdict, state, timeline, relations", "Find the cause");
    command.usage = "describe TYPE NAME... | TYPE/NAME... | NAME [flags]";
    command.examples = R"(
kdiag describe pod checkout-6f7c9d5b8-2xkqj -n shop
kdiag describe deploy/checkout --full           # everything kubectl describe prints
kdiag describe node ip-10-0-3-17
kdiag describe pods -l app=checkout             # a verdict line each
kdiag describe pod web-0 --from dump.tar.gz
)";
    command.details = "The first lines say whether the object works and, if not, why; `kdiag diagnose` has\nthe full text of each finding.";
    auto flags = std::make_shared<Flags>();
    auto& o = flags->options;
    FlagSet flag_set = commands.flags_of(command);
    flag_set.option("objects", o.targets, "TYPE NAME..., TYPE/NAME..., or NAME");
    flag_set.flag("-A,--all-namespaces", o.all_namespaces, "look in every namespace");
    flag_set.option("-l,--selector", o.selector, "the objects of the type whose labels match").takes("QUERY");
    flag_set.option("-f,--filename", o.filenames, "the objects that these manifests name").repeatable().takes("FILE");
    flag_set.flag("-R,--recursive", o.recursive, "look into the folders below -f too");
    flag_set.option("-o,--output", flags->format, "text, wide, json or yaml").takes("FORMAT");
    flag_set.flag("--full", o.full, "every section that kubectl describe has");
    flags->show_events_option = flag_set.flag("--show-events,!--hide-events", flags->show_events, "the timeline (default: for one object, not for several)");
    flag_set.option("--timeout", flags->timeout, "for the whole run (default 60s, 0: none)").takes("DURATION");
    flag_set.option("--concurrency", o.concurrency, "requests in flight at once (default 8)").between(1, 64).takes("N");
    flag_set.option("--now", flags->now, "judge at this time instead of the newest in a recording").takes("TIME");
    command.run = [flags, &commands] { return run(*flags, commands); };
}

} // namespace kdiag::cmd
