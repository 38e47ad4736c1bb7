// SPDX-License-Identifier: Apache-2.0
#include "app/debug.hpp"

#include "command.hpp"
#include "flag_values.hpp"

#include "util/format.hpp"

namespace kdiag::cmd {

namespace {

struct Flags {
    app::DebugOptions options;
    app::debug::CopyWish copy;
    std::string image, profile = "auto", start_timeout = "5m", detach_keys = "ctrl-p,ctrl-q";
    std::vector<std::string> env, images;
    bool attach = true, remove = false, share_processes = true;
    Flag attach_option, remove_option, share_option, image_option;
};

/// `NAME=VALUE`.
Result<std::pair<std::string, std::string>> pair_of(const std::string& flag, const std::string& word) {
    const auto at = word.find('=');
    if (at == std::string::npos || at == 0) return Error{.kind = ErrorKind::usage, .message = format("{} does not take `{}`", flag, word), .help = {"it takes NAME=VALUE"}};
    return std::pair(word.substr(0, at), word.substr(at + 1));
}

Result<ExitCode> run(Flags& flags, const Command& command, Commands& commands) {
    auto& options = flags.options;
    KD_TRY_ASSIGN(options.connect, connect_options(commands.globals()));
    KD_TRY_ASSIGN(options.output, output_options(commands.globals(), "text"));
    KD_TRY_ASSIGN(options.profile, app::debug::parse_profile(flags.profile));
    KD_TRY_ASSIGN(options.start_timeout, parse_duration_flag("--start-timeout", flags.start_timeout));
    KD_TRY_ASSIGN(options.detach_keys, app::DetachKeys::parse(flags.detach_keys));
    for (const auto& word : flags.env) {
        KD_TRY_ASSIGN(auto pair, pair_of("--env", word));
        options.container.env.push_back(std::move(pair));
    }
    for (const auto& word : flags.images) {
        KD_TRY_ASSIGN(auto pair, pair_of("--set-image", word));
        flags.copy.images.insert(std::move(pair));
    }
    if (flags.attach_option.count() > 0) options.attach = flags.attach;
    if (flags.remove_option.count() > 0) options.remove = flags.remove;
    if (flags.share_option.count() > 0) flags.copy.share_processes = flags.share_processes;
    options.container.command = command.words;
    // A copy may change a container that is there, or only images: then no container is added, and no image is needed.
    const bool adds_none = !flags.copy.name.empty() && (!options.container.name.empty() || !flags.copy.images.empty());
    if (flags.image_option.count() > 0)
        options.container.image = flags.image;
    else if (!adds_none)
        options.container.image = commands.environment().variable("KDIAG_IMAGE").value_or(flags.image);
    if (!flags.copy.name.empty()) options.copy = flags.copy;
    else if (!flags.copy.images.empty() || flags.copy.same_node)
        return Error{.kind = ErrorKind::usage, .message = "--set-image and --same-node go with --copy-to", .help = {"add --copy-to NAME"}};
    return app::run_debug(options, commands.environment());
}

} // namespace

void add_debug(Commands& commands) {
    auto& command = commands.add("debug", "Start a debug container next to a container", "Look inside");
    command.usage = "debug POD|TYPE/NAME|node/NAME [flags] [-- COMMAND [ARG ...]]";
    command.examples = R"(
kdiag debug web-0 -it                           # a shell beside the default container
kdiag debug deploy/api --target api -it         # sees the processes of container api
kdiag debug web-0 --image nicolaka/netshoot -it -- tcpdump -i eth0
kdiag debug web-0 -- wget -qO- localhost:8080   # one command, its output and exit code
kdiag debug web-0 --copy-to web-copy --rm -it   # in a copy of the pod
kdiag debug web-0 --copy-to x -c app -it -- sh  # a copy whose container app runs a shell
kdiag debug node/worker-1 -it                   # on a node, its files at /host
)";
    command.details = R"(
Beside a container it is an ephemeral container: it stays, ended or not, until the
pod is deleted; one that runs and is the same is used again (--new: another one).
Copies stay unless --rm is given; pods on nodes are deleted at the end unless
--rm=false. All that is typed or printed is in the container's log.

Profiles (--profile), as kubectl's: general (+SYS_PTRACE), baseline (nothing more),
restricted (no root, no capabilities), netadmin (+NET_ADMIN, NET_RAW), sysadmin
(privileged). auto is the strongest of general, baseline and restricted that the
Pod Security level of the namespace allows. On nodes all but baseline and
restricted use the host's namespaces.

The files of the container under --target are at /proc/1/root, if the users match.

Exit code: that of the debug container's program up to 200, 255 above; 126 and
127: the image has no such program, as a shell says it; failures of kdiag itself
are 202 to 209 as for exec. Whoever leaves it with Ctrl-P Ctrl-Q gets 0, and joins
it again with the same command.
)";
    auto flags = std::make_shared<Flags>();
    auto& o = flags->options;
    FlagSet flag_set = commands.flags_of(command);
    flag_set.option("target", o.target, "POD, TYPE/NAME or node/NAME");
    flags->image = app::debug::k_default_image;
    flags->image_option = flag_set.option("--image", flags->image, "image with the tools (default KDIAG_IMAGE, else busybox:stable)").takes("IMAGE");
    flags->image_option.no_variable(); // the variable is only for new containers: it must not change the image of one that -c names
    flag_set.option("--image-pull-policy", o.container.pull_policy, "Always, IfNotPresent or Never").takes("POLICY");
    flag_set.option("--target", o.target_container, "see the processes of this container (default: the default one, if it runs)").takes("NAME");
    flag_set.option("-c,--container", o.container.name, "name of the debug container; with --copy-to also one to change").takes("NAME");
    flag_set.flag("-i,--stdin", o.container.stdin_open, "pass standard input (at a terminal -it is the default)");
    flag_set.flag("-t,--tty", o.container.tty, "with a terminal");
    flag_set.option("--profile", flags->profile, "auto, general, baseline, restricted, netadmin, sysadmin").takes("PROFILE");
    flag_set.option("--custom", o.custom_file, "YAML or JSON file with parts of a container, laid over the profile").takes("FILE");
    flag_set.option("--env", flags->env, "a variable of the container; repeatable").repeatable().takes("NAME=VALUE");
    flag_set.flag("--reuse,!--new", o.reuse, "use a debug container again that runs and is the same (the default)");
    flags->attach_option = flag_set.flag("--attach,!--no-attach", flags->attach, "join it (the default with -i or a command)");
    flag_set.flag("--arguments-only", o.container.command_is_arguments, "what follows -- are arguments of the image's own program");
    flag_set.option("--detach-keys", flags->detach_keys, "with -t: keys that leave the container running (default ctrl-p,ctrl-q; \"\": none)").takes("KEYS");
    flag_set.option("--start-timeout", flags->start_timeout, "wait so long until it runs (default 5m)").takes("DURATION");
    flag_set.option("--copy-to", flags->copy.name, "debug a copy of the pod with this name").takes("NAME");
    flags->remove_option = flag_set.flag("--rm,!--keep", flags->remove, "delete the copy or the pod on the node at the end");
    flag_set.flag("--replace", o.replace, "with --copy-to: delete the original pod");
    flag_set.flag("--same-node", flags->copy.same_node, "with --copy-to: on the same node");
    flags->share_option = flag_set.flag("--share-processes,!--no-share-processes", flags->share_processes, "with --copy-to: containers see each other's processes (the default)");
    flag_set.option("--set-image", flags->images, "with --copy-to: other images, `*` for all containers").list().takes("NAME=IMAGE");
    flag_set.flag("--keep-labels", flags->copy.kept.labels, "with --copy-to: keep labels, so that Services send it requests");
    flag_set.flag("--keep-annotations", flags->copy.kept.annotations, "with --copy-to: keep annotations");
    flag_set.flag("--keep-liveness", flags->copy.kept.liveness, "with --copy-to: keep liveness probes");
    flag_set.flag("--keep-readiness", flags->copy.kept.readiness, "with --copy-to: keep readiness probes");
    flag_set.flag("--keep-startup", flags->copy.kept.startup, "with --copy-to: keep startup probes");
    flag_set.flag("--keep-init-containers,!--no-init-containers", flags->copy.kept.init_containers, "with --copy-to: run init containers (the default)");
    command.takes_words = command.one_object = true;
    command.passes_code_on = true;
    command.run = [flags, &command, &commands] { return run(*flags, command, commands); };
}

} // namespace kdiag::cmd
