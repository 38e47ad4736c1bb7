// SPDX-License-Identifier: Apache-2.0
#include "probe/grpc_health.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::probe;

namespace {

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text += static_cast<char>(value);
    return text;
}

const GrpcCheck k_check{.host = "10.0.0.7", .port = 9000};

} // namespace

TEST_CASE("the request is one message with its prefix") {
    CHECK(health_request("") == bytes({0, 0, 0, 0, 0}));
    CHECK(health_request("shop") == bytes({0, 0, 0, 0, 6, 0x0a, 4}) + "shop");
    const auto long_name = health_request(std::string(300, 's'));
    CHECK(long_name.substr(0, 8) == bytes({0, 0, 0, 0x01, 0x2f, 0x0a, 0xac, 0x02}));
}

TEST_CASE("the answer's status is found among fields that are not known; damaged bytes give none") {
    CHECK(health_status(bytes({0, 0, 0, 0, 2, 8, 1})) == 1);
    CHECK(health_status(bytes({0, 0, 0, 0, 0})) == 0); // proto3 leaves zero out
    CHECK(health_status(bytes({0, 0, 0, 0, 6, 0x12, 2, 9, 9, 8, 2})) == 2);
    CHECK(health_status(bytes({0, 0, 0, 0, 7, 0x1d, 1, 2, 3, 4, 8, 1})) == 1);
    for (const auto& damaged : {std::string(), bytes({0, 0, 0}), bytes({1, 0, 0, 0, 2, 8, 1}), bytes({0, 0, 0, 0, 9, 8, 1}), bytes({0, 0, 0, 0, 1, 8}),
                                bytes({0, 0, 0, 0, 2, 0x12, 9}), bytes({0, 0, 0, 0, 1, 0x80}), bytes({0, 0, 0, 0, 2, 0x0b, 1}), bytes({0, 0xff, 0xff, 0xff, 0xff, 8, 1})})
        CHECK(!health_status(damaged));
}

TEST_CASE("answers are judged in the kubelet's words") {
    const auto judge = [](GrpcAnswer answer) { return judge_grpc(k_check, 1, answer, {}); };
    CHECK(judge({.http_status = 200, .body = bytes({0, 0, 0, 0, 2, 8, 1}), .grpc_status = "0", .connected = true}).verdict == Verdict::success);
    CHECK(judge({.http_status = 200, .body = bytes({0, 0, 0, 0, 2, 8, 2}), .grpc_status = "0", .connected = true}).message == "service unhealthy (responded with \"NOT_SERVING\")");
    CHECK(judge({.http_status = 200, .grpc_status = "12", .grpc_message = "unknown service grpc.health%2Ev1", .connected = true}).message ==
          "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service grpc.health.v1");
    CHECK(judge({.http_status = 200, .grpc_status = "5", .grpc_message = "unknown service", .connected = true}).message ==
          "error: health rpc probe failed: rpc error: code = NotFound desc = unknown service");
    CHECK(judge({.http_status = 404, .connected = true}).message == "error: health rpc probe failed: unexpected HTTP status code received from server: 404");
    CHECK(judge({.http_status = 200, .body = "<html>", .connected = true}).verdict == Verdict::failure);
    const auto refused = judge({.problem = "connection refused"});
    CHECK(refused.message == "timeout: failed to connect service \"10.0.0.7:9000\" within 1s: connection refused");
    CHECK(judge({.connected = true, .timed_out = true}).message == "timeout: health rpc did not complete within 1s");
}
