// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/connect.hpp"
#include "app/output.hpp"
#include "probe/destination.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kdiag::app {

struct ProbeOptions {
    ConnectOptions connect;
    OutputOptions output;
    std::vector<std::string> target; ///< URL, dns:NAME, TYPE/NAME[:PORT]
    std::string from;                ///< `pod/NAME`, `node/NAME`, `node`, `local`; empty: what suits the target
    probe::Depth depth = probe::Depth::automatic; ///< --kind
    std::optional<probe::StatusRanges> expect; ///< unset: 200-399
    std::vector<probe::Header> headers;
    std::string path;    ///< of the HTTP request; empty: the URL's, or `/`
    std::string service; ///< of gRPC's health check
    std::size_t count = 1;
    Duration interval = Duration::seconds(1);
    Duration timeout = Duration::seconds(5); ///< of each step
    std::optional<Duration> tcp_timeout;     ///< of the tcp step; unset: `timeout`
    bool replay = false;                     ///< --replay-probes: what the pods declare, of a Service's pods too
    std::string image;                       ///< of a debug container or of a node's pod to ask from; empty: the containers' own tools, or debug's image
    bool verify = true;
    std::string ca_file;
};

/// `kdiag probe`: a pod's own probes as the kubelet asks them, or a target step by step. 0: all good; 1: something failed.
Result<ExitCode> run_probe(const ProbeOptions& options, Environment& environment);

} // namespace kdiag::app
