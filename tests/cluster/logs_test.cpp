// SPDX-License-Identifier: Apache-2.0
// `kdiag logs` against a real kubelet: restarts, rotation, rollouts, deletion. Set KDIAG_TEST_KUBECONFIG to try it.
#include "../support/temporary_folder.hpp"
#include "commands.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace kdiag;

namespace {

const std::string k_place = " -n kdiag-logs ";

std::string image() {
    const char* named = std::getenv("KDIAG_TEST_IMAGE");
    return named == nullptr ? "busybox:1.36" : named;
}

std::string container(const std::string& name, const std::string& script) {
    return "{name: " + name + ", image: \"" + image() + "\", command: [sh, -c, '" + script + "']}";
}

std::string pod(const std::string& name, const std::string& containers, const std::string& more = "") {
    return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: kdiag-logs}\nspec:\n  terminationGracePeriodSeconds: 1\n" + more + "  containers: [" + containers + "]\n";
}

/// Pods that write, in the cluster as long as the tests run.
class Writers {
public:
    Writers() {
        std::string manifest = "apiVersion: v1\nkind: Namespace\nmetadata: {name: kdiag-logs}\n";
        manifest += pod("mixed", container("app", "seq 1 3000; printf \"\\033[31mred\\033[0m \\377\\r\\n\"; head -c 200000 /dev/zero | tr \"\\0\" x; echo; printf end; sleep 3600") + ", " +
                                     container("side", "seq 5001 5500; sleep 3600"));
        manifest += pod("restarts", container("app", "for i in 1 2 3 4; do echo $(cat /proc/uptime) $i; sleep 0.5; done; exit 3"));
        auto again = container("app", "if test -e /kept/begun; then echo second; sleep 3600; else touch /kept/begun; seq 100; exit 3; fi");
        again.insert(again.size() - 1, ", volumeMounts: [{name: kept, mountPath: /kept}]");
        manifest += pod("again", again, "  volumes: [{name: kept, emptyDir: {}}]\n");
        manifest += pod("leaves", container("app", "seq 5001 5500; sleep 3600"));
        manifest += "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: kdiag-logs}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: web}}\n"
                    "  template:\n    metadata: {labels: {app: web}}\n    spec:\n      terminationGracePeriodSeconds: 1\n      containers: [" +
                    container("app", "i=0; while true; do echo $HOSTNAME $i; i=$((i+1)); sleep 0.2; done") + "]\n";
        const auto applied = test::kubectl("apply -f " + m_folder.write("logs.yaml", manifest));
        REQUIRE_MESSAGE(applied.code == 0, applied.err);
        REQUIRE(test::kubectl("wait --for=condition=Ready pod/mixed pod/leaves --timeout=90s" + k_place).code == 0);
        REQUIRE(test::kubectl("wait --for=jsonpath={.status.containerStatuses[0].restartCount}=1 pod/again --timeout=90s" + k_place).code == 0);
        REQUIRE(test::kubectl("wait --for=condition=Ready pod/again --timeout=90s" + k_place).code == 0);
        REQUIRE(test::kubectl("rollout status deploy/web --timeout=90s" + k_place).code == 0);
    }
    ~Writers() { test::clean_up("delete namespace kdiag-logs --timeout=120s"); }

private:
    test::TemporaryFolder m_folder;
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

} // namespace

TEST_CASE("logs of a real cluster") {
    if (test::cluster_kubeconfig().empty()) return;
    static const Writers writers;

    SUBCASE("are byte for byte kubectl's") {
        for (const std::string flags : {"logs mixed -c app", "logs mixed side", "logs mixed -c app --tail 5", "logs mixed -c app --timestamps", "logs mixed -c app --limit-bytes 1000", "logs mixed -c side --since 1h",
                                  "logs mixed --all-containers --prefix=false --tail 0", "logs again -p", "logs again", "logs nothing"}) {
            CAPTURE(flags);
            const auto ours = test::kdiag(flags + k_place), theirs = test::kubectl(flags + k_place);
            CHECK((ours.code == 0) == (theirs.code == 0));
            const bool same = ours.out == theirs.out;
            CHECK(same);
        }
    }

    SUBCASE("follow restarts without a line lost or repeated") {
        const auto followed = test::shell("timeout --preserve-status -s INT 40 " KDIAG_BINARY " logs restarts -f" + k_place);
        CHECK(followed.code == 130);
        std::set<std::string> distinct;
        const auto lines = lines_of(followed.out);
        std::string before = "4";
        for (const auto& line : lines) {
            CHECK_MESSAGE(distinct.insert(line).second, "twice: " << line);
            const std::string number = line.substr(line.rfind(' ') + 1);
            CHECK(number == (before == "4" ? "1" : std::to_string(std::stoi(before) + 1)));
            before = number;
        }
        CHECK(lines.size() >= 8);
        CHECK(followed.err.find("container ended: exit 3") != std::string::npos);
        CHECK(followed.err.find("container started again, restart ") != std::string::npos);
    }

    SUBCASE("follow rotation without a line lost or repeated") {
        // About 30 MB, begun when they are followed: the kubelet rotates after 10 MiB (containerLogMaxSize).
        const auto manifest = pod("rotates", container("app", "sleep 15; i=0; while [ $i -lt 300000 ]; do echo \"$i xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"; i=$((i+1)); done"), "  restartPolicy: Never\n");
        const test::TemporaryFolder folder;
        REQUIRE(test::kubectl("apply -f " + folder.write("rotates.yaml", manifest)).code == 0);
        REQUIRE(test::kubectl("wait --for=condition=Ready pod/rotates --timeout=90s" + k_place).code == 0);
        const auto followed = test::shell("timeout --preserve-status -s INT 120 " KDIAG_BINARY " logs rotates -f --tail 0" + k_place);
        CHECK(followed.code == 0);
        long expected = -1;
        for (const auto& line : lines_of(followed.out)) {
            const long number = std::strtol(line.c_str(), nullptr, 10);
            if (expected >= 0) CHECK(number == expected);
            expected = number + 1;
        }
        CHECK(expected == 300000);
    }

    SUBCASE("follow a rollout: pods that go and pods that come") {
        const auto followed = test::shell("(sleep 4; " + std::string("${KDIAG_TEST_KUBECTL:-kubectl} rollout restart deploy/web") + k_place + " >/dev/null) & timeout --preserve-status -s INT 45 " KDIAG_BINARY " logs deploy/web -f --tail 2" + k_place);
        CHECK(followed.code == 130);
        std::set<std::string> pods, from_start;
        for (const auto& line : lines_of(followed.out)) {
            const auto name = line.substr(0, line.find(' '));
            pods.insert(name);
            if (line.ends_with(" 0")) from_start.insert(name);
        }
        CHECK(pods.size() >= 4);
        CHECK(from_start.size() >= 2);
        CHECK(followed.err.find("pod is gone") != std::string::npos);
    }

    SUBCASE("of a pod that is deleted in the middle end, and say so") {
        const auto followed = test::shell("(sleep 2; ${KDIAG_TEST_KUBECTL:-kubectl} delete pod leaves --wait=false" + k_place + " >/dev/null) & timeout --preserve-status -s INT 60 " KDIAG_BINARY " logs leaves -f --tail 1" + k_place);
        CHECK(followed.code == 0);
        CHECK(followed.out == "5500\n");
        CHECK(followed.err.find("pod is being deleted") != std::string::npos);
    }

    SUBCASE("of what does not exist are errors with codes") {
        const auto unknown = test::kdiag("logs web-nothing" + k_place);
        CHECK(unknown.code == 9);
        CHECK(unknown.err.find("no pod `web-nothing` in namespace kdiag-logs") != std::string::npos);
        CHECK(test::kdiag("logs restarts -c nothing" + k_place).code == 9);
        CHECK(test::kdiag("logs deploy/nothing" + k_place).code == 9);
    }

    SUBCASE("end quietly when the reader has seen enough") {
        const auto head = test::shell("{ " + std::string(KDIAG_BINARY) + " logs mixed -c side" + k_place + "; echo $? >&2; } | head -1");
        CHECK(head.out.starts_with("5001\n"));
        CHECK(head.err == "0\n");
    }
}
