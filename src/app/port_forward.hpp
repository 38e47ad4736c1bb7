// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/connect.hpp"
#include "app/output.hpp"

#include <string>
#include <vector>

namespace kdiag::app {

struct PortForwardOptions {
    ConnectOptions connect;
    OutputOptions output; ///< text, or json: one line when everything listens; quiet: failures only
    std::vector<std::string> words; ///< objects and their ports
    std::vector<std::string> addresses = {"localhost"};
    bool reconnect = true;  ///< use another pod when one goes away
    std::string ready_file; ///< written when everything listens: a line `ADDRESS:PORT` for each port
    std::vector<std::string> command; ///< run while forwarding; its end is the end
    Duration pod_running_timeout = Duration::seconds(60);
};

/// `kdiag port-forward`: carries local TCP connections to pods until it is interrupted, or its command ends, whose exit code is then the
/// result. An Error: it could not begin, or not go on.
Result<ExitCode> run_port_forward(const PortForwardOptions& options, Environment& environment);

} // namespace kdiag::app
