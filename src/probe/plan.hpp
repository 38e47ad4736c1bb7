// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.hpp"
#include "util/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kdiag::probe {

/// In the order in which a container meets them: liveness and readiness wait for startup.
enum class Kind { startup, liveness, readiness };
/// `startup`, `liveness`, `readiness`.
std::string_view to_string(Kind kind);

/// Name and value; a value may be a credential and is never shown.
using Header = std::pair<std::string, std::string>;

struct HttpCheck {
    std::string host; ///< the pod's address unless the probe names one
    int port = 0;
    std::string url; ///< as the kubelet asks it
    std::string target;          ///< of the request line, where the kubelet sends what no URL may hold; empty: the URL's
    std::vector<Header> headers; ///< with the kubelet's own (User-Agent, Accept), without Host
    std::string host_header;     ///< empty: the URL's
    bool http2 = false;          ///< without TLS (`protocol: HTTP2`, gate H2CContainerProbe)
};
struct TcpCheck {
    std::string host;
    int port = 0;
};
struct GrpcCheck {
    std::string host;
    int port = 0;
    std::string service;
    bool tls = false; ///< `mode: TLS` (gate GRPCContainerProbeTLS)
    std::string user_agent;
};
struct ExecCheck {
    std::vector<std::string> command; ///< $(VAR) replaced as the kubelet does
};
/// Nothing: the kubelet cannot run it.
using Check = std::variant<std::monostate, HttpCheck, TcpCheck, GrpcCheck, ExecCheck>;

struct Settings {
    std::int64_t initial_delay = 0, timeout = 1, period = 10, success_threshold = 1, failure_threshold = 3; ///< seconds and counts
};

/// One probe that a container declares, resolved to what the kubelet would do.
struct PlannedProbe {
    Kind kind = Kind::readiness;
    std::string container;
    bool sidecar = false;
    Settings settings;
    Check check;
    std::string problem; ///< why it cannot be run at all: its result is Unknown; set when `check` holds nothing
};

/// A container that declares probes, as its status has it.
struct ProbedContainer {
    std::string name;
    bool running = false, ready = false;
    std::optional<bool> started;
    Timestamp started_at, ready_at; ///< `ready_at` is the pod's, and only of a container that was never restarted
    std::string state; ///< `running`, `waiting: CrashLoopBackOff`, `ended: Error`, `not created`
};

/// All probes of a pod, those of its sidecars first.
struct PodPlan {
    std::string namespace_name, name, uid, address, phase, restart_policy, node;
    bool host_network = false, deleting = false;
    std::vector<ProbedContainer> containers;
    std::vector<PlannedProbe> probes;

    const ProbedContainer* container(std::string_view wanted) const;
};

/// What the kubelet of a version (`1.37`) does for a pod: ports by name, hosts, paths, headers, defaults
/// (pkg/kubelet/prober/prober.go, pkg/probe/http/request.go, pkg/probe/util.go).
PodPlan plan_probes(const data::Value& pod, std::string_view kubelet_version);

/// `10.0.0.1:80`, `[fd00::1]:80`.
std::string join_host_port(std::string_view host, int port);
/// The URL that the kubelet makes of scheme, host, port and a path, which may be anything (formatURL).
std::string probe_url(std::string_view scheme, std::string_view host, int port, std::string_view path);
/// What the kubelet's request line has in its place where that is something else: Go sends a query as it is written (URL.RequestURI), and
/// servers refuse one with blanks. Empty: nothing else.
std::string odd_target(std::string_view path);
/// `$(NAME)` replaced by literal values, `$$` by `$`; what is unknown stays (third_party/forked/golang/expansion).
std::string expand(std::string_view text, const std::vector<std::pair<std::string, std::string>>& values);

} // namespace kdiag::probe
