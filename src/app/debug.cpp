// SPDX-License-Identifier: Apache-2.0
#include "app/debug.hpp"

#include "app/debug/made_pod.hpp"
#include "app/debug/session.hpp"
#include "app/debug/start.hpp"
#include "app/pod_choice.hpp"
#include "app/pod_target.hpp"
#include "app/start_failure.hpp"
#include "config/files.hpp"
#include "data/json.hpp"
#include "data/yaml.hpp"
#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

using namespace debug;
using data::Value;

constexpr int k_most_names = 10;

Error usage(std::string message, std::string help) {
    return {.kind = ErrorKind::usage, .message = std::move(message), .help = {std::move(help)}};
}

Status check(const DebugOptions& options) {
    const auto& container = options.container;
    if (options.target.empty()) return usage("nothing is named to debug", "name a pod, a workload or a node: kdiag debug deploy/web -it");
    if (!options.connect.from.empty()) return usage("a recording has no containers to debug", "leave --from out");
    if (container.tty && !container.stdin_open) return usage("-t needs -i", "write -it");
    if (!options.copy && options.replace) return usage("--replace goes with --copy-to", "add --copy-to NAME");
    if (options.copy && !options.target_container.empty()) return usage("--target does not go with --copy-to", "the containers of a copy share their processes already (--share-processes)");
    KD_TRY(check_image(container.image));
    if (options.copy)
        for (const auto& [name, image] : options.copy->images) KD_TRY(check_image(image));
    for (const char* policy : {"", "Always", "IfNotPresent", "Never"})
        if (container.pull_policy == policy) return {};
    return usage(format("--image-pull-policy does not take `{}`", container.pull_policy), "it takes Always, IfNotPresent or Never");
}

/// What becomes of a pod that was made, to go on after its name.
std::string fate_of(const std::string& pod, const std::string& namespace_name, bool removed) {
    return removed ? "; it is deleted at the end" : format("; delete it when done: kubectl delete pod {} -n {}", pod, namespace_name);
}

class Debug {
public:
    Debug(DebugOptions options, client::ApiClient& client, Environment& environment)
        : m_options(std::move(options)), m_client(client), m_environment(environment), m_finder(client, m_options.connect.namespace_name, environment.interrupted),
          m_made(client, m_options.connect, environment, [this](const std::string& line) { tell(line); }) {}

    Result<ExitCode> run();
    /// The debug container beside the others of a pod that is there, without waiting until it runs.
    Result<Place> add_beside(const kube::Pod& pod);

private:
    Status read_custom();
    void decide_streams();
    Result<ExitCode> debug_node(const std::string& node);
    Result<ExitCode> debug_copy(const kube::Pod& pod);
    Result<Profile> profile_in(const std::string& namespace_name);
    static std::string default_target(const kube::Pod& typed, const Value& pod);
    Result<Place> add_container(const Value& pod, const kube::Pod& typed, Profile profile);
    Result<Value> patch(const std::string& namespace_name, const std::string& pod, const Value& container, Profile profile);
    Status create(const Value& pod, Profile profile, bool remove);
    Result<ExitCode> start_and_join(const Place& place);
    ExitCode report_failed_start(const Place& place, const std::string& words) const;
    Place place_of(const std::string& namespace_name, const std::string& pod, const Value& container) const;
    void tell(const std::string& line) const {
        if (!m_options.output.quiet) m_environment.err << sanitize_line(line) << std::endl;
    }

    DebugOptions m_options;
    client::ApiClient& m_client;
    Environment& m_environment;
    PodFinder m_finder;
    bool m_attach = true, m_name_taken = false;
    MadePod m_made;
};

Status Debug::read_custom() {
    if (m_options.custom_file.empty()) return {};
    KD_TRY_ASSIGN(const auto text, config::read_small_file(m_options.custom_file, "the partial container of --custom"));
    KD_TRY_ASSIGN(auto documents, data::parse_yaml(text, m_options.custom_file));
    m_options.container.custom = documents.empty() ? Value() : std::move(documents.front());
    return check_custom(m_options.container.custom);
}

/// Whoever calls it at a terminal and says nothing else wants a shell.
void Debug::decide_streams() {
    auto& container = m_options.container;
    const bool at_terminal = m_environment.stdin_is_terminal && m_environment.stdout_is_terminal;
    const bool nothing_said = !container.stdin_open && container.command.empty() && !m_options.attach && !(m_options.copy && !m_options.copy->images.empty());
    if (nothing_said && at_terminal) container.stdin_open = container.tty = true;
    if (container.tty && !m_environment.stdin_is_terminal) {
        tell("Unable to use a TTY - input is not a terminal or the right kind of file");
        container.tty = false;
    }
    m_attach = m_options.attach.value_or(container.stdin_open || !container.command.empty());
}

Result<ExitCode> Debug::run() {
    KD_TRY(read_custom());
    decide_streams();
    KD_TRY_ASSIGN(const auto name, parse_target_name(m_options.target));
    if (name.is_node()) return debug_node(name.name);
    auto target_found = m_finder.find(name);
    if (!target_found && target_found.error().kind == ErrorKind::usage && m_options.target.size() == 2 && m_options.container.command.empty())
        target_found.error().help.push_back(format("a command stands after `--`: kdiag debug {} -- {}", m_options.target[0], m_options.target[1]));
    KD_TRY_ASSIGN(const auto target, std::move(target_found));
    KD_TRY_ASSIGN(const auto found, m_finder.wait_for_pods(target, PodFinder::Wanted::any_phase, Duration{0}));
    const auto& pod = found.pods().front();
    if (m_options.copy) return debug_copy(pod);
    KD_TRY_ASSIGN(const auto place, add_beside(pod));
    return start_and_join(place);
}

/// What was asked for, else what the namespace's Pod Security level allows; a namespace that may not be read is found out by trying.
Result<Profile> Debug::profile_in(const std::string& namespace_name) {
    if (m_options.profile) return *m_options.profile;
    const auto read = m_client.get_json({.path = "/api/v1/namespaces/" + client::escape(namespace_name), .doing = format("get namespace {}", namespace_name)});
    if (!read && read.error().kind != ErrorKind::forbidden) return read.error();
    return profile_for(read ? enforced_level(*read) : SecurityLevel::privileged);
}

Place Debug::place_of(const std::string& namespace_name, const std::string& pod, const Value& container) const {
    const auto& command = container["command"].as_array();
    const bool prompts = (command.empty() && container["args"].as_array().empty()) || (command.size() == 1 && is_shell(command.front().as_string()));
    std::vector<std::string> program;
    for (const auto& word : command) program.emplace_back(word.as_string());
    return {.namespace_name = namespace_name, .pod = pod, .container = std::string(container["name"].as_string()), .image = std::string(container["image"].as_string()), .command = std::move(program),
            .stdin_open = container["stdin"].as_bool(), .tty = container["tty"].as_bool(), .is_shell = prompts};
}

/// The container that is annotated or first, if it runs: the processes of one that does not run cannot be joined.
std::string Debug::default_target(const kube::Pod& typed, const Value& pod) {
    if (pod.at("spec", "shareProcessNamespace").as_bool()) return {};
    const auto choice = choose_container(typed, {});
    if (!choice) return {};
    const auto* status = find_container_status(typed, choice->name);
    return status != nullptr && status->state.running ? choice->name : std::string();
}

Result<Place> Debug::add_beside(const kube::Pod& typed) {
    KD_TRY(check_not_completed(typed));
    if (m_options.remove == true)
        return usage("an ephemeral container cannot be removed: --rm goes with --copy-to and nodes", "leave --rm out; the container stays until the pod is deleted");
    const std::string namespace_name(typed.meta.namespace_name), name(typed.meta.name);
    KD_TRY_ASSIGN(auto pod, read_pod(m_client, namespace_name, name));
    if (m_options.target_container.empty()) {
        m_options.target_container = default_target(typed, pod);
        if (!m_options.target_container.empty()) tell(format("its processes are those of container {} (--target)", m_options.target_container));
    } else {
        KD_TRY(choose_container(typed, m_options.target_container));
    }
    KD_TRY_ASSIGN(const auto profile, profile_in(namespace_name));
    auto place = add_container(pod, typed, profile);
    for (int tried = 1; !place && m_name_taken && m_options.container.name.empty() && tried < k_most_names; ++tried) { // by somebody else, since the pod was read
        KD_TRY_ASSIGN(pod, read_pod(m_client, namespace_name, name));
        place = add_container(pod, typed, profile);
    }
    return place;
}

Result<Place> Debug::add_container(const Value& pod, const kube::Pod& typed, Profile profile) {
    const std::string namespace_name(typed.meta.namespace_name), name(typed.meta.name);
    auto container = ephemeral_container(m_options.container, profile, m_options.target_container, pod);
    if (m_options.reuse)
        if (const auto running = reusable_container(m_options.container, container, pod); !running.empty()) {
            for (const auto& present : pod.at("spec", "ephemeralContainers").as_array())
                if (present["name"].as_string() == running) container = present;
            tell(format("using debug container `{}` already in Pod/{} (profile {}); ephemeral containers stay until the pod is deleted, so this one is used again",
                        running, name, to_string(profile)));
            if (container["tty"].as_bool()) tell("press Enter if there is no prompt");
            auto place = place_of(namespace_name, name, container);
            place.is_new = false;
            return place;
        }
    const auto taken = names_in(pod);
    if (std::find(taken.begin(), taken.end(), container["name"].as_string()) != taken.end())
        return usage(format("the pod has a container `{}` already", container["name"].as_string()), "choose another name with -c, or leave -c out");
    if (const auto warning = capability_warning(container, pod); !warning.empty()) tell("warning: " + warning + "; --custom with `securityContext: {runAsUser: 0}` helps");
    auto patched = patch(namespace_name, name, container, profile);
    if (!patched && !m_options.profile)
        if (const auto level = level_in_denial(patched.error().notes.empty() ? std::string() : patched.error().notes.front()); level && level_needed(profile) < *level) {
            profile = profile_for(*level); // a level that is no label of the namespace: the cluster's default, or one that may not be read
            container = ephemeral_container(m_options.container, profile, m_options.target_container, pod);
            patched = patch(namespace_name, name, container, profile);
        }
    if (!patched) return std::move(patched).error();
    tell(format("debug container `{}` in Pod/{} (image {}, profile {}); it stays until the pod is deleted, as all ephemeral containers do", container["name"].as_string(), name,
                container["image"].as_string(), to_string(profile)));
    return place_of(namespace_name, name, container);
}

/// Servers of 1.20 and 1.21 answer the patch of today with 200 and do nothing; the kind of what they answer tells.
Result<Value> Debug::patch(const std::string& namespace_name, const std::string& pod, const Value& container, Profile profile) {
    client::ApiRequest request{.path = format("/api/v1/namespaces/{}/pods/{}/ephemeralcontainers", client::escape(namespace_name), client::escape(pod)),
                               .doing = format("add a debug container to pod {}", pod),
                               .method = "PATCH",
                               .content_type = "application/strategic-merge-patch+json",
                               .body = merge_patch(container)};
    KD_TRY_ASSIGN(auto answer, m_client.send(request));
    if (!answer.error) {
        KD_TRY_ASSIGN(auto document, data::parse_json(answer.body));
        if (document["kind"].as_string() == "Pod") return document;
        request.content_type = "application/json-patch+json";
        request.body = json_patch(container);
        KD_TRY_ASSIGN(answer, m_client.send(request));
        if (!answer.error) return document;
    }
    m_name_taken = answer.status == 422 && contains(answer.body, "may not be changed");
    if (answer.unserved) return no_ephemeral_containers(pod);
    return explain_refusal(*std::move(answer.error), profile, namespace_name);
}

Status Debug::create(const Value& pod, Profile profile, bool remove) {
    if (auto made = m_made.create(pod, remove ? MadePod::Fate::removed : MadePod::Fate::stays); !made)
        return explain_refusal(std::move(made).error(), profile, std::string(pod.at("metadata", "namespace").as_string()));
    return {};
}

Result<ExitCode> Debug::debug_copy(const kube::Pod& typed) {
    const std::string namespace_name(typed.meta.namespace_name), original(typed.meta.name);
    KD_TRY_ASSIGN(const auto profile, profile_in(namespace_name));
    KD_TRY_ASSIGN(const auto pod, read_pod(m_client, namespace_name, original));
    KD_TRY_ASSIGN(auto copy, copy_of(pod, *m_options.copy, m_options.container, profile));
    KD_TRY(create(copy.pod, profile, m_options.remove == true));
    const auto& name = m_options.copy->name;
    tell(format("pod {} is a copy of {} (profile {}){}", name, original, to_string(profile), fate_of(name, namespace_name, m_options.remove == true)));
    if (m_options.replace) {
        KD_TRY_ASSIGN(auto answer, m_client.send({.path = format("/api/v1/namespaces/{}/pods/{}?gracePeriodSeconds=0", client::escape(namespace_name), client::escape(original)),
                                                  .doing = format("delete pod {}", original),
                                                  .method = "DELETE"}));
        if (answer.error) return *std::move(answer.error);
    }
    if (copy.container.empty()) return ExitCode::ok;
    for (const auto& container : copy.pod.at("spec", "containers").as_array())
        if (container["name"].as_string() == copy.container) return start_and_join(place_of(namespace_name, name, container));
    return ExitCode::ok;
}

Result<ExitCode> Debug::debug_node(const std::string& node) {
    if (m_options.copy) return usage("--copy-to copies pods, not nodes", "leave --copy-to out");
    if (!m_options.target_container.empty()) return usage("--target names a container of a pod; a node has none", "leave --target out: the processes of the node are seen");
    const auto read = m_client.get_json({.path = "/api/v1/nodes/" + client::escape(node), .doing = format("get node {}", node)});
    if (!read && read.error().kind != ErrorKind::forbidden) return read.error(); // who may not look may still create
    const auto& namespace_name = m_finder.namespace_name();
    KD_TRY_ASSIGN(const auto profile, profile_in(namespace_name));
    if (!m_options.profile && level_needed(profile) != SecurityLevel::privileged)
        return Error{.kind = ErrorKind::forbidden,
                     .message = format("namespace {} enforces Pod Security `{}`, under which no pod may see the node", namespace_name, to_string(level_needed(profile))),
                     .help = {format("use a namespace that allows it: kdiag debug node/{} -n kube-system", node)}};
    auto pod = node_pod(node, random_suffix(), m_options.container, profile);
    pod.member("metadata").set("namespace", namespace_name);
    const bool remove = m_options.remove.value_or(m_attach);
    KD_TRY(create(pod, profile, remove));
    const std::string name(pod.at("metadata", "name").as_string());
    tell(format("pod {} on node {} (profile {}{}){}", name, node, to_string(profile), pod.at("spec", "volumes").is_null() ? "" : ", the node's files are at /host",
                fate_of(name, namespace_name, remove)));
    return start_and_join(place_of(namespace_name, name, pod.at("spec", "containers").as_array().front()));
}

Result<ExitCode> Debug::start_and_join(const Place& place) {
    const Tell told = [this](const std::string& line) { tell(line); };
    if (!m_attach) {
        m_environment.out << format("{}/{}\n", place.pod, place.container);
        return ExitCode::ok;
    }
    KD_TRY_ASSIGN(const auto started, wait_for_start(m_client, place, m_options.start_timeout, told, m_environment));
    if (!started.not_started.empty()) return report_failed_start(place, started.not_started);
    return join(m_client, place, started.pod, m_options.detach_keys, told, m_environment);
}

/// As exec tells it, with a shell's exit code.
ExitCode Debug::report_failed_start(const Place& place, const std::string& words) const {
    const auto code = shell_code_of(start_failure_of(words)).value_or(exit_code_beside_a_command(ExitCode::bad_answer));
    print_error(explain({.where = place.reference(), .container = place.container, .command = place.command, .message = words, .image = place.image}), m_options.output, m_environment, code);
    return static_cast<ExitCode>(code);
}

} // namespace

Result<ExitCode> run_debug(const DebugOptions& options, Environment& environment) {
    KD_TRY(check(options));
    KD_TRY_ASSIGN(const auto client, open_client(options.connect, environment));
    return Debug(options, *client, environment).run();
}

Result<std::string> start_debug_container(const DebugOptions& options, client::ApiClient& client, const kube::Pod& pod, Environment& environment) {
    KD_TRY(check(options));
    KD_TRY_ASSIGN(const auto place, Debug(options, client, environment).add_beside(pod));
    const Tell tell = [&](const std::string& line) { environment.err << sanitize_line(line) << std::endl; };
    KD_TRY_ASSIGN(const auto started, wait_for_start(client, place, options.start_timeout, tell, environment));
    if (!started.not_started.empty())
        return Error{.kind = ErrorKind::not_found, .message = format("debug container {} was not started: {}", place.container, started.not_started), .help = {"name an image with a shell and tools: --image busybox:stable"}};
    return place.container;
}

} // namespace kdiag::app
