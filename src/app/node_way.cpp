// SPDX-License-Identifier: Apache-2.0
#include "app/node_way.hpp"

#include "app/debug/made_pod.hpp"
#include "app/debug/start.hpp"
#include "app/pod_target.hpp"
#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

using data::Value;
using Phase = debug::ContainerNow::Phase;

constexpr const char* k_container = "prober";
constexpr std::int64_t k_nobody = 65534;
constexpr Duration k_life = Duration::minutes(10); ///< of the pod, should kdiag not live to delete it
constexpr Duration k_start_limit = Duration::minutes(5); ///< as for debug containers

/// The way of a container, and its pod, which goes with it.
class NodeWay final : public Way {
public:
    NodeWay(std::unique_ptr<debug::MadePod> pod, std::unique_ptr<Way> inside, std::string place, std::string caveat)
        : m_pod(std::move(pod)), m_inside(std::move(inside)), m_place(std::move(place)), m_caveat(std::move(caveat)) {}
    std::string text() const override { return format("{} of pod {}", m_inside->text(), m_place); }
    std::string caveat() const override { return m_caveat; }
    bool is_transparent() const override { return m_inside->is_transparent(); }
    bool can_verify(const std::string& ca_pem) const override { return m_inside->can_verify(ca_pem); }
    Result<Names> look_up(const std::string& name, Duration limit) override { return m_inside->look_up(name, limit); }
    Result<Opened> open(const std::vector<std::string>& addresses, int port, Duration limit) override { return m_inside->open(addresses, port, limit); }
    Result<net::Exchange> ask(const Question& question) override { return m_inside->ask(question); }

private:
    std::unique_ptr<debug::MadePod> m_pod;
    std::unique_ptr<Way> m_inside;
    std::string m_place, m_caveat;
};

/// What is to be said of a node that is not ready; an Error when nothing can be started there.
Result<std::string> look_at_node(client::ApiClient& client, const std::string& node) {
    const auto read = client.get_json({.path = "/api/v1/nodes/" + client::escape(node), .doing = format("get node {}", node)});
    if (!read && read.error().kind == ErrorKind::forbidden) return std::string(); // who may not look may still create
    if (!read) return read.error();
    for (const auto& condition : read->at("status", "conditions").as_array()) {
        if (condition["type"].as_string() != "Ready") continue;
        const auto status = condition["status"].as_string(), message = condition["message"].as_string();
        if (status == "Unknown") {
            Error error{.kind = ErrorKind::timeout, .message = format("node {} does not report any more (Ready is Unknown): nothing can be started there to ask from", node),
                        .help = {format("why: kdiag diagnose node/{}", shell_quote(node)), "ask from another: --from node/NAME"}};
            if (!message.empty()) error.notes.emplace_back(message);
            return error;
        }
        if (status == "False") return format("node {} is not ready{}{}", node, message.empty() ? "" : ": ", message);
    }
    return std::string();
}

/// A refusal of the API server to let the pod in.
Error explain_refusal(Error error, const std::string& node, const std::string& namespace_name) {
    const auto words = std::string(error.notes.empty() ? std::string_view(error.message) : std::string_view(error.notes.front()));
    if (const auto level = debug::level_in_denial(words)) {
        error.kind = ErrorKind::forbidden;
        error.message = format("namespace {} enforces Pod Security `{}`, which admits no pod in the network of a node", namespace_name, to_string(*level));
        error.help = {format("use a namespace that allows it, and the target's address: kdiag probe tcp://ADDRESS:PORT --from node/{} -n kube-system", shell_quote(node))};
    } else if (error.kind == ErrorKind::forbidden && contains(words, "cannot ")) {
        error.help = {"asking from a node needs the verbs create and delete on pods, get on pods, and create on pods/exec"};
    } else if (error.kind == ErrorKind::forbidden) {
        error.message = "an admission controller of the cluster does not let the pod in that would ask from the node";
        error.help = {"choose another --image, or another namespace with -n, as its words say"};
    }
    return error;
}

/// Waits until its container runs. What went wrong names no commands about the pod: it is gone by then.
Status wait_until_running(client::ApiClient& client, const debug::Place& place, Environment& environment, const debug::Tell& tell) {
    auto started = debug::wait_for_start(client, place, k_start_limit, tell, environment);
    if (!started) {
        auto error = std::move(started).error();
        if (error.kind == ErrorKind::interrupted) error.message = "interrupted while the pod on the node was starting";
        std::erase_if(error.help, [&](const std::string& help) { return contains(help, place.pod); });
        return error;
    }
    if (started->not_started.empty() && debug::container_now(started->pod, place.container).phase == Phase::running) return {};
    return Error{.kind = ErrorKind::not_found, .message = format("image {} does not run `sh`, which asks from the node", place.image),
                 .notes = {started->not_started.empty() ? std::string("its container ended at once") : started->not_started},
                 .help = {"name another: --image busybox:stable, or the variable KDIAG_IMAGE"}};
}

std::string image_for(const ProbeOptions& options, const Environment& environment) {
    if (!options.image.empty()) return options.image;
    const auto variable = environment.variable("KDIAG_IMAGE").value_or(std::string());
    return variable.empty() ? debug::k_default_image : variable;
}

} // namespace

Result<std::optional<std::string>> node_of_from(const std::string& from, const kube::Pod* asked) {
    if (from == "node") {
        if (asked != nullptr && !asked->spec.node_name.empty()) return std::optional(std::string(asked->spec.node_name));
        return Error{.kind = ErrorKind::usage, .message = "--from node means the node of the pod that is asked, and here none is", .help = {"name the node: --from node/NAME (kubectl get nodes lists them)"}};
    }
    if (from.empty() || !contains(from, "/")) return std::optional<std::string>();
    KD_TRY_ASSIGN(auto name, parse_target_name({from}));
    return name.is_node() ? std::optional(std::move(name.name)) : std::nullopt;
}

Value prober_pod(const std::string& node, const std::string& namespace_name, const std::string& suffix, const std::string& image) {
    const auto seconds = k_life.milliseconds / 1000;
    auto container = Value::object()
                         .set("name", k_container)
                         .set("image", image)
                         .set("command", Value::Array{"sh", "-c", format("trap 'exit 0' TERM; sleep {} & wait", seconds)});
    debug::apply_to_container(debug::Profile::restricted, container, k_nobody);
    auto pod = Value::object().set("apiVersion", "v1").set("kind", "Pod");
    pod.set("metadata", Value::object()
                            .set("name", format("kdiag-probe-{}", suffix))
                            .set("namespace", namespace_name)
                            .set("labels", Value::object().set("app.kubernetes.io/managed-by", "kdiag-debug")));
    pod.set("spec", Value::object()
                        .set("nodeName", node)
                        .set("hostNetwork", true)
                        .set("dnsPolicy", "Default") // the node's resolver
                        .set("tolerations", Value::Array{Value::object().set("operator", "Exists")})
                        .set("automountServiceAccountToken", false)
                        .set("restartPolicy", "Never")
                        .set("terminationGracePeriodSeconds", 1)
                        .set("activeDeadlineSeconds", seconds)
                        .set("containers", Value::Array{std::move(container)}));
    return pod;
}

Result<PodWay> way_from_node(client::ApiClient& client, const std::string& node, const std::string& namespace_name, const ProbeOptions& options, Environment& environment) {
    if (options.count > 1 && options.interval.milliseconds > k_life.milliseconds / static_cast<std::int64_t>(options.count - 1))
        return Error{.kind = ErrorKind::usage, .message = "the pod that asks from a node lives for 10 minutes, and these rounds take longer", .help = {"give a smaller --count or --interval"}};
    const auto image = image_for(options, environment);
    KD_TRY(debug::check_image(image));
    KD_TRY_ASSIGN(auto caveat, look_at_node(client, node));
    const auto pod = prober_pod(node, namespace_name, debug::random_suffix(), image);
    const debug::Place place{.namespace_name = namespace_name, .pod = std::string(pod.at("metadata", "name").as_string()), .container = k_container, .image = image, .command = {"sh"}};
    auto made = std::make_unique<debug::MadePod>(client, options.connect, environment, debug::Tell());
    if (auto created = made->create(pod, debug::MadePod::Fate::removed); !created) return explain_refusal(std::move(created).error(), node, namespace_name);
    const debug::Tell tell = [&](const std::string& line) {
        if (!options.output.quiet) environment.err << sanitize_line(format("pod {} on node {}: {}", place.pod, node, line)) << std::endl;
    };
    KD_TRY(wait_until_running(client, place, environment, tell));
    KD_TRY_ASSIGN(auto found, way_from_container({client, namespace_name, place.pod, place.container, environment.interrupted}));
    if (!found.way)
        return Error{.kind = ErrorKind::not_found, .message = format("image {} has no tool that can ask (nc, bash, curl or wget, with sh)", image), .help = {"name another: --image busybox:stable"}};
    found.way = std::make_unique<NodeWay>(std::move(made), std::move(found.way), format("{}/{}", namespace_name, place.pod), std::move(caveat));
    return found;
}

} // namespace kdiag::app
