// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/probe_way.hpp"
#include "probe/destination.hpp"
#include "probe/report.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kdiag::app {

/// What is asked at the end of the steps, and what counts as good.
struct StepSettings {
    probe::StatusRanges expect;
    std::vector<probe::Header> headers;
    bool verify = true;      ///< certificates
    std::string ca_pem;      ///< instead of the system's authorities
    Duration limit = Duration::seconds(5); ///< of each step
    std::optional<Duration> tcp_limit;     ///< of the tcp step, where it is another
};

/// Once through the steps to a destination: dns (of a name), tcp, tls, and http or grpc, as far as its depth goes. The first that fails
/// ends it; the others stand as not tried. An Error: the way itself broke, or it was interrupted.
Result<std::vector<probe::Step>> walk_steps(Way& way, const probe::Destination& destination, const StepSettings& settings, Timestamp now);

/// One call of gRPC's health service, judged as the kubelet judges it. `address` is where to connect.
Result<probe::Outcome> ask_grpc(Way& way, const probe::GrpcCheck& check, const std::string& address, Duration limit);

} // namespace kdiag::app
