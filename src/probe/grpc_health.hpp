// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probe/verdict.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kdiag::probe {

/// The path of the call (grpc.health.v1.Health/Check).
inline constexpr std::string_view k_health_path = "/grpc.health.v1.Health/Check";

/// HealthCheckRequest as one gRPC message: a flag, four bytes of length, protobuf.
std::string health_request(std::string_view service);
/// `status` of a HealthCheckResponse; nothing when the bytes are no whole message of that type.
std::optional<std::uint64_t> health_status(std::string_view body);

/// An answer to the call, or none.
struct GrpcAnswer {
    int http_status = 0; ///< 0: no answer
    std::string body;
    std::string grpc_status, grpc_message; ///< from headers or trailers
    bool connected = false;
    bool timed_out = false;
    std::string problem; ///< of the connection; without an answer
};
/// As the kubelet judges it, in its words (pkg/probe/grpc/grpc.go).
Outcome judge_grpc(const GrpcCheck& check, std::int64_t timeout, const GrpcAnswer& answer, Microseconds took);

} // namespace kdiag::probe
