// SPDX-License-Identifier: Apache-2.0
#include "rules/common/probe_text.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace kdiag;
using namespace kdiag::rules;

namespace {

kube::IntOrString number(std::int64_t value) {
    kube::IntOrString port;
    port.number = value;
    port.set = true;
    return port;
}

kube::IntOrString name(kube::Text text) {
    kube::IntOrString port;
    port.text = text;
    port.set = true;
    return port;
}

kube::Probe http(kube::IntOrString port, kube::Text path = "/ready", kube::Text scheme = "HTTP") {
    kube::Probe probe;
    probe.http_get = std::make_unique<kube::HttpGetAction>();
    auto& get = *probe.http_get;
    get.path = path;
    get.scheme = scheme;
    get.port = port;
    return probe;
}

kube::Probe exec() {
    kube::Probe probe;
    probe.exec = std::make_unique<kube::ExecAction>();
    probe.exec->command = {"cat", "/tmp/ready"};
    return probe;
}

kube::Probe grpc(kube::Text service = {}) {
    kube::Probe probe;
    probe.grpc = std::make_unique<kube::GrpcAction>();
    auto& call = *probe.grpc;
    call.port = 9000;
    call.service = service;
    return probe;
}

/// Declares 8080 as `http`.
kube::Container container() {
    kube::Container made;
    made.name = "api";
    made.ports = {{.name = "http", .protocol = "TCP", .container_port = 8080}};
    return made;
}

std::string explain(const kube::Probe& probe, std::string_view message) {
    return explain_probe_failure(container(), probe, "readiness", message);
}

} // namespace

TEST_CASE("a probe's target is one short line, whatever its kind") {
    CHECK(probe_target(http(number(8080))) == "GET http :8080/ready");
    CHECK(probe_target(http(name("http"), "", "HTTPS")) == "GET https :http/");
    CHECK(probe_target(exec()) == "exec cat /tmp/ready");
    CHECK(probe_target(grpc()) == "gRPC :9000");
    CHECK(probe_target(grpc("orders")) == "gRPC :9000 orders");
    kube::Probe tcp;
    tcp.tcp_socket = std::make_unique<kube::TcpSocketAction>();
    tcp.tcp_socket->port = number(5432);
    CHECK(probe_target(tcp) == "TCP :5432");
    CHECK(probe_target(kube::Probe{}) == "nothing");
}

TEST_CASE("a probe's sentence tells its timing, and a delay only where there is one") {
    auto probe = http(number(8080));
    CHECK(probe_sentence(probe, "out") == "GET http :8080/ready, every 10s, 1s timeout, out after 3 failures");
    probe.initial_delay_seconds = 15;
    probe.failure_threshold = 1;
    CHECK(probe_sentence(probe, "restart") == "GET http :8080/ready, every 10s, 1s timeout, starts after 15s, restart after 1 failure");
}

TEST_CASE("names of ports are those of the same container") {
    CHECK(probe_port(container(), http(name("http"))) == 8080);
    CHECK(probe_port(container(), http(number(9))) == 9);
    CHECK(probe_port(container(), grpc()) == 9000);
    CHECK(!probe_port(container(), http(name("metrics"))));
    CHECK(!probe_port(container(), exec()));
    CHECK(undeclared_port_name(container(), http(name("metrics"))) == "metrics");
    CHECK(!undeclared_port_name(container(), http(name("http"))));
    CHECK(!undeclared_port_name(container(), http(number(9))));
}

TEST_CASE("a refusal names the ports that are declared when the probe asks another") {
    const std::string refused = "Readiness probe failed: Get \"http://10.1.0.7:8080/ready\": dial tcp 10.1.0.7:8080: connect: connection refused";
    CHECK(explain(http(number(8090)), refused) == "nothing listens on port 8090, which the readiness probe asks; the container declares 8080 (http)");
    CHECK(explain(http(number(8080)), refused) == 
          "nothing listens on port 8080, which the readiness probe asks: the program has not come up, or listens elsewhere or on 127.0.0.1 only");
    CHECK(explain(http(name("metrics")), {}) == "the readiness probe asks the port named `metrics`, and the container declares 8080 (http)");
}

TEST_CASE("answers are told from silence, and silence from a connection that never stood") {
    const auto probe = http(number(8080));
    CHECK(explain(probe, "Readiness probe failed: HTTP probe failed with statuscode: 503") == "the readiness probe (GET http :8080/ready) is answered with status 503");
    CHECK(explain(probe, "Readiness probe failed: Get \"http://10.1.0.7:8080/ready\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)") ==
          "the readiness probe (GET http :8080/ready) gets no answer within its timeout of 1s");
    CHECK(explain(probe, "Readiness probe failed: dial tcp 10.1.0.7:8080: i/o timeout") ==
          "the readiness probe cannot connect to port 8080 within 1s, and nothing refuses it: something on the way drops it");
    CHECK(explain(probe, "Readiness probe failed: Get \"http://10.1.0.7:8080/ready\": EOF") == "port 8080 closes the connection of the readiness probe without an answer");
    CHECK(explain(probe, "Readiness probe failed: dial tcp 10.1.0.7:8080: connect: no route to host") ==
          "the kubelet cannot reach the pod's address for the readiness probe: no route to host");
}

TEST_CASE("a probe that speaks another protocol than the program is named as such") {
    CHECK(explain(http(number(8080), "/", "HTTPS"), "Readiness probe failed: Get \"https://10.1.0.7:8080/\": http: server gave HTTP response to HTTPS client") ==
          "the readiness probe speaks HTTPS, and port 8080 speaks HTTP");
    CHECK(explain(http(number(8080)), "Readiness probe failed: Get \"http://10.1.0.7:8080/\": net/http: HTTP/1.x transport connection broken: malformed HTTP response \"\\x15\\x03\\x01\"") ==
          "the readiness probe speaks HTTP, and port 8080 probably speaks TLS");
    CHECK(explain(grpc("orders"), "Readiness probe failed: service unhealthy (responded with \"NOT_SERVING\")") == "the readiness probe (gRPC :9000 orders) is answered with NOT_SERVING");
    CHECK(explain(grpc(), "Readiness probe failed: timeout: failed to connect service \"10.1.0.7:9000\" within 1s: context deadline exceeded") ==
          "the readiness probe gets no gRPC connection to port 9000: nothing listens there, or it speaks TLS");
}

TEST_CASE("what a command prints is quoted, and never taken for words of the kubelet") {
    CHECK(explain(exec(), "Readiness probe failed: dial tcp cache:6379: connection refused\n") == "the readiness probe's command fails and says: dial tcp cache:6379: connection refused");
    CHECK(explain(exec(), "Readiness probe failed: upstream timed out") == "the readiness probe's command fails and says: upstream timed out");
    CHECK(explain(exec(), "Readiness probe failed: ") == "the readiness probe's command `cat /tmp/ready` fails without saying why");
    CHECK(explain(exec(), {}) == "the readiness probe's command `cat /tmp/ready` fails");
}

TEST_CASE("a command that is too slow or not in the image is told from one that fails, in old words and new") {
    CHECK(command_timed_out("Readiness probe failed: command timed out: \"cat /tmp/ready\" timed out after 1s"));
    CHECK(command_timed_out("Readiness probe failed: command \"cat /tmp/ready\" timed out"));
    CHECK(command_timed_out("Readiness probe errored: rpc error: code = DeadlineExceeded desc = failed to exec in container: timeout 1s exceeded: context deadline exceeded"));
    CHECK(!command_timed_out("Readiness probe failed: upstream timed out"));
    CHECK(!command_timed_out("Readiness probe failed: "));
    for (const std::string start : {"Readiness probe errored: ", "Readiness probe errored and resulted in unknown state: "}) {
        CHECK(explain(exec(), start + "rpc error: code = Unknown desc = failed to exec in container: exec: \"cat\": executable file not found in $PATH: unknown") ==
              "the readiness probe runs `cat`, which is not in the container's image");
        CHECK(explain(exec(), start + "rpc error: code = Unavailable desc = connection closed") ==
              "the readiness probe cannot be run: rpc error: code = Unavailable desc = connection closed");
        CHECK(explain(exec(), start + "rpc error: code = Unknown desc = exec failed: unable to start container process: exec: \"cat\": permission denied: unknown") ==
              "the readiness probe cannot be run: exec: \"cat\": permission denied");
    }
}

TEST_CASE("unknown words are not explained") {
    CHECK(explain(http(number(8080)), "Readiness probe failed: something else").empty());
}
