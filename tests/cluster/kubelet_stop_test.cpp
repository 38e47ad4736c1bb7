// SPDX-License-Identifier: Apache-2.0
// A kubelet that is stopped and started in the middle of exec, logs -f and port-forward. Tried when KDIAG_TEST_STOP_KUBELET and
// KDIAG_TEST_START_KUBELET, two shell commands, say how; it disturbs everything else on the node.
#include "../support/temporary_folder.hpp"
#include "commands.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <sstream>
#include <string>

using namespace kdiag;

namespace {

const std::string k_place = " -n kdiag-kubelet ";

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

/// A pod that counts, two hundred lines a second, and serves a page.
class Counter {
public:
    Counter() {
        const auto image = variable("KDIAG_TEST_IMAGE");
        const auto applied = test::kubectl("apply -f " + m_folder.write("counter.yaml", R"(
apiVersion: v1
kind: Namespace
metadata: {name: kdiag-kubelet}
---
apiVersion: v1
kind: Pod
metadata: {name: counter, namespace: kdiag-kubelet}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: app
    image: )" + (image.empty() ? "busybox:1.36" : image) + R"(
    imagePullPolicy: IfNotPresent
    command: [sh, -c, "mkdir -p /www; echo page > /www/page; httpd -p 8080 -h /www; i=0; while true; do echo $i; i=$((i+1)); usleep 5000; done"]
)"));
        REQUIRE_MESSAGE(applied.code == 0, applied.err);
        REQUIRE(test::kubectl("wait pod/counter --for=condition=Ready --timeout=120s" + k_place).code == 0);
    }
    ~Counter() { test::clean_up("delete namespace kdiag-kubelet --timeout=120s"); }

private:
    test::TemporaryFolder m_folder;
};

} // namespace

TEST_CASE("a kubelet that is stopped and started costs no line of a log, no port, and no wrong exit code") {
    const auto stop = variable("KDIAG_TEST_STOP_KUBELET"), start = variable("KDIAG_TEST_START_KUBELET");
    if (test::cluster_kubeconfig().empty()) return;
    if (stop.empty() || start.empty()) {
        MESSAGE("not tried: KDIAG_TEST_STOP_KUBELET and KDIAG_TEST_START_KUBELET do not say how to stop the kubelet");
        return;
    }
    const Counter counter;
    const std::string kdiag = KDIAG_BINARY;
    // What the parts say is kept apart in files of this shell's folder.
    const auto ran = test::shell("cd $(mktemp -d)\n"
                                 "(timeout --preserve-status -s INT 45 " + kdiag + " logs counter -f" + k_place + ">lines 2>told; echo logs $? >logs) &\n"
                                 "(" + kdiag + " exec counter" + k_place + "-- sleep 40 2>cut; echo exec $? >exec) &\n"
                                 "(" + kdiag + " port-forward counter :8080" + k_place + "-- bash -c '\n"
                                 "  get() { exec 3<>/dev/tcp/127.0.0.1/$KDIAG_PORT_8080 && printf \"GET /page HTTP/1.0\\r\\n\\r\\n\" >&3 && tail -n 1 <&3; }\n"
                                 "  get; sleep 12; get 2>&1 | grep -c page; sleep 23; get' >got 2>ports; echo forward $? >forward) &\n"
                                 "sleep 5; " + stop + "; sleep 15; " + start + " >&2; wait\n"
                                 "cat logs exec forward got; sort -n lines | uniq -d | wc -l\n"
                                 "awk 'NR > 1 && $1 != last + 1 { gaps++ } { last = $1 } END { print gaps + 0, (NR > 4000) }' lines\n"
                                 "cat told cut ports >&2");
    CHECK_MESSAGE(ran.out == "logs 130\nexec 204\nforward 0\npage\n0\npage\n0\n0 1\n", ran.out, ran.err);
    for (const auto* words : {"connection lost (", "connected again", "lost before the command ended", "3 connections, 1 failed"}) CHECK_MESSAGE(ran.err.find(words) != std::string::npos, words, ran.err);
    CHECK_MESSAGE(ran.err.find("is gone") == std::string::npos, ran.err);
}
