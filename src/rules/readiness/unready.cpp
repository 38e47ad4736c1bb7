// SPDX-License-Identifier: Apache-2.0
#include "rules/readiness/unready.hpp"

#include "rules/common/kubectl_words.hpp"
#include "rules/common/probe_text.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <initializer_list>

namespace kdiag::rules::readiness {

namespace {

constexpr Duration k_least_patience = Duration::seconds(20);
constexpr Duration k_recent_restart = Duration::minutes(10);

bool says_any(std::string_view message, std::initializer_list<std::string_view> parts) {
    return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) { return contains(message, part); });
}

/// While a container ends no command can be started in it, which says nothing about its probe.
bool is_of_ending(std::string_view message) {
    return says_any(message, {"container is stopping", "container not running", "cannot exec in a stopped", "context canceled"});
}

/// Of the instance that runs: what the one before it could not do is history.
const kube::Event* newest_failure(const RuleContext& context, const ContainerView& view, std::string_view kind) {
    const kube::Event* found = nullptr;
    for (const auto* event : context.facts.events_of(*view.pod))
        if (event->reason == "Unhealthy" && concerns(*event, view) && event->message.starts_with(kind) && !is_of_ending(event->message) &&
            event->last_seen() >= view.status->state.running->started_at)
            found = event;
    return found;
}

Obstacle obstacle_of(const ContainerView& view, const kube::Probe& probe, const kube::Event* event) {
    if (undeclared_port_name(*view.spec, probe)) return Obstacle::undeclared_port;
    if (event == nullptr) return Obstacle::unknown;
    const auto message = std::string_view(event->message);
    if (probe.exec) return command_timed_out(message) ? Obstacle::timeout : contains(message, "probe errored") ? Obstacle::errored : Obstacle::exec;
    if (contains(message, "failed to connect service")) return Obstacle::refused; // gRPC, before its words about the deadline
    if (says_any(message, {"timed out", "deadline exceeded", "Client.Timeout", "i/o timeout"})) return Obstacle::timeout;
    if (contains(message, "probe errored")) return Obstacle::errored;
    if (says_any(message, {"statuscode: ", "service unhealthy", "does not implement the grpc health protocol",
                           "server gave HTTP response to HTTPS client", "malformed HTTP response", "stopped after 10 redirects"}))
        return Obstacle::status;
    if (says_any(message, {"connection refused", "no route to host", "connection reset", "no such host"}) || trim(message).ends_with(": EOF"))
        return Obstacle::refused;
    return Obstacle::unknown;
}

/// Before this long a container may well be on its way.
Duration patience_with(const kube::Probe& probe) {
    const Duration needed = Duration::seconds(probe.initial_delay_seconds + probe.period_seconds * probe.failure_threshold);
    return std::max(needed, k_least_patience);
}

/// A container that ends now and then is not unready but crashing.
bool crashes(const RuleContext& context, const ContainerView& view) {
    const auto* end = view.status->last_state.terminated.get();
    return end != nullptr && view.status->restart_count >= 2 && context.age(end->finished_at) < k_recent_restart;
}

/// The host that a probe names instead of the pod's address.
kube::Text host_of(const kube::Probe& probe) {
    return probe.http_get ? probe.http_get->host : probe.tcp_socket ? probe.tcp_socket->host : kube::Text();
}

std::string cause_of(const Unready& unready) {
    if (unready.event == nullptr && unready.obstacle != Obstacle::undeclared_port) return {};
    const auto& probe = unready.probe();
    const auto message = unready.event != nullptr ? std::string_view(unready.event->message) : std::string_view();
    const auto host = host_of(probe);
    const bool is_loopback = host == "localhost" || host == "::1" || host.starts_with("127.");
    if (unready.obstacle == Obstacle::refused && is_loopback && !unready.view.pod->spec.host_network)
        return format("the {} probe asks host `{}`, which for the kubelet is the node and not the pod", unready.kind(), host);
    auto cause = explain_probe_failure(*unready.view.spec, probe, unready.kind(), message);
    if (!cause.empty()) return cause;
    const auto colon = message.find(": ");
    return format("the {} probe ({}) fails: {}", unready.kind(), probe_target(probe), trim(colon == std::string_view::npos ? message : message.substr(colon + 2)));
}

Confidence confidence_in(const Unready& unready) {
    if (unready.obstacle == Obstacle::undeclared_port) return Confidence::certain; // the spec alone says it
    if (unready.event == nullptr) return Confidence::possible;
    return unready.obstacle == Obstacle::unknown ? Confidence::likely : Confidence::certain;
}

std::string impact_of(const RuleContext& context, const kube::Pod& pod) {
    std::vector<std::string> services;
    for (const auto* service : context.facts.services_selecting(pod))
        if (!service->spec.publish_not_ready_addresses) services.push_back(format("Service `{}`", service->meta.name));
    if (services.empty()) return "no Service sends it requests";
    return format("{} {} it no requests", list_some(services), services.size() == 1 ? "sends" : "send");
}

/// Asks what the probe asks, as far as that can be done from outside: over the API server's proxy, or in the container.
Remedy ask_by_hand(const Unready& unready) {
    const auto& view = unready.view;
    const auto& probe = unready.probe();
    const auto in_namespace = kubectl_in(view.pod->meta.namespace_name);
    if (probe.exec) {
        std::string command = kdiag_on("exec", kubectl_name(kube::ref_of(*view.pod)), "-c " + shell_quote(view.spec->name), view.pod->meta.namespace_name) + " --";
        for (const auto word : probe.exec->command) command += " " + shell_quote(word);
        return {.text = "run the probe's command by hand", .command = std::move(command)};
    }
    const auto port = probe_port(*view.spec, probe);
    if (probe.http_get && port) {
        const auto& http = *probe.http_get;
        const std::string path = format("/api/v1/namespaces/{}/pods/{}{}:{}/proxy{}{}", view.pod->meta.namespace_name, http.scheme == "HTTPS" ? "https:" : "",
                                        view.pod->meta.name, *port, http.path.starts_with('/') ? "" : "/", http.path);
        return {.text = "ask the probe's address by hand", .command = format("kubectl get --raw {}", shell_quote(path))};
    }
    return {.text = "look at the events of the pod as they come", .command = format("{} describe pod {}", in_namespace, shell_quote(view.pod->meta.name))};
}

/// Not the program but the way to it is broken.
bool is_of_network(const Unready& unready, std::string_view message) {
    return !unready.probe().exec && (contains(message, "no route to host") || (contains(message, "dial tcp") && contains(message, "i/o timeout")));
}

std::string advice_for_refusal(const Unready& unready, std::string_view message) {
    if (!host_of(unready.probe()).empty()) return "leave `host` out of the probe: it asks the pod's own address then";
    if (says_any(message, {"connection reset", ": EOF"})) return "a port that speaks TLS needs a probe of the scheme HTTPS; else find out why the program drops the connection";
    return "let the probe ask the port that the program listens on; a program that listens on 127.0.0.1 only cannot be probed";
}

/// Empty when nothing in the template is to be changed.
std::string advice_for(const Unready& unready) {
    const auto message = unready.event != nullptr ? std::string_view(unready.event->message) : std::string_view();
    if (is_of_network(unready, message)) return {};
    switch (unready.obstacle) {
    case Obstacle::refused: return advice_for_refusal(unready, message);
    case Obstacle::undeclared_port: return "give a port of this container that name, or let the probe ask the number";
    case Obstacle::timeout: return "raise timeoutSeconds above what the answer takes, or let the probe ask something cheaper";
    case Obstacle::errored: return "use a command that the image has, or a probe of the kind httpGet, tcpSocket or grpc";
    case Obstacle::exec: return "correct the command, or what it looks for";
    case Obstacle::status:
        if (contains(message, "statuscode: 404")) return "correct the path of the probe";
        if (says_any(message, {"statuscode: 401", "statuscode: 403"})) return "let the probe ask a path that needs no login";
        if (says_any(message, {"HTTPS client", "malformed HTTP"})) return "correct the scheme of the probe";
        if (contains(message, "grpc health protocol")) return "register gRPC's health service in the server, or use another kind of probe";
        return {};
    case Obstacle::unknown: break;
    }
    return "make the probe ask what the program answers, or the program answer what the probe asks";
}

void add_remedies(const RuleContext& context, const Unready& unready, Finding& finding) {
    const auto& pod = *unready.view.pod;
    const auto in_namespace = kubectl_in(pod.meta.namespace_name);
    const auto advice = advice_for(unready);
    const bool concerns_network = is_of_network(unready, unready.event != nullptr ? std::string_view(unready.event->message) : std::string_view());
    if (concerns_network)
        finding.remedies.push_back({.text = "look for what is in the way: a network policy, the node's firewall or its network plugin",
                                    .command = format("{} get networkpolicies", in_namespace)});
    // What cannot be run or connected to cannot be asked by hand either.
    if (unready.obstacle == Obstacle::status || unready.obstacle == Obstacle::exec || unready.obstacle == Obstacle::unknown ||
        (unready.obstacle == Obstacle::timeout && !concerns_network))
        finding.remedies.push_back(ask_by_hand(unready));
    if (unready.obstacle != Obstacle::undeclared_port && unready.obstacle != Obstacle::errored)
        finding.remedies.push_back({.text = advice.empty() && !concerns_network ? "the program says itself that it cannot serve: its log may tell why" : "see what the program says",
                                    .command = kdiag_on("logs", kubectl_name(kube::ref_of(pod)), "-c " + shell_quote(unready.view.spec->name), pod.meta.namespace_name)});
    if (!advice.empty())
        finding.remedies.push_back({.text = advice, .command = format("{} edit {}", in_namespace, kubectl_name(context.facts.top_owner(pod))), .risk = Risk::disruptive});
}

/// What the probe does, as a title says it.
std::string_view verb_for(const Unready& unready) {
    switch (unready.obstacle) {
    case Obstacle::refused: return "gets no connection";
    case Obstacle::undeclared_port: return "asks an undeclared port";
    case Obstacle::timeout: return "gets no answer in time";
    case Obstacle::status: return "is answered with an error";
    case Obstacle::errored: return "cannot be run";
    case Obstacle::exec: return "fails";
    case Obstacle::unknown: break;
    }
    return unready.event != nullptr ? "fails" : "does not succeed";
}

void add_evidence(const RuleContext& context, const Unready& unready, Finding& finding) {
    const auto& view = unready.view;
    const auto& probe = unready.probe();
    finding.evidence.push_back({.text = format("{} probe: {}", unready.kind(), probe_sentence(probe, unready.starting ? "restart" : "out")),
                                .path = view.spec_path(unready.starting ? "startupProbe" : "readinessProbe"), .value = probe_target(probe)});
    if (unready.event != nullptr)
        finding.evidence.push_back({.type = EvidenceType::event, .text = std::string(trim(unready.event->message)), .time = unready.event->last_seen(),
                                    .first_time = unready.event->first_seen(), .count = unready.event->count()});
    else if (unready.obstacle == Obstacle::unknown)
        finding.evidence.push_back({.type = EvidenceType::derived, .text = context.facts.was_read(kube::Resource::events)
                                                                               ? "no event that is kept says why it fails; events are deleted after an hour"
                                                                               : "the events could not be read, so the probe's failure is not known"});
    finding.evidence.push_back({.text = format("running for {}, not ready", to_age(context.age(view.status->state.running->started_at))), .path = view.status_path("ready"), .value = "false"});
    if (!view.spec->ports.empty() && !probe.exec) {
        std::vector<std::string> ports;
        for (const auto& port : view.spec->ports) ports.push_back(port.name.empty() ? std::to_string(port.container_port) : format("{} {}", port.name, port.container_port));
        finding.evidence.push_back({.text = format("declares port {}", list_some(ports, 5)), .path = view.spec_path("ports")});
    }
    if (const auto* log = context.facts.log_of(*view.pod, view.spec->name, false); log != nullptr)
        if (const auto text = trim(log->text); !text.empty())
            finding.evidence.push_back({.type = EvidenceType::log, .text = std::string(trim(split(text, '\n').back()))});
}

std::vector<Unready> all_unready(const RuleContext& context) {
    std::vector<Unready> found;
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted || pod.status.phase != "Running" || is_ready(pod)) continue;
        for (const auto& view : containers_of(pod)) {
            if (view.role == ContainerRole::init || view.status == nullptr || view.status->ready || !view.status->state.running || crashes(context, view)) continue;
            const bool starting = view.spec->startup_probe && view.status->started && !*view.status->started;
            if (!starting && !view.spec->readiness_probe) continue;
            Unready unready{.view = view, .starting = starting};
            if (context.age(view.status->state.running->started_at) < patience_with(unready.probe())) continue;
            unready.event = newest_failure(context, view, starting ? "Startup" : "Readiness");
            unready.obstacle = obstacle_of(view, unready.probe(), unready.event);
            found.push_back(unready);
        }
    }
    return found;
}

} // namespace

const std::vector<Unready>& find_unready(const RuleContext& context) {
    return context.once(all_unready);
}

void report(const RuleContext& context, Obstacle obstacle, FindingSink& sink) {
    for (const auto& unready : find_unready(context)) {
        if (unready.obstacle != obstacle) continue;
        const auto& view = unready.view;
        Finding finding;
        finding.subject = ref_of(view);
        finding.severity = severity_of_lost_pod(context.facts, *view.pod);
        finding.confidence = confidence_in(unready);
        const auto* ready = kube::find_condition(view.pod->status.conditions, "Ready");
        finding.first_seen = ready != nullptr && ready->changed ? ready->changed : view.status->state.running->started_at;
        finding.last_seen = unready.event != nullptr ? unready.event->last_seen() : context.now;
        finding.title = format("{} runs but is not ready: its {} probe {}", view.display(), unready.kind(), verb_for(unready));
        finding.cause = cause_of(unready);
        add_evidence(context, unready, finding);
        finding.impact = impact_of(context, *view.pod);
        finding.explained_by.push_back(context.facts.top_owner(*view.pod));
        add_remedies(context, unready, finding);
        sink.add(std::move(finding));
    }
}

} // namespace kdiag::rules::readiness
