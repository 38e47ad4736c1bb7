// SPDX-License-Identifier: Apache-2.0
#include "app/probe_route.hpp"

#include "app/pod_choice.hpp"
#include "app/pod_way.hpp"
#include "app/target_port.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

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

Result<PodWay> way_from(client::ApiClient& client, PodFinder& finder, const std::string& from, std::string& name, const std::atomic<bool>* interrupted) {
    KD_TRY_ASSIGN(const auto target, parse_target_name({from}));
    KD_TRY_ASSIGN(const auto chosen, choose_pod(finder, target));
    name = format("Pod/{}", chosen.pod().meta.name);
    return way_from_pod(client, chosen.pod(), {}, Reach::anywhere, interrupted);
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
            .text = pods.empty() ? format("Service/{} has no pods", service.meta.name) : format("Service/{}: {} of {} pods ready", service.meta.name, ready, pods.size())};
}

/// Steps that are not reached, so that the screen shows what there would be.
std::vector<probe::Step> with_unreached(std::vector<probe::Step> before, const probe::Destination& to) {
    before.push_back({.name = "tcp"});
    if (to.tls) before.push_back({.name = "tls"});
    if (to.depth == probe::Depth::http) before.push_back({.name = "http"});
    if (to.depth == probe::Depth::grpc) before.push_back({.name = "grpc"});
    return before;
}

/// Asks a Service as its users do: by its name and its own port.
Result<Route> route_by_name(client::ApiClient& client, PodFinder& finder, const kube::Service& service, const kube::ServicePort& port, const ProbeOptions& options, const std::atomic<bool>* interrupted) {
    Route route{.object = kube::ref_of(service)};
    std::string domain = "cluster.local";
    if (is_here(options.from)) {
        route.way = way_from_here(client.loop(), interrupted);
        route.from = "here";
    } else {
        KD_TRY_ASSIGN(auto way, way_from(client, finder, options.from, route.from, interrupted));
        domain = way.cluster_domain;
        route.way = std::move(way.way);
    }
    const auto host = service.spec.type == "ExternalName" ? std::string(service.spec.external_name) : format("{}.{}.svc.{}", service.meta.name, service.meta.namespace_name, domain);
    route.to = probe::destination_of_port(host, static_cast<int>(port.port), port.name, port.app_protocol, wanted_depth(options));
    return route;
}

/// Asks a port of a pod from inside that pod.
Result<Route> route_into_pod(client::ApiClient& client, const kube::Pod& pod, int port, std::string_view name, std::string_view app_protocol, const ProbeOptions& options, const std::atomic<bool>* interrupted) {
    Route route{.object = kube::ref_of(pod)};
    KD_TRY_ASSIGN(auto way, way_from_pod(client, pod, {}, Reach::own_ports, interrupted));
    route.way = std::move(way.way);
    route.from = format("Pod/{}", pod.meta.name);
    route.to = probe::destination_of_port(std::string(pod.status.pod_ip), port, name, app_protocol, wanted_depth(options));
    if (route.to.host.empty()) return Error{.kind = ErrorKind::timeout, .message = format("pod {} has no address yet", pod.meta.name), .help = {format("kdiag describe pod {}", shell_quote(pod.meta.name))}};
    return route;
}

Result<Route> route_to_service(client::ApiClient& client, PodFinder& finder, const PodTarget& target, const probe::TargetWord& word, const ProbeOptions& options, const std::atomic<bool>* interrupted) {
    const auto& service = target.service->service;
    const auto* port = port_of(service, word.port);
    if (port == nullptr) return no_such_port(service, word.port);
    std::vector<std::string> notes;
    if (word.port.empty() && service.spec.ports.size() > 1) notes.push_back(format("the first of {} is asked: {}{}{}", counted(service.spec.ports.size(), "port"), port->port, port->name.empty() ? "" : " ", port->name));
    if (!options.from.empty()) {
        KD_TRY_ASSIGN(auto route, route_by_name(client, finder, service, *port, options, interrupted));
        route.notes = std::move(notes);
        return route;
    }
    KD_TRY_ASSIGN(const auto found, finder.pods(target));
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
            KD_TRY_ASSIGN(route, route_into_pod(client, *serving, resolved->pod_port, port->name, port->app_protocol, options, interrupted));
            route.before = {std::move(endpoints)};
            notes.push_back("asked in a pod behind the Service; --from pod/NAME asks through the Service, as its users do");
        }
    }
    route.object = kube::ref_of(service);
    route.notes = std::move(notes);
    return route;
}

Result<Route> route_to_pod_port(client::ApiClient& client, PodFinder& finder, const PodTarget& target, const probe::TargetWord& word, const ProbeOptions& options, const std::atomic<bool>* interrupted) {
    KD_TRY_ASSIGN(const auto found, finder.wait_for_pods(target, PodFinder::Wanted::any_phase, k_no_wait));
    const auto& pod = found.pods().front();
    KD_TRY(check_running(pod));
    KD_TRY_ASSIGN(const auto port, resolve_pod_port(pod, {.local = {}, .remote = word.port}));
    if (options.from.empty()) return route_into_pod(client, pod, port.pod_port, port.name, {}, options, interrupted);
    Route route{.object = kube::ref_of(pod)};
    if (is_here(options.from)) {
        route.way = way_from_here(client.loop(), interrupted);
        route.from = "here";
    } else {
        KD_TRY_ASSIGN(auto way, way_from(client, finder, options.from, route.from, interrupted));
        route.way = std::move(way.way);
    }
    route.to = probe::destination_of_port(std::string(pod.status.pod_ip), port.pod_port, port.name, {}, wanted_depth(options));
    return route;
}

} // namespace

bool is_here(const std::string& from) {
    return from == "local" || from == "here";
}

Result<Route> route_from_here(net::EventLoop& loop, const probe::TargetWord& word, const ProbeOptions& options, const std::atomic<bool>* interrupted) {
    Route route{.way = way_from_here(loop, interrupted), .from = "here"};
    KD_TRY_ASSIGN(route.to, probe::destination_of(word, options.depth));
    apply(options, route.to);
    return route;
}

Result<Route> route_in_cluster(client::ApiClient& client, PodFinder& finder, const probe::TargetWord& word, const ProbeOptions& options, const std::atomic<bool>* interrupted) {
    Route route;
    if (word.what != probe::TargetWord::What::object) {
        KD_TRY_ASSIGN(route.to, probe::destination_of(word, options.depth));
        KD_TRY_ASSIGN(auto way, way_from(client, finder, options.from, route.from, interrupted));
        route.way = std::move(way.way);
        const auto [namespace_name, service] = probe::service_of_host(route.to.host, way.cluster_domain, finder.namespace_name());
        if (!service.empty() && !route.to.is_numeric()) route.object = {.kind = "Service", .namespace_name = namespace_name, .name = service};
    } else {
        KD_TRY_ASSIGN(const auto target, finder.find({.type = word.type, .name = word.object}));
        if (target.service != nullptr) {
            KD_TRY_ASSIGN(route, route_to_service(client, finder, target, word, options, interrupted));
        } else {
            KD_TRY_ASSIGN(route, route_to_pod_port(client, finder, target, word, options, interrupted));
        }
    }
    apply(options, route.to);
    return route;
}

} // namespace kdiag::app
