// SPDX-License-Identifier: Apache-2.0
// Probes of each kind against a real kubelet: what kdiag says of them has to be what the kubelet says in its events.
#include "../support/golden.hpp"
#include "../support/temporary_folder.hpp"
#include "commands.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <set>
#include <thread>

using namespace kdiag;
using nlohmann::json;

namespace {

const std::string k_place = " -n kdiag-probes";

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// The pods, in the cluster as long as the tests run.
class Probed {
public:
    Probed() {
        const char* image = std::getenv("KDIAG_TEST_IMAGE");
        auto manifest = test::read_file("cluster/probes.yaml");
        const std::string wanted = image == nullptr ? "busybox:1.36" : image;
        for (auto at = manifest.find("IMAGE"); at != std::string::npos; at = manifest.find("IMAGE", at)) manifest.replace(at, 5, wanted);
        const auto applied = test::kubectl("apply -f " + m_folder.write("probes.yaml", manifest));
        REQUIRE_MESSAGE(applied.code == 0, applied.err);
        const auto ready = test::kubectl("wait --for=condition=Ready pod/good --timeout=120s" + k_place);
        REQUIRE_MESSAGE(ready.code == 0, ready.err);
        for (int i = 0; i < 60 && !all_said(); ++i) std::this_thread::sleep_for(std::chrono::seconds(1));
        REQUIRE(all_said());
    }
    ~Probed() { test::clean_up("delete namespace kdiag-probes --timeout=120s"); }

private:
    /// The kubelet has spoken of each of the ten probes of `bad`, `worse` and `worst`.
    static bool all_said() {
        const auto events = json::parse(test::kubectl("get events -o json" + k_place).out);
        std::set<std::string> said;
        for (const auto& event : events["items"]) {
            const auto container = event["involvedObject"].value("fieldPath", ""), message = event["message"].get<std::string>();
            const bool too_early = has(message, "connection refused") && !has(container, "{refused}"); // the server in the pod has not begun to listen
            if (event["involvedObject"]["name"] != "good" && (event["reason"] == "Unhealthy" || event["reason"] == "ProbeWarning") && !too_early) said.insert(container + message.substr(0, 8));
        }
        return said.size() >= 10;
    }
    test::TemporaryFolder m_folder;
};

bool without_cluster() {
    if (test::cluster_kubeconfig().empty()) return true;
    static const Probed probed;
    return false;
}

json probed(const std::string& target, int code) {
    const auto ran = test::kdiag("probe " + target + k_place + " -o json");
    CAPTURE(target);
    CAPTURE(ran.out);
    REQUIRE_MESSAGE(ran.code == code, ran.err);
    return json::parse(ran.out);
}

const json& probe_of(const json& report, const std::string& container, const std::string& kind) {
    for (const auto& probe : report["probes"])
        if (probe["container"] == container && probe["kind"] == kind) return probe;
    FAIL("no " << kind << " probe of " << container);
    return report;
}

/// `dns+ tcp- http?`.
std::string shape_of(const json& report) {
    std::string shape;
    for (const auto& step : report["rounds"][0]["steps"])
        shape += (shape.empty() ? "" : " ") + step["name"].get<std::string>() + (step["state"] == "good" ? "+" : step["state"] == "failed" ? "-" : "?");
    return shape;
}

struct Expected {
    const json& report;
    const char *container, *kind, *result;
    const char* words;           ///< of kdiag's message and of the kubelet's
    const char* older = nullptr; ///< words of a kubelet of 1.30
};

} // namespace

TEST_CASE("probes that pass for the kubelet pass for kdiag") {
    if (without_cluster()) return;
    const auto report = probed("pod/good", 0);
    REQUIRE(report["probes"].size() == 4);
    for (const auto& probe : report["probes"]) {
        CAPTURE(probe.dump());
        CHECK(probe["result"] == "success");
        CHECK(has(probe["way"].get<std::string>(), "container `"));
    }
    CHECK(has(probe_of(report, "api", "readiness")["notes"].dump(), "followed 1 redirect"));
    CHECK(has(probe_of(report, "api", "startup")["idle"].get<std::string>(), "has started"));
}

TEST_CASE("each probe that fails gets the result and the words that the kubelet has for it") {
    if (without_cluster()) return;
    const auto bad = probed("pod/bad", 1), worse = probed("pod/worse", 1), worst = probed("pod/worst", 1);
    CHECK(bad["probes"].size() == 4);
    CHECK(worse["probes"].size() == 4);
    CHECK(worst["probes"].size() == 2);
    for (const auto& [report, container, kind, result, words, older] : {
             Expected{bad, "missing", "readiness", "failure", "HTTP probe failed with statuscode: 404"}, Expected{bad, "missing", "liveness", "warning", ""},
             Expected{bad, "late", "readiness", "failure", "Client.Timeout exceeded while awaiting headers"}, Expected{bad, "loop", "readiness", "failure", "stopped after 10 redirects"},
             Expected{worst, "refused", "readiness", "failure", "connect: connection refused"}, Expected{worse, "command", "readiness", "failure", "cat: can't open '/tmp/ready'"},
             Expected{worse, "command", "liveness", "unknown", "executable file not found in $PATH"}, Expected{worse, "sleepy", "readiness", "failure", "command timed out: \"sleep 3\" timed out after 1s", "command \"sleep 3\" timed out"},
             Expected{worse, "unnamed", "readiness", "unknown", "port", "parsing \"http\""}, Expected{worst, "remote", "readiness", "failure", "timeout: failed to connect service"},
         }) {
        const auto& probe = probe_of(report, container, kind);
        CAPTURE(probe.dump());
        CHECK(probe["result"] == result);
        REQUIRE(!probe["attempts"].empty());
        CHECK(has(probe["attempts"][0].value("message", ""), words));
        REQUIRE(!probe["kubelet"].empty());
        const auto said = probe["kubelet"][0]["message"].get<std::string>();
        CHECK((has(said, words) || (older != nullptr && has(said, older))));
        CHECK(has(said, "probe errored") == (std::string(result) == "unknown"));
    }
    CHECK(has(probe_of(bad, "late", "readiness")["advice"].dump(), "and timeoutSeconds is 1"));
    CHECK(has(probe_of(worse, "unnamed", "readiness")["consequence"].get<std::string>(), "never becomes ready"));
}

TEST_CASE("a Service without ready endpoints is explained by the rule that knows it") {
    if (without_cluster()) return;
    auto report = probed("svc/bad", 1);
    // Rules leave the youngest objects time to become ready.
    for (int i = 0; i < 60 && report["behind"].empty(); ++i) {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        report = probed("svc/bad", 1);
    }
    CHECK(shape_of(report) == "endpoints- tcp? http?");
    REQUIRE(!report["behind"].empty());
    CHECK(report["behind"][0]["rule"] == "KD3001");
    CHECK(shape_of(probed("svc/nobody", 1)) == "endpoints- tcp? http?");
    CHECK(shape_of(probed("svc/good --path /ready", 0)) == "endpoints+ tcp+ http+");
    CHECK(shape_of(probed("svc/good --path /nowhere", 1)) == "endpoints+ tcp+ http-");
}

TEST_CASE("from inside a pod: names, ports and paths") {
    if (without_cluster()) return;
    CHECK(shape_of(probed("dns:good.kdiag-probes.svc.cluster.local --from pod/good", 0)) == "dns+");
    CHECK(shape_of(probed("dns:good --from pod/good", 0)) == "dns+");
    const auto absent = probed("dns:absent.kdiag-probes.svc.cluster.local --from pod/good", 1);
    CHECK(shape_of(absent) == "dns-");
    CHECK(has(absent["rounds"][0].dump(), "no service `absent`"));
    CHECK(shape_of(probed("svc/good --path /ready --from pod/bad --count 2 --interval 10ms", 0)) == "dns+ tcp+ http+");
    CHECK(shape_of(probed("pod/good:web --path /ready", 0)) == "tcp+ http+");
    CHECK(shape_of(probed("pod/good:8099", 1)) == "tcp-");
    CHECK(shape_of(probed("https://good.kdiag-probes.svc.cluster.local:80/ --from pod/bad", 1)) == "dns+ tcp+ tls- http?");
}

TEST_CASE("Services that lead astray, aliases, and what a Service's pods declare") {
    if (without_cluster()) return;
    const auto astray = probed("svc/good:81", 1);
    CHECK(shape_of(astray) == "endpoints+ tcp-");
    CHECK(has(astray["rounds"][0].dump(), "leads to port 8099 of its pods, which declare 8080 web"));
    CHECK(shape_of(probed("svc/alias:80 --path /ready --from pod/good", 0)) == "dns+ tcp+ http+");
    CHECK(shape_of(probed("svc/alias --from pod/good", 0)) == "dns+");
    CHECK(test::kdiag("probe svc/alias" + k_place).code == 2);
    CHECK(probed("svc/good --replay-probes", 0)["probes"].size() == 4);
}

TEST_CASE("a debug container asks where it is wanted, and is used again") {
    if (without_cluster()) return;
    const char* image = std::getenv("KDIAG_TEST_IMAGE");
    const std::string flag = std::string(" --path /ready --image ") + (image == nullptr ? "busybox:1.36" : image);
    for (int i = 0; i < 2; ++i) CHECK(has(probed("pod/good:web" + flag, 0)["way"].get<std::string>(), "in container `kdiag-dbg`"));
    CHECK(test::kubectl("get pod good -o jsonpath='{.spec.ephemeralContainers[*].name}'" + k_place).out == "kdiag-dbg");
}

TEST_CASE("from a node's own network, by a pod that is gone afterwards") {
    if (without_cluster()) return;
    const char* image = std::getenv("KDIAG_TEST_IMAGE");
    const std::string flag = std::string(" --kind tcp --image ") + (image == nullptr ? "busybox:1.36" : image);
    const auto node = test::kubectl("get pod good -o jsonpath='{.spec.nodeName}'" + k_place).out;
    const auto refused = probed("tcp://127.0.0.1:1 --from node/" + node + flag, 1); // nothing of the node listens there
    CHECK(shape_of(refused) == "tcp-");
    CHECK(refused["from"] == "Node/" + node);
    CHECK(has(refused["way"].get<std::string>(), "of pod kdiag-probes/kdiag-probe-"));
    const auto own = test::kdiag("probe pod/good:web --from node" + flag + k_place + " -o json"); // whether a node reaches its pods is the cluster's affair
    CHECK_MESSAGE(own.code <= 1, own.err);
    CHECK(json::parse(own.out)["from"] == "Node/" + node);
    CHECK(test::kdiag("probe svc/good --from node" + k_place).code == 2);
    std::string left = "?";
    for (int i = 0; i < 30 && !left.empty(); ++i) {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        left = test::kubectl("get pods -l app.kubernetes.io/managed-by=kdiag-debug -o name" + k_place).out;
    }
    CHECK(left.empty());
}

TEST_CASE("what does not exist, and what has no probes") {
    if (without_cluster()) return;
    for (const auto* target : {"pod/absent", "svc/absent", "svc/good:absent", "pod/good:absent", "dns:x --from pod/absent"}) {
        const auto ran = test::kdiag(std::string("probe ") + target + k_place);
        CAPTURE(target);
        CAPTURE(ran.err);
        CHECK(ran.code == 9);
        CHECK(ran.out.empty());
        CHECK(has(ran.err, "error: "));
    }
}
