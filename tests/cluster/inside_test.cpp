// SPDX-License-Identifier: Apache-2.0
// exec and debug against a real API server, kubelet and container runtime.
#include "../support/golden.hpp"
#include "../support/temporary_folder.hpp"
#include "commands.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

using namespace kdiag;
using test::clean_up, test::cluster_kubeconfig, test::CommandResult, test::kubectl, test::shell, test::TemporaryFolder;

namespace {

const std::string k_namespace = "kdiag-inside";
const std::string k_place = " -n " + k_namespace + " ";

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string image() {
    const char* named = std::getenv("KDIAG_TEST_IMAGE");
    return named == nullptr ? "busybox:1.36" : named;
}

/// Pods that fit every Pod Security level, in a namespace for each level, as long as the tests run.
class Pods {
public:
    Pods() {
        std::string text;
        for (const char* level : {"privileged", "baseline", "restricted"}) {
            const auto name = k_namespace + (std::string_view(level) == "privileged" ? "" : "-" + std::string(level));
            text += "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + ", labels: {pod-security.kubernetes.io/enforce: " + level + "}}\n---\n";
            for (const char* pod : {"one", "going"}) text += pod_in(name, pod, "");
            text += pod_in(name, "several", "  - {name: side, image: \"" + image() + "\", imagePullPolicy: IfNotPresent, command: [sleep, \"100000\"], securityContext: " + k_rights + "}\n"
                                            "  - {name: done, image: \"" + image() + "\", imagePullPolicy: IfNotPresent, command: [\"true\"], securityContext: " + k_rights + "}\n");
        }
        const auto applied = kubectl("apply -f " + m_folder.write("pods.yaml", text));
        REQUIRE_MESSAGE(applied.code == 0, applied.err);
        for (const char* level : {"", "-baseline", "-restricted"}) {
            const auto ready = kubectl("wait pod/one pod/going --for=condition=Ready --timeout=120s -n " + k_namespace + level);
            REQUIRE_MESSAGE(ready.code == 0, ready.err);
        }
    }
    ~Pods() { clean_up("delete namespace " + k_namespace + " " + k_namespace + "-baseline " + k_namespace + "-restricted --timeout=180s"); }

private:
    static inline const std::string k_rights = "{allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}";
    static std::string pod_in(const std::string& namespace_name, const std::string& name, const std::string& more) {
        return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: " + namespace_name + ", labels: {app: " + name +
               "}}\nspec:\n  terminationGracePeriodSeconds: 1\n  restartPolicy: Never\n  securityContext: {runAsNonRoot: true, runAsUser: 1000, seccompProfile: {type: RuntimeDefault}}\n  containers:\n"
               "  - {name: main, image: \"" + image() + "\", imagePullPolicy: IfNotPresent, command: [sleep, \"100000\"], securityContext: " + k_rights + "}\n" + more + "---\n";
    }
    TemporaryFolder m_folder;
};

bool ready() {
    if (cluster_kubeconfig().empty()) return false;
    static const Pods pods;
    return true;
}

CommandResult debug(const std::string& arguments) {
    return test::kdiag("debug --image " + image() + " --image-pull-policy IfNotPresent " + arguments + " </dev/null");
}

} // namespace

TEST_CASE("real containers: exit codes and streams") {
    if (!ready()) return;
    for (const int code : {0, 1, 42, 200}) CHECK(test::kdiag("exec one" + k_place + "-- sh -c 'exit " + std::to_string(code) + "'").code == code);
    CHECK(test::kdiag("exec one" + k_place + "-- sh -c 'exit 222'").code == 255);
    const auto both = test::kdiag("exec one" + k_place + "-- sh -c 'echo to-out; echo to-err >&2'");
    CHECK(both.out == "to-out\n");
    CHECK(both.err == "to-err\n");
    auto ran = test::kdiag("exec one" + k_place + "-- bash");
    CHECK(ran.code == 127);
    CHECK(has(ran.err, "it has `sh`"));
    CHECK(test::kdiag("exec one" + k_place + "-- /etc/passwd").code == 126);
    ran = test::kdiag("exec one" + k_place + "--timeout 1s -- sleep 30");
    CHECK(ran.code == 208);
}

TEST_CASE("real containers: 50 MB in and out with their checksum, and archives both ways") {
    if (!ready()) return;
    const TemporaryFolder folder;
    const auto file = folder.path("data");
    REQUIRE(shell("head -c 50000000 /dev/urandom >" + file).code == 0);
    const auto sum = shell("sha256sum <" + file).out;
    CHECK(test::kdiag("exec one" + k_place + "-i -- sh -c 'cat >/tmp/data; sha256sum </tmp/data' <" + file).out == sum);
    CHECK(shell(std::string(KDIAG_BINARY) + " exec one" + k_place + "-- cat /tmp/data | sha256sum").out == sum);
    CHECK(shell(std::string(KDIAG_BINARY) + " exec one" + k_place + "-i -- cat <" + file + " | sha256sum").out == sum);
    folder.write("tree/a/b", "b");
    folder.write("tree/c", "c");
    const std::string program = KDIAG_BINARY;
    CHECK(shell("tar c -C " + folder.path() + " tree | " + program + " exec one" + k_place + "-i -- tar x -C /tmp && mkdir " + folder.path("back") + " && " + program + " exec one" + k_place +
                "-- tar c -C /tmp tree | tar x -C " + folder.path("back") + " && diff -r " + folder.path("tree") + " " + folder.path("back/tree"))
              .code == 0);
}

TEST_CASE("real containers: which one, and what is said of one that is not there") {
    if (!ready()) return;
    auto ran = test::kdiag("exec several" + k_place + "-- hostname");
    CHECK(ran.code == 0);
    CHECK(has(ran.err, "Defaulted container \"main\" out of: main, side, done"));
    ran = test::kdiag("exec several" + k_place + "-c nope -- true");
    CHECK(ran.code == 209);
    CHECK(has(ran.err, "main, side, done"));
    ran = test::kdiag("exec several" + k_place + "-c done -- true");
    CHECK(ran.code == 209);
    CHECK(has(ran.err, "has ended (Completed, exit code 0)"));
    CHECK(test::kdiag("exec nobody" + k_place + "-- true").code == 209);
    ran = test::kdiag("exec -l 'app in (one,several)' --all -c main" + k_place + "-- hostname");
    CHECK(ran.code == 0);
    CHECK((has(ran.out, "[one] one\n") && has(ran.out, "[several] several\n")));
    REQUIRE(kubectl("annotate pod several kubectl.kubernetes.io/default-container=side --overwrite" + k_place).code == 0);
    ran = test::kdiag("exec several" + k_place + "-- true");
    CHECK(ran.code == 0);
    CHECK(ran.err.empty());
}

TEST_CASE("real terminals: their size arrives, and changes of it") {
    if (!ready()) return;
    const auto size = shell("script -qec \"stty cols 91 rows 33; " + std::string(KDIAG_BINARY) + " exec one" + k_place + "-it -- sh -c 'sleep 1; stty size'\" /dev/null </dev/null"); // the size follows the start
    CHECK(size.code == 0);
    CHECK_MESSAGE(has(size.out, "33 91"), size.out);
}

TEST_CASE("a pod that is deleted in the middle of a command is no success") {
    if (!ready()) return;
    std::thread remover([] {
        std::this_thread::sleep_for(std::chrono::seconds(2));
        shell("kubectl delete pod going --wait=false" + k_place);
    });
    const auto ran = test::kdiag("exec going" + k_place + "-- sh -c 'echo started; sleep 60'");
    remover.join();
    CHECK(ran.out == "started\n");
    CHECK_MESSAGE((ran.code == 137 || ran.code == 143 || ran.code == 204), ran.code);
    CHECK_MESSAGE(has(ran.err, "deleted"), ran.err);
}

TEST_CASE("debug containers in namespaces of each Pod Security level") {
    if (!ready()) return;
    for (const auto& [suffix, profile] : {std::pair{"", "general"}, {"-baseline", "baseline"}, {"-restricted", "restricted"}}) {
        CAPTURE(profile);
        const auto ran = debug("one -n " + k_namespace + suffix + " -- sh -c 'ps; exit 5'");
        CHECK_MESSAGE(ran.code == 5, ran.err);
        CHECK(has(ran.out, "sleep 100000")); // the processes of the target
        CHECK(has(ran.err, std::string("profile ") + profile));
    }
    const auto refused = debug("one -n " + k_namespace + "-restricted --profile general -- true");
    CHECK(refused.code == 206);
    CHECK(has(refused.err, "--profile restricted"));
    CHECK(debug("node/none-such" + k_place + "-- true").code == 209);
    CHECK(debug("nobody" + k_place + "-- true").code == 209);
}

TEST_CASE("debug containers: input, images that are not there, copies, nodes") {
    if (!ready()) return;
    const TemporaryFolder folder;
    const auto file = folder.path("data");
    REQUIRE(shell("seq 300000 >" + file).code == 0);
    const auto summed = test::kdiag("debug --image " + image() + " --image-pull-policy IfNotPresent one" + k_place + "-i -- sha256sum <" + file);
    CHECK(summed.code == 0);
    CHECK(summed.out == shell("sha256sum <" + file).out);
    const auto began = std::chrono::steady_clock::now();
    auto ran = test::kdiag("debug one" + k_place + "--image registry.invalid/nope:1 -- true </dev/null");
    CHECK(ran.code == 209);
    CHECK(has(ran.err, "registry.invalid/nope:1 of the debug container cannot be pulled"));
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(60));
    ran = debug("one" + k_place + "--copy-to one-copy --rm -- hostname");
    CHECK_MESSAGE(ran.code == 0, ran.err);
    CHECK(ran.out == "one-copy\n");
    CHECK(kubectl("wait pod/one-copy --for=delete --timeout=60s" + k_place).code == 0);
    ran = debug("one" + k_place + "--copy-to one-copy --rm -c main -- sh -c 'exit 9'");
    CHECK_MESSAGE(ran.code == 9, ran.err);
    const auto node = kubectl("get nodes -o name").out;
    ran = debug(node.substr(0, node.find('\n')) + k_place + "-- ls /host/etc/hostname");
    CHECK_MESSAGE(ran.code == 0, ran.err);
    CHECK(ran.out == "/host/etc/hostname\n");
    CHECK(has(ran.err, "is deleted"));
}
