// SPDX-License-Identifier: Apache-2.0
#include "app/probe_route.hpp"

#include "app/node_way.hpp"
#include "app/pod_choice.hpp"
#include "app/prober.hpp"
#include "app/target_port.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <charconv>

namespace kdiag::app {

namespace {

constexpr Duration k_no_wait{0};

/// A pod to ask from or to ask, and the list that holds its texts.
struct ChosenPod {
    TargetPods found;
    const kube::Pod& pod() const { return found.pods().front(); }
};

Result<ChosenPod> choose_pod(PodFinder& finder, const TargetName& name) {
    KD_TRY_ASSIGN(const auto target, finder.find(name));
    KD_TRY_ASSIGN(auto found, finder.wait_for_pods(target, PodFinder::Wanted::any_phase, k_no_wait));
    KD_TRY(check_running(found.pods().front()));
    return ChosenPod{std::move(found)};
}

/// From what --from names: a pod, or a node. `asked`: the pod that is asked; may be null.
Result<PodWay> way_from(client::ApiClient& client, PodFinder& finder, const kube::Pod* asked, const ProbeOptions& options, std::string& name, Environment& environment) {
    KD_TRY_ASSIGN(const auto node, node_of_from(options.from, asked));
    if (node) {
        name = format("Node/{}", *node);
        return way_from_node(client, *node, finder.namespace_name(), options, environment);
    }
    KD_TRY_ASSIGN(const auto target, parse_target_name({options.from}));
    KD_TRY_ASSIGN(const auto chosen, choose_pod(finder, target));
    name = format("Pod/{}", chosen.pod().meta.name);
    return way_for(client, chosen.pod(), {}, Reach::anywhere, options, environment);
}

void apply(const ProbeOptions& options, probe::Destination& to) {
    if (!options.path.empty()) to.path = options.path.starts_with('/') ? options.path : "/" + options.path;
    if (!options.service.empty()) to.service = options.service;
}

/// What the flags ask for beyond the port's own nature: a path or a status means HTTP.
probe::Depth wanted_depth(const ProbeOptions& options) {
    if (options.depth != probe::Depth::automatic) return options.depth;
    if (!options.path.empty() || !options.headers.empty()) return probe::Depth::http;
    return options.service.empty() ? probe::Depth::automatic : probe::Depth::grpc;
}

const kube::ServicePort* port_of(const kube::Service& service, const std::string& wanted) {
    for (const auto& port : service.spec.ports)
        if ((port.protocol.empty() || port.protocol == "TCP") && (wanted.empty() || port.name == wanted || std::to_string(port.port) == wanted)) return &port;
    return nullptr;
}

Error no_such_port(const kube::Service& service, const std::string& wanted) {
    std::vector<std::string> ports;
    for (const auto& port : service.spec.ports) ports.push_back(port.name.empty() ? std::to_string(port.port) : format("{} {}", port.port, port.name));
    return {.kind = ErrorKind::not_found, .message = wanted.empty() ? format("Service/{} has no TCP port", service.meta.name) : format("Service/{} has no TCP port {}", service.meta.name, wanted),
            .help = {ports.empty() ? "it declares none" : format("it has {}", list_some(ports, 5))}};
}

bool serves(const kube::Service& service, const kube::Pod& pod) {
    return pod.status.phase == "Running" && (is_ready(pod) || service.spec.publish_not_ready_addresses);
}

/// What the API says of a Service before anything is asked.
probe::Step endpoints_step(const kube::Service& service, const std::vector<kube::Pod>& pods) {
    const auto ready = static_cast<std::size_t>(std::count_if(pods.begin(), pods.end(), [&](const kube::Pod& pod) { return serves(service, pod); }));
    return {.name = "endpoints", .state = ready > 0 ? probe::StepState::good : probe::StepState::failed,
            .text = pods.empty() ? format("Service/{} has no pods", service.meta.name) : format("Service/{}: {} of {} ready", service.meta.name, ready, counted(pods.size(), "pod"))};
}

/// Steps that are not reached, so that the screen shows what there would be.
std::vector<probe::Step> with_unreached(std::vector<probe::Step> before, const probe::Destination& to) {
    before.push_back({.name = "tcp"});
    if (to.tls) before.push_back({.name = "tls"});
    if (to.depth == probe::Depth::http) before.push_back({.name = "http"});
    if (to.depth == probe::Depth::grpc) before.push_back({.name = "grpc"});
    return before;
}

/// What a node can ask of a Service: its address. An alias has a name that any resolver knows.
Status check_asked_from_node(const kube::Service& service, const ProbeOptions& options) {
    const auto name = shell_quote(service.meta.name);
    if (service.spec.cluster_ip.empty() || service.spec.cluster_ip == "None")
        return Error{.kind = ErrorKind::usage, .message = format("Service/{} is headless: it has no address, and a node's resolver does not know its name", service.meta.name),
                     .help = {format("ask a pod behind it: kdiag probe pod/NAME:PORT --from {}", options.from), format("or ask by its name from a pod: kdiag probe svc/{} --from pod/NAME", name)}};
    if (options.depth == probe::Depth::dns)
        return Error{.kind = ErrorKind::usage, .message = "a node's resolver does not know the names of Services", .help = {format("ask a pod's: kdiag probe svc/{} --kind dns --from pod/NAME", name), "or the node's all the same: kdiag probe dns:NAME --from node/NAME"}};
    return {};
}

/// A Service's name goes into Host and SNI, and the address is connected to; tools that ask for the whole know the address alone.
void ask_at_address(const kube::Service& service, Route& route) {
    if (route.way->is_transparent()) {
        route.to.address = service.spec.cluster_ip;
        route.notes.push_back(format("a node's resolver does not know the names of Services: asked at its address {}", service.spec.cluster_ip));
    } else {
        route.to.host = service.spec.cluster_ip;
        route.notes.push_back(format("a node's resolver does not know the names of Services, and the image has neither nc nor bash: asked at {}, without the name", service.spec.cluster_ip));
    }
}

/// Asks a Service as its users do: by its name and its own port.
Result<Route> route_by_name(client::ApiClient& client, PodFinder& finder, const kube::Service& service, const kube::ServicePort& port, const ProbeOptions& options, Environment& environment) {
    Route route{.object = kube::ref_of(service)};
    std::string domain = "cluster.local";
    const bool is_alias = service.spec.type == "ExternalName";
    bool from_node = false;
    if (is_here(options.from)) {
        route.way = way_from_here(client.loop(), environment.interrupted);
        route.from = "here";
    } else {
        KD_TRY_ASSIGN(const auto node, node_of_from(options.from, nullptr));
        from_node = node.has_value();
        if (from_node && !is_alias) KD_TRY(check_asked_from_node(service, options));
        KD_TRY_ASSIGN(auto way, way_from(client, finder, nullptr, options, route.from, environment));
        domain = way.cluster_domain;
        route.way = std::move(way.way);
    }
    const auto host = is_alias && (from_node || is_here(options.from)) ? std::string(service.spec.external_name) : format("{}.{}.svc.{}", service.meta.name, service.meta.namespace_name, domain);
    route.to = probe::destination_of_port(host, static_cast<int>(port.port), port.name, port.app_protocol, wanted_depth(options));
    if (from_node && !is_alias) ask_at_address(service, route);
    return route;
}

/// An alias need not declare the ports that are asked at the other end.
Result<kube::ServicePort> port_of_alias(const kube::Service& service, const std::string& wanted) {
    if (const auto* declared = port_of(service, wanted)) return *declared;
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
    if (error != std::errc{} || end != wanted.data() + wanted.size() || number == 0) return no_such_port(service, wanted);
    kube::ServicePort port;
    port.port = number;
    return port;
}

/// Asks an ExternalName by its name; without a port that is all there is to ask.
Result<Route> route_to_alias(client::ApiClient& client, PodFinder& finder, const kube::Service& service, const probe::TargetWord& word, ProbeOptions options, Environment& environment) {
    if (options.from.empty())
        return Error{.kind = ErrorKind::usage, .message = format("Service/{} is an alias of {}: there is no pod behind it to ask in", service.meta.name, service.spec.external_name),
                     .help = {format("ask it as its users do: kdiag probe svc/{} --from pod/NAME", shell_quote(service.meta.name))}};
    const bool name_only = word.port.empty() && port_of(service, {}) == nullptr && (options.depth == probe::Depth::automatic || options.depth == probe::Depth::dns);
    kube::ServicePort port;
    if (name_only) {
        options.depth = probe::Depth::dns;
    } else {
        KD_TRY_ASSIGN(port, port_of_alias(service, word.port));
    }
    KD_TRY_ASSIGN(auto route, route_by_name(client, finder, service, port, options, environment));
    route.notes.push_back(format("Service/{} is an alias of {}, whose certificates and sites do not know it by the Service's name", service.meta.name, service.spec.external_name));
    return route;
}

/// Asks a port of a pod from inside that pod.
Result<Route> route_into_pod(client::ApiClient& client, const kube::Pod& pod, int port, std::string_view name, std::string_view app_protocol, const ProbeOptions& options, Environment& environment) {
    Route route{.object = kube::ref_of(pod)};
    KD_TRY_ASSIGN(auto way, way_for(client, pod, {}, Reach::own_ports, options, environment));
    route.way = std::move(way.way);
    route.from = format("Pod/{}", pod.meta.name);
    route.to = probe::destination_of_port(std::string(pod.status.pod_ip), port, name, app_protocol, wanted_depth(options));
    if (route.to.host.empty()) return Error{.kind = ErrorKind::timeout, .message = format("pod {} has no address yet", pod.meta.name), .help = {format("kdiag describe pod {}", shell_quote(pod.meta.name))}};
    return route;
}

Result<Route> route_to_service(client::ApiClient& client, PodFinder& finder, const PodTarget& target, const probe::TargetWord& word, const ProbeOptions& options, Environment& environment) {
    const auto& service = target.service->service;
    if (target.is_alias()) return route_to_alias(client, finder, service, word, options, environment);
    const auto* port = port_of(service, word.port);
    if (port == nullptr) return no_such_port(service, word.port);
    std::vector<std::string> notes;
    if (word.port.empty() && service.spec.ports.size() > 1) notes.push_back(format("the first of {} is asked: {}{}{}", counted(service.spec.ports.size(), "port"), port->port, port->name.empty() ? "" : " ", port->name));
    if (!options.from.empty()) {
        KD_TRY_ASSIGN(auto route, route_by_name(client, finder, service, *port, options, environment));
        route.notes.insert(route.notes.begin(), notes.begin(), notes.end());
        return route;
    }
    auto listed = finder.pods(target);
    if (!listed && listed.error().kind == ErrorKind::usage) // addresses that are no pods
        listed.error().help = {format("ask it as its users do: kdiag probe svc/{} --from pod/NAME", shell_quote(service.meta.name))};
    KD_TRY_ASSIGN(const auto found, std::move(listed));
    auto endpoints = endpoints_step(service, found.pods());
    const auto serving = std::find_if(found.pods().begin(), found.pods().end(), [&](const kube::Pod& pod) { return serves(service, pod); });
    Route route;
    if (serving == found.pods().end()) {
        route.to = probe::destination_of_port("-", static_cast<int>(port->port), port->name, port->app_protocol, wanted_depth(options));
        route.before = with_unreached({std::move(endpoints)}, route.to);
        route.from = "the API server";
    } else {
        auto resolved = resolve_service_port(service, found.slices.objects, *serving, {.local = {}, .remote = std::to_string(port->port)});
        if (!resolved) { // a name that the pod does not have: nobody is answered
            endpoints.state = probe::StepState::failed;
            endpoints.notes = {resolved.error().message};
            route.to = probe::destination_of_port("-", static_cast<int>(port->port), port->name, port->app_protocol, wanted_depth(options));
            route.before = with_unreached({std::move(endpoints)}, route.to);
            route.from = "the API server";
        } else {
            KD_TRY_ASSIGN(route, route_into_pod(client, *serving, resolved->pod_port, port->name, port->app_protocol, options, environment));
            route.before = {std::move(endpoints)};
            notes.push_back("asked in a pod behind the Service; --from pod/NAME asks through the Service, as its users do");
        }
    }
    route.object = kube::ref_of(service);
    route.object_port = static_cast<int>(port->port);
    route.notes = std::move(notes);
    return route;
}

Result<Route> route_to_pod_port(client::ApiClient& client, PodFinder& finder, const PodTarget& target, const probe::TargetWord& word, const ProbeOptions& options, Environment& environment) {
    KD_TRY_ASSIGN(const auto found, finder.wait_for_pods(target, PodFinder::Wanted::any_phase, k_no_wait));
    const auto& pod = found.pods().front();
    KD_TRY(check_running(pod));
    KD_TRY_ASSIGN(const auto port, resolve_pod_port(pod, {.local = {}, .remote = word.port}));
    if (options.from.empty()) return route_into_pod(client, pod, port.pod_port, port.name, {}, options, environment);
    Route route{.object = kube::ref_of(pod)};
    if (is_here(options.from)) {
        route.way = way_from_here(client.loop(), environment.interrupted);
        route.from = "here";
    } else {
        KD_TRY_ASSIGN(auto way, way_from(client, finder, &pod, options, route.from, environment));
        route.way = std::move(way.way);
    }
    route.to = probe::destination_of_port(std::string(pod.status.pod_ip), port.pod_port, port.name, {}, wanted_depth(options));
    return route;
}

} // namespace

bool is_here(const std::string& from) {
    return from == "local" || from == "here";
}

Result<Route> route_from_here(net::EventLoop& loop, const probe::TargetWord& word, const ProbeOptions& options, Environment& environment) {
    Route route{.way = way_from_here(loop, environment.interrupted), .from = "here"};
    KD_TRY_ASSIGN(route.to, probe::destination_of(word, options.depth));
    apply(options, route.to);
    return route;
}

Result<Route> route_in_cluster(client::ApiClient& client, PodFinder& finder, const probe::TargetWord& word, const ProbeOptions& options, Environment& environment) {
    Route route;
    if (word.what != probe::TargetWord::What::object) {
        KD_TRY_ASSIGN(route.to, probe::destination_of(word, options.depth));
        KD_TRY_ASSIGN(auto way, way_from(client, finder, nullptr, options, route.from, environment));
        route.way = std::move(way.way);
        const auto [namespace_name, service] = probe::service_of_host(route.to.host, way.cluster_domain, finder.namespace_name());
        if (!service.empty() && !route.to.is_numeric()) route.object = {.kind = "Service", .namespace_name = namespace_name, .name = service};
        if (route.from.starts_with("Node/") && !route.object.empty() && contains(route.to.host, ".svc"))
            route.notes.push_back(format("a node's resolver does not know the names of Services; to ask at its address: svc/{} -n {}", shell_quote(service), shell_quote(namespace_name)));
    } else {
        KD_TRY_ASSIGN(const auto target, finder.find({.type = word.type, .name = word.object}));
        if (target.service != nullptr) {
            KD_TRY_ASSIGN(route, route_to_service(client, finder, target, word, options, environment));
        } else {
            KD_TRY_ASSIGN(route, route_to_pod_port(client, finder, target, word, options, environment));
        }
    }
    if (route.object_port == 0) route.object_port = route.to.port;
    apply(options, route.to);
    return route;
}

} // namespace kdiag::app
