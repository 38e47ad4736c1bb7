// SPDX-License-Identifier: Apache-2.0
// `kdiag probe --from node` as a process: the pod that it makes is deleted whatever happens.
#include "fake_kubelet.hpp"
#include "kdiag_process.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

using namespace kdiag;
using namespace kdiag::test;
using nlohmann::json;

namespace {

const std::string k_pods = "/api/v1/namespaces/shop/pods";
const FakeReply k_next = {.status = 0};

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

FakeReply status(int code, const std::string& reason, const std::string& message) {
    return {.status = code, .body = json{{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Failure"}, {"reason", reason}, {"code", code}, {"message", message}}.dump()};
}

FakeReply node(const std::string& ready, const std::string& message = "") {
    return {.body = json{{"kind", "Node"}, {"apiVersion", "v1"}, {"metadata", {{"name", "n1"}}}, {"status", {{"conditions", {{{"type", "Ready"}, {"status", ready}, {"message", message}}}}}}}.dump()};
}

FakeReply prober(const json& state, const std::string& phase = "Pending") {
    return {.body = json{{"kind", "Pod"}, {"apiVersion", "v1"}, {"metadata", {{"name", "x"}}}, {"status", {{"phase", phase}, {"containerStatuses", {{{"name", "prober"}, {"state", state}}}}}}}.dump()};
}

FakeReply service(const std::string& address) {
    return {.body = json{{"kind", "Service"}, {"apiVersion", "v1"}, {"metadata", {{"name", "web"}, {"namespace", "shop"}}},
                         {"spec", {{"type", "ClusterIP"}, {"clusterIP", address}, {"selector", {{"app", "web"}}}, {"ports", {{{"port", 5432}, {"protocol", "TCP"}}}}}}}.dump()};
}

/// A cluster with the node n1, where pods can be made and asked from. Tests change one answer each.
struct Cluster {
    FakeReply of_node = node("True"), of_post = {.status = 201, .body = "{}"}, of_pod = prober({{"running", json::object()}}, "Running"), of_delete = {.body = "{}"}, of_service = service("10.96.0.7");
    std::string tools = "sh\nnc\ncat\n";
    Duration command_takes{0};

    FakeReply answer(const FakeRequest& request) const {
        if (request.path == "/api/v1/nodes/n1") return of_node;
        if (request.path == "/api/v1/namespaces/shop/services/web") return of_service;
        if (request.path == k_pods + "/web") {
            auto pod = json::parse(pod_json("web"));
            pod["status"]["podIP"] = "10.0.0.9";
            return {.body = pod.dump()};
        }
        if (request.method == "POST" && request.path == k_pods) return of_post;
        if (!request.path.starts_with(k_pods + "/kdiag-probe-")) return k_next;
        if (request.method == "DELETE") return of_delete;
        if (!request.path.ends_with("/exec")) return of_pod;
        return {.take_over = [this, request](Wire& wire) {
            WebsocketPeer peer(wire, request, "v5.channel.k8s.io");
            if (has(request.target, "resolv")) peer.send(out(tools));
            else std::this_thread::sleep_for(std::chrono::milliseconds(command_takes.milliseconds));
            finish(peer, 0);
        }};
    }
};

FakeKubelet start(const Cluster& cluster) {
    return FakeKubelet([](WebsocketPeer& peer, Wire&, const FakeRequest&) { finish(peer, 0); }, [&cluster](const FakeRequest& request) { return cluster.answer(request); });
}

std::string command(const FakeKubelet& kubelet, const std::string& rest) {
    return "probe --server " + kubelet.url() + " -n shop " + rest + " </dev/null";
}

std::ptrdiff_t count(const FakeKubelet& kubelet, const std::string& method) {
    const auto requests = kubelet.requests();
    return std::count_if(requests.begin(), requests.end(), [&](const auto& request) { return request.method == method; });
}

} // namespace

TEST_CASE("a pod is made on the node, asks, and is deleted") {
    const Cluster cluster;
    const auto kubelet = start(cluster);
    auto ended = run_kdiag(command(kubelet, "tcp://10.0.0.7:5432 --from node/n1"), "KDIAG_IMAGE=tools:7");
    CHECK_MESSAGE(ended.code == 0, ended.err);
    CHECK(has(ended.out, "from Node/n1 (nc in container `prober` of pod shop/kdiag-probe-"));
    CHECK(ended.err.empty());
    const auto requests = kubelet.requests();
    const auto post = std::find_if(requests.begin(), requests.end(), [](const auto& request) { return request.method == "POST"; });
    REQUIRE(post != requests.end());
    const auto pod = json::parse(post->body);
    CHECK(pod["spec"]["nodeName"] == "n1");
    CHECK(pod["spec"]["containers"][0]["image"] == "tools:7");
    CHECK(requests.back().method == "DELETE");
    CHECK(requests.back().path == k_pods + "/" + std::string(pod["metadata"]["name"]));
    ended = run_kdiag(command(kubelet, "tcp://10.0.0.7:5432 --from node/n1 --image other:1"), "KDIAG_IMAGE=tools:7");
    CHECK(ended.code == 0);
    CHECK(count(kubelet, "DELETE") == 2);
    CHECK(run_kdiag(command(kubelet, "pod/web:5432 --kind tcp --from node")).code == 0); // its own node
    CHECK(count(kubelet, "DELETE") == 3);
}

TEST_CASE("a Service is asked at its address from a node, as nothing there knows its name") {
    Cluster cluster;
    const auto kubelet = start(cluster);
    auto ended = run_kdiag(command(kubelet, "svc/web --from node/n1"));
    CHECK_MESSAGE(ended.code == 0, ended.err);
    CHECK(has(ended.out, "asked at its address 10.96.0.7"));
    CHECK(has(ended.out, "10.96.0.7:5432"));
    const auto before = count(kubelet, "POST");
    ended = run_kdiag(command(kubelet, "svc/web --from node"));
    CHECK(ended.code == 2);
    CHECK(has(ended.err, "--from node/NAME"));
    ended = run_kdiag(command(kubelet, "svc/web --kind dns --from node/n1"));
    CHECK(ended.code == 2);
    CHECK(has(ended.err, "--kind dns --from pod/NAME"));
    cluster.of_service = service("None");
    ended = run_kdiag(command(kubelet, "svc/web --from node/n1"));
    CHECK(ended.code == 2);
    CHECK(has(ended.err, "is headless"));
    CHECK(has(ended.err, "kdiag probe pod/NAME:PORT --from node/n1"));
    CHECK(count(kubelet, "POST") == before);
}

TEST_CASE("an alias is asked from a node by the name that it stands for") {
    Cluster cluster;
    cluster.of_service = {.body = R"({"kind":"Service","apiVersion":"v1","metadata":{"name":"web","namespace":"shop"},"spec":{"type":"ExternalName","externalName":"db.example"}})"};
    const auto kubelet = start(cluster);
    const auto ended = run_kdiag(command(kubelet, "svc/web:5432 --kind tcp --from node/n1"));
    CHECK_MESSAGE(ended.code == 0, ended.err);
    CHECK(has(ended.out, "db.example:5432"));
    CHECK(count(kubelet, "DELETE") == 1);
}

TEST_CASE("the node's state decides whether a pod is made there") {
    struct Row {
        FakeReply reply;
        int code;
        const char* words;
        int made;
    };
    for (const auto& row : {Row{node("Unknown", "Kubelet stopped posting node status."), 8, "does not report any more", 0}, Row{node("False", "no network plugin"), 0, "node n1 is not ready: no network plugin", 1},
                            Row{status(404, "NotFound", "nodes \"n1\" not found"), 9, "not found", 0}, Row{status(403, "Forbidden", "nodes \"n1\" is forbidden: User \"ana\" cannot get"), 0, "", 1}}) {
        CAPTURE(row.words);
        Cluster cluster;
        cluster.of_node = row.reply;
        const auto kubelet = start(cluster);
        const auto ended = run_kdiag(command(kubelet, "tcp://10.0.0.7:5432 --from node/n1"));
        CHECK(ended.code == row.code);
        CHECK_MESSAGE(has(ended.out + ended.err, row.words), ended.err);
        CHECK(count(kubelet, "POST") == row.made);
        CHECK(count(kubelet, "DELETE") == row.made);
    }
}

TEST_CASE("what was refused is not deleted; what may have been made is") {
    struct Row {
        FakeReply reply;
        int code;
        const char* words;
        int deleted;
    };
    for (const auto& row : {Row{status(403, "Forbidden", "pods \"x\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostNetwork=true)"), 6, "--from node/n1 -n kube-system", 0},
                            Row{status(403, "Forbidden", "pods is forbidden: User \"ana\" cannot create resource \"pods\""), 6, "create and delete on pods", 0},
                            Row{status(409, "AlreadyExists", "pods \"x\" already exists"), 2, "already", 0},
                            Row{status(500, "InternalError", "etcdserver: request timed out"), 7, "etcdserver", 1}}) {
        CAPTURE(row.words);
        Cluster cluster;
        cluster.of_post = row.reply;
        const auto kubelet = start(cluster);
        const auto ended = run_kdiag(command(kubelet, "tcp://10.0.0.7:5432 --from node/n1"));
        CHECK(ended.code == row.code);
        CHECK_MESSAGE(has(ended.err, row.words), ended.err);
        CHECK(count(kubelet, "DELETE") == row.deleted);
    }
}

TEST_CASE("a pod that cannot ask is deleted, and a deletion that failed is told with the command for it") {
    Cluster cluster;
    const auto kubelet = start(cluster);
    cluster.of_pod = prober({{"waiting", {{"reason", "ErrImagePull"}, {"message", "pull access denied"}}}});
    auto ended = run_kdiag(command(kubelet, "tcp://10.0.0.7:5432 --from node/n1"));
    CHECK(ended.code == 9);
    CHECK(has(ended.err, "KDIAG_IMAGE"));
    CHECK(count(kubelet, "DELETE") == 1);
    cluster.of_pod = prober({{"terminated", {{"exitCode", 1}, {"reason", "Error"}}}}, "Failed");
    ended = run_kdiag(command(kubelet, "tcp://10.0.0.7:5432 --from node/n1"));
    CHECK(ended.code == 9);
    CHECK(has(ended.err, "does not run `sh`"));
    CHECK(count(kubelet, "DELETE") == 2);
    cluster.of_pod = Cluster().of_pod;
    cluster.tools = "sh\n";
    ended = run_kdiag(command(kubelet, "tcp://10.0.0.7:5432 --from node/n1"));
    CHECK(ended.code == 9);
    CHECK(has(ended.err, "has no tool that can ask"));
    CHECK(count(kubelet, "DELETE") == 3);
    cluster.tools = Cluster().tools;
    cluster.of_delete = status(403, "Forbidden", "pods is forbidden: User \"ana\" cannot delete resource \"pods\"");
    ended = run_kdiag(command(kubelet, "tcp://10.0.0.7:5432 --from node/n1"));
    CHECK(ended.code == 0);
    CHECK(has(ended.err, "delete it yourself: kubectl delete pod kdiag-probe-"));
    const auto before = count(kubelet, "POST");
    ended = run_kdiag(command(kubelet, "tcp://10.0.0.7:5432 --from node/n1 --count 100 --interval 10s"));
    CHECK(ended.code == 2);
    CHECK(has(ended.err, "lives for 10 minutes"));
    CHECK(run_kdiag(command(kubelet, "tcp://10.0.0.7:5432 --from node/n1 --image 'Not an Image'")).code == 2);
    CHECK(count(kubelet, "POST") == before);
}

TEST_CASE("signals lead to the deletion from wherever they come, and do not disturb it") {
    const auto slow = Duration::seconds(2);
    struct Row {
        const char* name;
        const char* until; ///< the request that is there when the signal comes
        std::vector<int> signals;
        int code;
    };
    for (const auto& row : {Row{"while it is being made", "POST", {SIGINT}, 130}, Row{"while it is being made", "POST", {SIGTERM, SIGHUP}, 143}, Row{"while it starts", "GET pod", {SIGHUP}, 130},
                            Row{"while it starts", "GET pod", {SIGINT, SIGINT}, 130}, Row{"while it asks", "exec", {SIGTERM}, 143}, Row{"while it asks", "exec", {SIGINT, SIGINT}, 130},
                            Row{"while it is being deleted", "DELETE", {SIGINT, SIGHUP, SIGINT}, 0}}) {
        CAPTURE(row.name);
        CAPTURE(row.until);
        Cluster cluster;
        const std::string until = row.until;
        if (until == "POST") cluster.of_post.delay = slow;
        if (until == "GET pod") cluster.of_pod = prober({{"waiting", {{"reason", "ContainerCreating"}}}});
        if (until == "exec") cluster.command_takes = slow;
        if (until == "DELETE") cluster.of_delete.delay = Duration{500};
        const auto kubelet = start(cluster);
        KdiagProcess process(command(kubelet, "tcp://10.0.0.7:5432 --from node/n1"));
        const auto arrived = [&] {
            const auto requests = kubelet.requests();
            return std::any_of(requests.begin(), requests.end(), [&](const auto& request) {
                if (until == "exec") return request.path.ends_with("/exec") && !has(request.target, "resolv");
                return until == "GET pod" ? request.method == "GET" && request.path.starts_with(k_pods + "/kdiag-probe-") : request.method == until;
            });
        };
        for (int i = 0; i < 1000 && !arrived(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        for (const int number : row.signals) {
            process.signal(number);
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        const auto ended = process.wait();
        CHECK_MESSAGE(ended.code == row.code, ended.err);
        CHECK(count(kubelet, "DELETE") == 1);
    }
}
