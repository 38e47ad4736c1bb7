// SPDX-License-Identifier: Apache-2.0
// port-forward against a real API server, kubelet and runtime, over each way that leads there.
#include "../support/temporary_folder.hpp"
#include "commands.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

using namespace kdiag;

namespace {

const std::string k_place = " -n kdiag-port-forward";

/// Two pods behind a Service, which serve their name, and a large file.
class Web {
public:
    Web() {
        const char* image = std::getenv("KDIAG_TEST_IMAGE");
        const std::string wanted = image == nullptr ? "busybox:1.36" : image;
        const auto applied = test::kubectl("apply -f " + m_folder.write("web.yaml", R"(
apiVersion: v1
kind: Namespace
metadata: {name: kdiag-port-forward}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: kdiag-port-forward}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: app
        image: )" + wanted + R"(
        imagePullPolicy: IfNotPresent
        command: [sh, -c, "mkdir /www; hostname > /www/name; yes 0123456789abcde | head -c 67108864 > /www/large; exec httpd -f -p 8080 -h /www"]
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /name, port: http}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: kdiag-port-forward}
spec: {selector: {app: web}, ports: [{name: www, port: 80, targetPort: http}]}
)"));
        REQUIRE_MESSAGE(applied.code == 0, applied.err);
        const auto ready = test::kubectl("rollout status deployment/web --timeout=120s" + k_place);
        REQUIRE_MESSAGE(ready.code == 0, ready.err);
    }
    ~Web() { test::clean_up("delete namespace kdiag-port-forward --timeout=120s"); }

private:
    test::TemporaryFolder m_folder;
};

bool have_web() {
    if (test::cluster_kubeconfig().empty()) return false;
    static const Web web;
    return true;
}

/// A shell function that GETs a path through a local port.
const std::string k_get = R"(get() { exec 3<>/dev/tcp/127.0.0.1/$1; printf 'GET /%s HTTP/1.0\r\n\r\n' "$2" >&3; sed '1,/^\r*$/d' <&3; exec 3>&-; }; )";

std::string forward(const std::string& arguments, const std::string& script) {
    return "port-forward " + arguments + k_place + " -- bash -c " + "'" + script + "'";
}

/// For a shell's single quotes.
std::string quoted(std::string text) {
    for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4) text.replace(at, 1, "'\\''");
    return text;
}

} // namespace

TEST_CASE("a Service's port over each way, and the command's code") {
    if (!have_web()) return;
    for (const std::string way : {"auto", "websocket", "spdy"}) {
        CAPTURE(way);
        setenv("KDIAG_STREAM_PROTOCOL", way.c_str(), 1);
        const auto got = test::kdiag(forward("svc/web :80 :www", quoted(k_get + "get $KDIAG_PORT_80 name; get $KDIAG_PORT_WWW name; exit 7")));
        unsetenv("KDIAG_STREAM_PROTOCOL");
        CHECK_MESSAGE(got.code == 7, got.err);
        CHECK(got.out.find("web-") == 0);
        CHECK(got.err.find("-> Service/web:80 -> Pod/web-") != std::string::npos);
        CHECK(got.err.find("2 connections, 0 failed") != std::string::npos);
    }
}

TEST_CASE("sixty-four megabytes arrive byte for byte, and many connections at once") {
    if (!have_web()) return;
    const auto large = test::kdiag(forward("deploy/web :8080", quoted(k_get + "get $KDIAG_PORT_8080 large | cmp - <(yes 0123456789abcde | head -c 67108864)")));
    CHECK_MESSAGE(large.code == 0, large.err);
    const auto many = test::kdiag(forward("deploy/web :http", quoted(k_get + "for i in $(seq 100); do (get $KDIAG_PORT_HTTP name | grep -q ^web-) & done; failed=0; for p in $(jobs -p); do wait $p || failed=1; done; exit $failed")));
    CHECK_MESSAGE(many.code == 0, many.err);
    CHECK(many.err.find("100 connections, 0 failed") != std::string::npos);
}

TEST_CASE("another pod takes the place of one that is deleted, behind the same local port") {
    if (!have_web()) return;
    const auto kubectl = std::getenv("KDIAG_TEST_KUBECTL") == nullptr ? std::string("kubectl") : std::string(std::getenv("KDIAG_TEST_KUBECTL"));
    const auto got = test::kdiag(forward("svc/web :80", quoted(k_get + "first=$(get $KDIAG_PORT_80 name); " + kubectl + k_place + " delete pod $first --wait=true >/dev/null; second=$(get $KDIAG_PORT_80 name); test -n \"$second\" && test $first != $second")));
    CHECK_MESSAGE(got.code == 0, got.err);
    CHECK(got.err.find("is going away") != std::string::npos);
    CHECK(got.err.find("now using web-") != std::string::npos);
}

TEST_CASE("a pod that is deleted in the middle of an answer cuts it off, and nobody waits for the rest") {
    if (!have_web()) return;
    const auto kubectl = std::getenv("KDIAG_TEST_KUBECTL") == nullptr ? std::string("kubectl") : std::string(std::getenv("KDIAG_TEST_KUBECTL"));
    const auto got = test::kdiag(forward("deploy/web :8080", quoted(k_get + "pod=$(get $KDIAG_PORT_8080 name); exec 3<>/dev/tcp/127.0.0.1/$KDIAG_PORT_8080; printf \"GET /large HTTP/1.0\\r\\n\\r\\n\" >&3; "
                                                                    "head -c 1000 <&3 >/dev/null; " + kubectl + k_place + " delete pod $pod --wait=true >/dev/null; timeout 90 cat <&3 >/dev/null; echo ended $?")));
    CHECK_MESSAGE(got.out == "ended 1\n", got.out, got.err); // 0 would pass for the whole, 124 is a hang
    CHECK_MESSAGE(got.err.find("2 connections, 1 failed") != std::string::npos, got.err);
}

TEST_CASE("nothing listens in the pod, or there is no such port or object") {
    if (!have_web()) return;
    const auto refused = test::kdiag(forward("deploy/web :9999", quoted("exec 3<>/dev/tcp/127.0.0.1/$KDIAG_PORT_9999; cat <&3; echo ended $?")));
    CHECK_MESSAGE(refused.out == "ended 1\n", refused.out, refused.err); // 0 would pass for an empty answer
    CHECK_MESSAGE(refused.err.find("nothing listens on port 9999") != std::string::npos, refused.err);
    CHECK_MESSAGE(refused.err.find("1 connection, 1 failed") != std::string::npos, refused.err);
    CHECK(test::kdiag("port-forward svc/web 8081" + k_place).code == 9);
    CHECK(test::kdiag("port-forward svc/nope 80" + k_place).code == 9);
    CHECK(test::kdiag(forward("svc/nope 80", "true")).code == 209);
}
