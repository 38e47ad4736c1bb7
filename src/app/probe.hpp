// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/connect.hpp"
#include "app/output.hpp"
#include "probe/destination.hpp"

#include <string>
#include <vector>

namespace kdiag::app {

struct ProbeOptions {
    ConnectOptions connect;
    OutputOptions output;
    std::vector<std::string> target; ///< URL, dns:NAME, TYPE/NAME[:PORT]
    std::string from;                ///< `pod/NAME`, `local`; empty: what suits the target
    probe::Depth depth = probe::Depth::automatic; ///< --kind
    probe::StatusRanges expect;
    std::vector<probe::Header> headers;
    std::string path;    ///< of the HTTP request; empty: the URL's, or `/`
    std::string service; ///< of gRPC's health check
    std::size_t count = 1;
    Duration interval = Duration::seconds(1);
    Duration timeout = Duration::seconds(5); ///< of each step
    bool verify = true;
    std::string ca_file;
};

/// `kdiag probe`: a pod's own probes as the kubelet asks them, or a target step by step. 0: all good; 1: something failed.
Result<ExitCode> run_probe(const ProbeOptions& options, Environment& environment);

} // namespace kdiag::app
