// SPDX-License-Identifier: Apache-2.0
#include "data/json.hpp"
#include "probe/plan.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::probe;

namespace {

/// A running pod whose only container has these members beside its name.
PodPlan plan_of(const std::string& members, const std::string& address = "10.0.0.7") {
    const auto pod = data::parse_json(R"({"metadata": {"name": "web", "namespace": "shop"}, "spec": {"restartPolicy": "Always", "containers": [{"name": "api", )" + members +
                                      R"(}]}, "status": {"podIP": ")" + address +
                                      R"(", "containerStatuses": [{"name": "api", "ready": true, "started": true, "restartCount": 0, "state": {"running": {"startedAt": "2026-09-14T12:00:00Z"}}}],
                                      "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-09-14T12:00:20Z"}]}})");
    REQUIRE(pod);
    return plan_probes(*pod, "1.37");
}

const HttpCheck& http_of(const PodPlan& plan) {
    REQUIRE(plan.probes.size() == 1);
    REQUIRE(std::holds_alternative<HttpCheck>(plan.probes[0].check));
    return std::get<HttpCheck>(plan.probes[0].check);
}

} // namespace

TEST_CASE("a probe is asked at the pod's address, with the kubelet's headers and the API's defaults") {
    const auto plan = plan_of(R"("readinessProbe": {"httpGet": {"port": 8080}})");
    const auto& http = http_of(plan);
    CHECK(http.url == "http://10.0.0.7:8080");
    CHECK(http.headers == std::vector<Header>{{"User-Agent", "kube-probe/1.37"}, {"Accept", "*/*"}});
    CHECK(http.host_header.empty());
    const auto& settings = plan.probes[0].settings;
    CHECK(settings.timeout == 1);
    CHECK(settings.period == 10);
    CHECK(settings.failure_threshold == 3);
    REQUIRE(plan.container("api") != nullptr);
    CHECK(plan.container("api")->running);
    CHECK((plan.container("api")->ready_at - plan.container("api")->started_at) == Duration::seconds(20));
}

TEST_CASE("named ports are those of the same container; what has none cannot be run") {
    CHECK(http_of(plan_of(R"("ports": [{"name": "web", "containerPort": 81}], "livenessProbe": {"httpGet": {"port": "web", "path": "/x", "scheme": "HTTPS"}})")).url == "https://10.0.0.7:81/x");
    const auto plan = plan_of(R"("ports": [{"name": "web", "containerPort": 81}], "livenessProbe": {"tcpSocket": {"port": "http"}})");
    REQUIRE(plan.probes.size() == 1);
    CHECK(std::holds_alternative<std::monostate>(plan.probes[0].check));
    CHECK(plan.probes[0].problem == "the container declares no port named `http`");
    CHECK(plan_of(R"("livenessProbe": {"httpGet": {"port": 70000}})").probes[0].problem == "70000 is no port number");
}

TEST_CASE("hosts, IPv6 addresses and odd paths make the URL that the kubelet makes") {
    CHECK(http_of(plan_of(R"("readinessProbe": {"httpGet": {"port": 80, "path": "/a?b=c"}})", "fd00::7")).url == "http://[fd00::7]:80/a?b=c");
    CHECK(http_of(plan_of(R"("readinessProbe": {"httpGet": {"port": 80, "host": "127.0.0.1", "path": "healthz"}})")).url == "http://127.0.0.1:80/healthz");
    // pkg/probe/http/request_test.go
    CHECK(probe_url("http", "localhost", 93, "") == "http://localhost:93");
    CHECK(probe_url("https", "localhost", 93, "/path") == "https://localhost:93/path");
    CHECK(probe_url("http", "localhost", 93, "?foo") == "http://localhost:93?foo");
    CHECK(probe_url("https", "localhost", 93, "/path?bar") == "https://localhost:93/path?bar");
    CHECK(probe_url("http", "h", 1, "http://elsewhere/x") == "http://h:1/x");
    CHECK(probe_url("http", "h", 1, "//elsewhere/x#y") == "http://h:1/x");
    CHECK(probe_url("http", "h", 1, "/a b\xc3\xa9") == "http://h:1/a%20b%C3%A9");
    // Go escapes paths and sends queries as they are: a server answers 400 to blanks in its request line.
    CHECK(odd_target("/a b?c=d e") == "/a%20b?c=d e");
    CHECK(odd_target("?c d#e") == "/?c d");
    CHECK(odd_target("/a?b=c").empty());
    CHECK(odd_target("/a b").empty());
    CHECK(odd_target("/100%?x y").empty());
    CHECK(probe_url("http", "h", 1, "/100%?x") == "http://h:1/100%25%3Fx");
    CHECK(probe_url("http", "h", 1, "/a\r\nEvil: 1") == "http://h:1/a%0D%0AEvil:%201");
}

TEST_CASE("headers of a probe replace the kubelet's; Host is set apart, and an empty Accept is left out") {
    const auto http = http_of(plan_of(R"("readinessProbe": {"httpGet": {"port": 80, "httpHeaders": [{"name": "host", "value": "shop.example"},
        {"name": "user-agent", "value": "me"}, {"name": "Accept", "value": ""}, {"name": "x-tier", "value": "a"}, {"name": "X-TIER", "value": "b"}]}})"));
    CHECK(http.host_header == "shop.example");
    CHECK(http.headers == std::vector<Header>{{"User-Agent", "me"}, {"X-Tier", "a"}, {"X-Tier", "b"}});
}

TEST_CASE("commands see literal variables only") {
    const auto plan = plan_of(R"("env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {}}, {"name": "A", "value": "2"}],
        "startupProbe": {"exec": {"command": ["check", "$(A)-$(B)-$(C)-$$(A)-$x-$", "$(open"]}, "failureThreshold": 30})");
    REQUIRE(plan.probes.size() == 1);
    CHECK(std::get<ExecCheck>(plan.probes[0].check).command == std::vector<std::string>{"check", "2--$(C)-$(A)-$x-$", "$(open"});
    CHECK(plan.probes[0].settings.failure_threshold == 30);
}

TEST_CASE("gRPC probes, unknown handlers, sidecars and several kinds in their order") {
    const auto plan = plan_of(R"("readinessProbe": {"grpc": {"port": 9000, "service": "shop", "mode": "TLS"}}, "livenessProbe": {"later": {}}, "startupProbe": {"tcpSocket": {"port": 5}})");
    REQUIRE(plan.probes.size() == 3);
    CHECK(plan.probes[0].kind == Kind::startup);
    CHECK(plan.probes[1].kind == Kind::liveness);
    CHECK(!plan.probes[1].problem.empty());
    const auto& grpc = std::get<GrpcCheck>(plan.probes[2].check);
    CHECK((grpc.host == "10.0.0.7" && grpc.port == 9000 && grpc.service == "shop" && grpc.tls && grpc.user_agent == "kube-probe/1.37"));
    const auto pod = data::parse_json(R"({"spec": {"initContainers": [{"name": "once", "readinessProbe": {"tcpSocket": {"port": 1}}},
        {"name": "mesh", "restartPolicy": "Always", "readinessProbe": {"tcpSocket": {"port": 1}}}]}, "status": {"initContainerStatuses": [{"name": "mesh", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}})");
    const auto sidecars = plan_probes(*pod, "1.37");
    REQUIRE(sidecars.probes.size() == 1);
    CHECK(sidecars.probes[0].sidecar);
    CHECK(sidecars.container("mesh")->state == "waiting: CrashLoopBackOff");
}

TEST_CASE("a document that is no pod has no probes") {
    for (const auto* text : {"{}", "[]", R"({"spec": {"containers": {"name": 1}}})", R"({"spec": {"containers": [{"name": 1, "livenessProbe": [1]}]}})"})
        CHECK(plan_probes(*data::parse_json(text), "1.37").probes.empty());
}
