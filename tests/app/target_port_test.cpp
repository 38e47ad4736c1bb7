// SPDX-License-Identifier: Apache-2.0
#include "app/target_port.hpp"

#include "decoded.hpp"
#include "util/strings.hpp"

using namespace kdiag;

namespace {

const char* const k_pod = R"({"metadata":{"name":"web-1"},"spec":{
    "containers":[{"name":"app","ports":[{"name":"http","containerPort":8080,"protocol":"TCP"},{"name":"dns","containerPort":53,"protocol":"UDP"},
        {"name":"quic","containerPort":443,"protocol":"UDP"},{"name":"https","containerPort":443,"protocol":"TCP"}]}],
    "initContainers":[{"name":"proxy","restartPolicy":"Always","ports":[{"name":"admin","containerPort":15000}]},{"name":"once","ports":[{"name":"never","containerPort":1}]}]}})";

app::PortSpec spec(const char* word) {
    const auto parsed = app::parse_port_spec(word);
    REQUIRE(parsed);
    return *parsed;
}

std::string shown(const Result<app::TargetPort>& port) {
    return port ? std::to_string(port->local) + ">" + std::to_string(port->service_port) + ">" + std::to_string(port->pod_port) : port.error().message;
}

} // namespace

TEST_CASE("a port is written as [LOCAL:]REMOTE") {
    CHECK(!spec("8080").local);
    CHECK(spec("8080").remote == "8080");
    CHECK(spec("1:80").local == 1);
    CHECK(spec(":80").local == 0);
    CHECK(spec("0:http").local == 0);
    CHECK(spec("web").remote == "web");
    for (const char* bad : {"", ":", "80:", "0", "65536", "99999:80", "x:80", "-1", "80:0", "1:2:3", "a b", "8o 80", "http/2", "1 80"}) {
        CAPTURE(bad);
        const auto parsed = app::parse_port_spec(bad);
        CHECK(!parsed);
        if (!parsed) CHECK(parsed.error().kind == ErrorKind::usage);
    }
}

TEST_CASE("a port of a pod is a number or a name of a container or sidecar") {
    const auto pods = test::decoded<kube::Pod>(k_pod);
    const auto& pod = pods.objects[0];
    CHECK(shown(app::resolve_pod_port(pod, spec("8080"))) == "8080>0>8080");
    CHECK(shown(app::resolve_pod_port(pod, spec("9999"))) == "9999>0>9999"); // need not be declared
    CHECK(shown(app::resolve_pod_port(pod, spec("http"))) == "8080>0>8080");
    CHECK(shown(app::resolve_pod_port(pod, spec(":http"))) == "0>0>8080");
    CHECK(shown(app::resolve_pod_port(pod, spec("1234:admin"))) == "1234>0>15000");
    CHECK(shown(app::resolve_pod_port(pod, spec("443"))) == "443>0>443"); // TCP and UDP share the number
    CHECK(shown(app::resolve_pod_port(pod, spec("53"))) == "port 53 of pod `web-1` is UDP, and port-forward carries TCP only");
    CHECK(shown(app::resolve_pod_port(pod, spec("quic"))) == "port quic of pod `web-1` is UDP, and port-forward carries TCP only");
    const auto unknown = app::resolve_pod_port(pod, spec("htp"));
    REQUIRE(!unknown);
    CHECK(unknown.error().kind == ErrorKind::not_found);
    CHECK(unknown.error().notes.front() == "it declares 8080 http, 53 dns/UDP, 443 quic/UDP, 443 https, 15000 admin");
    CHECK(unknown.error().help.front() == "did you mean http?");
    CHECK(!app::resolve_pod_port(pod, spec("never"))); // an init container that has ended
}

TEST_CASE("a port of a Service leads to its target in the pod") {
    const auto pods = test::decoded<kube::Pod>(k_pod);
    const auto& pod = pods.objects[0];
    const auto services = test::decoded<kube::Service>(
        R"({"metadata":{"name":"web"},"spec":{"clusterIP":"10.0.0.1","selector":{"a":"b"},"ports":[{"name":"dns","port":53,"protocol":"UDP","targetPort":5353},
              {"name":"dns-tcp","port":53,"protocol":"TCP","targetPort":5354},{"name":"web","port":80,"targetPort":"http"},{"name":"raw","port":9000},
              {"name":"zero","port":9001,"targetPort":0},{"name":"lost","port":81,"targetPort":"htpp"},{"name":"udp","port":82,"protocol":"UDP"}]}},
           {"metadata":{"name":"headless"},"spec":{"clusterIP":"None","selector":{"a":"b"},"ports":[{"name":"web","port":80,"targetPort":8080}]}},
           {"metadata":{"name":"manual"},"spec":{"clusterIP":"10.0.0.2","ports":[{"name":"web","port":80,"targetPort":1234}]}})");
    const auto slices = test::decoded<kube::EndpointSlice>(R"({"metadata":{"name":"m1"},"addressType":"IPv4","endpoints":[],"ports":[{"name":"other","port":1},{"name":"web","protocol":"TCP","port":8081}]})");
    const auto port = [&](std::size_t service, const char* word) { return app::resolve_service_port(services.objects[service], slices.objects, pod, spec(word)); };
    CHECK(shown(port(0, "53")) == "53>53>5354");
    CHECK(shown(port(0, "80")) == "80>80>8080");
    CHECK(shown(port(0, "web")) == "80>80>8080");
    CHECK(shown(port(0, "8080:web")) == "8080>80>8080");
    CHECK(shown(port(0, ":9000")) == "0>9000>9000");
    CHECK(shown(port(0, "zero")) == "9001>9001>9001");
    CHECK(shown(port(0, "lost")) == "pod `web-1` has no port `htpp`");
    CHECK(shown(port(0, "82")) == "port 82 of service `web` is UDP, and port-forward carries TCP only");
    CHECK(shown(port(1, "80")) == "80>80>80");
    CHECK(shown(port(2, "web")) == "80>80>8081");
    const auto unknown = port(0, "8080");
    REQUIRE(!unknown);
    CHECK(unknown.error().message == "service `web` has no port `8080`");
    CHECK(contains(unknown.error().notes.front(), "its ports: 53 dns/UDP, 53 dns-tcp, 80 web"));
}
