// SPDX-License-Identifier: Apache-2.0
#include "probe/plan.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <cctype>

namespace kdiag::probe {

namespace {

struct Port {
    int number = 0;
    std::string problem;
};

/// As ResolveContainerPort: names are those of the same container only.
Port resolve_port(const data::Value& container, const data::Value& port) {
    std::int64_t number = port.as_integer();
    if (port.is_string()) {
        const auto& ports = container["ports"].as_array();
        const auto found = std::find_if(ports.begin(), ports.end(), [&](const data::Value& entry) { return entry["name"].as_string() == port.as_string(); });
        if (found == ports.end()) return {.problem = format("the container declares no port named `{}`", port.as_string())};
        number = found->at("containerPort").as_integer();
    }
    if (number < 1 || number > 65535) return {.problem = format("{} is no port number", number)};
    return {.number = static_cast<int>(number)};
}

std::string host_of(const data::Value& action, const PodPlan& plan) {
    const auto named = action["host"].as_string();
    return named.empty() ? plan.address : std::string(named);
}

/// net/http keeps header names in one spelling: `x-forwarded-for` becomes `X-Forwarded-For`.
std::string canonical_name(std::string_view name) {
    std::string canonical(name);
    bool start = true;
    for (char& c : canonical) {
        c = static_cast<char>(start ? std::toupper(static_cast<unsigned char>(c)) : std::tolower(static_cast<unsigned char>(c)));
        start = c == '-';
    }
    return canonical;
}

const Header* find_header(const std::vector<Header>& headers, std::string_view name) {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const Header& header) { return header.first == name; });
    return found == headers.end() ? nullptr : &*found;
}

void remove_header(std::vector<Header>& headers, std::string_view name) {
    std::erase_if(headers, [&](const Header& header) { return header.first == name; });
}

void add_headers(HttpCheck& check, const data::Value& action, std::string_view user_agent) {
    for (const auto& header : action["httpHeaders"].as_array())
        check.headers.emplace_back(canonical_name(header["name"].as_string()), header["value"].as_string());
    if (const auto* host = find_header(check.headers, "Host")) check.host_header = host->second;
    remove_header(check.headers, "Host");
    const auto* agent = find_header(check.headers, "User-Agent");
    if (agent == nullptr) check.headers.emplace_back("User-Agent", user_agent);
    else if (agent->second.empty()) remove_header(check.headers, "User-Agent");
    const auto* accept = find_header(check.headers, "Accept");
    if (accept == nullptr) check.headers.emplace_back("Accept", "*/*");
    else if (accept->second.empty()) remove_header(check.headers, "Accept");
}

std::vector<std::pair<std::string, std::string>> literal_values(const data::Value& container) {
    std::vector<std::pair<std::string, std::string>> values;
    for (const auto& entry : container["env"].as_array()) values.emplace_back(entry["name"].as_string(), entry["value"].as_string());
    return values;
}

struct Where {
    const PodPlan& plan;
    const data::Value& container;
    std::string user_agent;
};

void plan_http(PlannedProbe& planned, const data::Value& action, const Where& where) {
    const auto port = resolve_port(where.container, action["port"]);
    if (!port.problem.empty()) {
        planned.problem = port.problem;
        return;
    }
    const auto scheme = action["scheme"].as_string();
    HttpCheck check{.host = host_of(action, where.plan), .port = port.number, .url = {}, .target = {}};
    check.url = probe_url(to_lower(scheme.empty() ? "http" : scheme), check.host, check.port, action["path"].as_string());
    check.target = odd_target(action["path"].as_string());
    check.http2 = action["protocol"].as_string() == "HTTP2";
    add_headers(check, action, where.user_agent);
    planned.check = std::move(check);
}

void plan_tcp(PlannedProbe& planned, const data::Value& action, const Where& where) {
    const auto port = resolve_port(where.container, action["port"]);
    planned.problem = port.problem;
    if (port.problem.empty()) planned.check = TcpCheck{.host = host_of(action, where.plan), .port = port.number};
}

void plan_check(PlannedProbe& planned, const data::Value& probe, const Where& where) {
    if (const auto* exec = probe.find("exec")) {
        ExecCheck check;
        const auto values = literal_values(where.container);
        for (const auto& word : (*exec)["command"].as_array()) check.command.push_back(expand(word.as_string(), values));
        planned.check = std::move(check);
    } else if (const auto* http = probe.find("httpGet")) {
        plan_http(planned, *http, where);
    } else if (const auto* tcp = probe.find("tcpSocket")) {
        plan_tcp(planned, *tcp, where);
    } else if (const auto* grpc = probe.find("grpc")) {
        planned.check = GrpcCheck{.host = where.plan.address, .port = static_cast<int>((*grpc)["port"].as_integer()), .service = std::string((*grpc)["service"].as_string()),
                                  .tls = (*grpc)["mode"].as_string() == "TLS", .user_agent = where.user_agent};
    } else {
        planned.problem = "it names no handler that is known here (exec, httpGet, tcpSocket, grpc)";
    }
}

Settings settings_of(const data::Value& probe) {
    const Settings usual;
    return {.initial_delay = probe["initialDelaySeconds"].as_integer(), .timeout = probe["timeoutSeconds"].as_integer(usual.timeout), .period = probe["periodSeconds"].as_integer(usual.period),
            .success_threshold = probe["successThreshold"].as_integer(usual.success_threshold), .failure_threshold = probe["failureThreshold"].as_integer(usual.failure_threshold)};
}

const data::Value& status_of(const data::Value& pod, std::string_view list, std::string_view name) {
    static const data::Value k_none;
    for (const auto& status : pod.at("status", list).as_array())
        if (status["name"].as_string() == name) return status;
    return k_none;
}

Timestamp ready_since(const data::Value& pod) {
    for (const auto& condition : pod.at("status", "conditions").as_array())
        if (condition["type"].as_string() == "Ready" && condition["status"].as_string() == "True") return parse_rfc3339(condition["lastTransitionTime"].as_string()).value_or(Timestamp{});
    return {};
}

ProbedContainer container_of(const data::Value& pod, const data::Value& status, std::string_view name) {
    ProbedContainer container{.name = std::string(name), .ready = status["ready"].as_bool()};
    if (const auto* started = status.find("started")) container.started = started->as_bool();
    const auto& state = status["state"];
    container.running = state.find("running") != nullptr;
    container.started_at = parse_rfc3339(state.at("running", "startedAt").as_string()).value_or(Timestamp{});
    if (status["restartCount"].as_integer() == 0) container.ready_at = ready_since(pod);
    if (container.running) container.state = "running";
    else if (state.find("terminated") != nullptr) container.state = format("ended: {}", state.at("terminated", "reason").as_string());
    else if (state.find("waiting") != nullptr) container.state = format("waiting: {}", state.at("waiting", "reason").as_string());
    else container.state = "not created";
    return container;
}

void add_container(PodPlan& plan, const data::Value& pod, const data::Value& container, bool sidecar, const std::string& user_agent) {
    const auto name = container["name"].as_string();
    const std::size_t before = plan.probes.size();
    for (const auto& [kind, field] : {std::pair{Kind::startup, "startupProbe"}, std::pair{Kind::liveness, "livenessProbe"}, std::pair{Kind::readiness, "readinessProbe"}}) {
        const auto* probe = container.find(field);
        if (probe == nullptr || !probe->is_object()) continue;
        PlannedProbe planned{.kind = kind, .container = std::string(name), .sidecar = sidecar, .settings = settings_of(*probe)};
        plan_check(planned, *probe, {plan, container, user_agent});
        plan.probes.push_back(std::move(planned));
    }
    if (plan.probes.size() > before) plan.containers.push_back(container_of(pod, status_of(pod, sidecar ? "initContainerStatuses" : "containerStatuses", name), name));
}

bool is_hex(char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

/// What url.Parse refuses: control characters and a `%` that begins no escape.
bool is_parsable(std::string_view path) {
    for (std::size_t i = 0; i < path.size(); ++i) {
        const auto c = static_cast<unsigned char>(path[i]);
        if (c < 0x20 || c == 0x7f) return false;
        if (c == '%' && (i + 2 >= path.size() || !is_hex(path[i + 1]) || !is_hex(path[i + 2]))) return false;
    }
    return true;
}

/// Blanks, quotes and whatever is no ASCII travel escaped; `also` names more.
std::string escaped(std::string_view text, std::string_view also) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = byte > 0x20 && byte < 0x7f && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos && also.find(c) == std::string_view::npos;
        out += plain ? std::string(1, c) : format("%{:02X}", byte);
    }
    return out;
}

/// Scheme and host of a path that is a whole URL; the probe's own take their place.
std::string_view without_authority(std::string_view path) {
    const auto scheme = path.find("://");
    const bool whole = scheme != std::string_view::npos && scheme > 0 && path.substr(0, scheme).find_first_of("/?#") == std::string_view::npos;
    if (whole) path.remove_prefix(scheme + 3);
    else if (path.starts_with("//")) path.remove_prefix(2);
    else return path;
    return path.substr(std::min(path.size(), path.find_first_of("/?#")));
}

} // namespace

std::string_view to_string(Kind kind) {
    return kind == Kind::startup ? "startup" : kind == Kind::liveness ? "liveness" : "readiness";
}

const ProbedContainer* PodPlan::container(std::string_view wanted) const {
    for (const auto& entry : containers)
        if (entry.name == wanted) return &entry;
    return nullptr;
}

std::string join_host_port(std::string_view host, int port) {
    return contains(host, ":") ? format("[{}]:{}", host, port) : format("{}:{}", host, port);
}

std::string probe_url(std::string_view scheme, std::string_view host, int port, std::string_view path) {
    std::string rest;
    if (is_parsable(path)) {
        const auto local = without_authority(path);
        rest = escaped(local.substr(0, local.find('#')), "");
    } else {
        rest = escaped(path, "%?#"); // the kubelet takes all of it as the path
    }
    const bool needs_slash = !rest.empty() && rest.front() != '/' && rest.front() != '?';
    return format("{}://{}{}{}", scheme, join_host_port(host, port), needs_slash ? "/" : "", rest);
}

std::string odd_target(std::string_view path) {
    if (!is_parsable(path)) return {};
    auto local = without_authority(path);
    local = local.substr(0, local.find('#'));
    const auto question = local.find('?');
    if (question == std::string_view::npos || escaped(local.substr(question), "") == local.substr(question)) return {};
    const auto start = escaped(local.substr(0, question), "");
    return format("{}{}{}", start.starts_with('/') ? "" : "/", start, local.substr(question));
}

std::string expand(std::string_view text, const std::vector<std::pair<std::string, std::string>>& values) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '$' || i + 1 == text.size()) {
            out += text[i];
        } else if (text[i + 1] == '$') {
            out += '$';
            ++i;
        } else if (const auto end = text[i + 1] == '(' ? text.find(')', i) : std::string_view::npos; end != std::string_view::npos) {
            const auto name = text.substr(i + 2, end - i - 2);
            // The last of several variables of one name wins, as in the kubelet's map.
            const auto found = std::find_if(values.rbegin(), values.rend(), [&](const auto& value) { return value.first == name; });
            out += found != values.rend() ? found->second : format("$({})", name);
            i = end;
        } else {
            out += '$';
        }
    }
    return out;
}

PodPlan plan_probes(const data::Value& pod, std::string_view kubelet_version) {
    const auto& meta = pod["metadata"];
    const auto& spec = pod["spec"];
    const auto& status = pod["status"];
    PodPlan plan{.namespace_name = std::string(meta["namespace"].as_string()), .name = std::string(meta["name"].as_string()), .uid = std::string(meta["uid"].as_string()),
                 .address = std::string(status["podIP"].as_string()), .phase = std::string(status["phase"].as_string()),
                 .restart_policy = std::string(spec["restartPolicy"].as_string()), .node = std::string(spec["nodeName"].as_string())};
    plan.host_network = spec["hostNetwork"].as_bool();
    plan.deleting = meta.find("deletionTimestamp") != nullptr;
    const std::string user_agent = format("kube-probe/{}", kubelet_version);
    for (const auto& container : spec["initContainers"].as_array())
        if (container["restartPolicy"].as_string() == "Always") add_container(plan, pod, container, true, user_agent);
    for (const auto& container : spec["containers"].as_array()) add_container(plan, pod, container, false, user_agent);
    return plan;
}

} // namespace kdiag::probe
