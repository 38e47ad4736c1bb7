// SPDX-License-Identifier: Apache-2.0
// `kdiag debug` as a process, against API servers of several ages and moods.
#include "fake_kubelet.hpp"
#include "kdiag_process.hpp"

#include "support/golden.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>
#include <unistd.h>

using namespace kdiag;
using namespace kdiag::test;
using nlohmann::json;

namespace {

const std::string k_pod = "/api/v1/namespaces/shop/pods/web";

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

FakeReply status(int code, const std::string& reason, const std::string& message, const json& details = json::object()) {
    return {.status = code, .body = json{{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Failure"}, {"reason", reason}, {"code", code}, {"message", message}, {"details", details}}.dump()};
}

FakeReply namespace_with(const std::string& level) {
    return {.body = json{{"kind", "Namespace"}, {"apiVersion", "v1"}, {"metadata", {{"name", "shop"}, {"labels", {{"pod-security.kubernetes.io/enforce", level}}}}}}.dump()};
}

/// The pod with an ephemeral container in some state.
FakeReply pod_with(const std::string& name, const json& state) {
    auto pod = json::parse(pod_json("web"));
    pod["spec"]["ephemeralContainers"] = {{{"name", name}, {"image", "busybox:stable"}}};
    pod["status"]["ephemeralContainerStatuses"] = {{{"name", name}, {"image", ""}, {"imageID", ""}, {"ready", false}, {"restartCount", 0}, {"state", state}}};
    return {.body = pod.dump()};
}

const FakeReply k_next = {.status = 0};

void nothing(WebsocketPeer& peer, Wire&, const FakeRequest&) {
    finish(peer, 0);
}

Ended debug(const FakeKubelet& kubelet, const std::string& rest) {
    return run_kdiag("debug --server " + kubelet.url() + " -n shop " + rest + " </dev/null");
}

int patches(const FakeKubelet& kubelet) {
    const auto requests = kubelet.requests();
    return static_cast<int>(std::count_if(requests.begin(), requests.end(), [](const auto& request) { return request.method == "PATCH"; }));
}

} // namespace

TEST_CASE("a command's output and exit code come from the container's log and state") {
    std::atomic<bool> added = false;
    const FakeKubelet kubelet(nothing, [&](const FakeRequest& request) -> FakeReply {
        if (request.path == "/api/v1/namespaces/shop") return namespace_with("baseline");
        if (request.method == "PATCH") {
            added = true;
            return {.body = pod_json("web")};
        }
        if (request.path == k_pod + "/log") return {.body = "line 1\nline 2\n", .content_type = "text/plain"};
        if (request.path == k_pod && added) return pod_with("kdiag-dbg", {{"terminated", {{"exitCode", 7}, {"reason", "Error"}}}});
        return k_next;
    });
    const auto ended = debug(kubelet, "web -- run");
    CHECK(ended.code == 7);
    CHECK(ended.out == "line 1\nline 2\n");
    CHECK(has(ended.err, "debug container `kdiag-dbg` in Pod/web (image busybox:stable, profile baseline)"));
    CHECK(has(ended.err, "stays until the pod is deleted"));
}

TEST_CASE("a server of 1.20 that says 200 and does nothing is asked in its own way") {
    const FakeKubelet kubelet(nothing, [](const FakeRequest& request) -> FakeReply {
        if (request.path == "/api/v1/namespaces/shop") return namespace_with("privileged");
        if (request.method == "PATCH") return {.body = R"({"kind":"EphemeralContainers","apiVersion":"v1","metadata":{"name":"web"},"ephemeralContainers":[]})"};
        return k_next;
    });
    const auto ended = debug(kubelet, "web --no-attach");
    CHECK(ended.code == 0);
    CHECK(ended.out == "web/kdiag-dbg\n");
    std::vector<std::string> types;
    for (const auto& request : kubelet.requests())
        if (request.method == "PATCH") types.push_back(request.header("content-type"));
    CHECK(types == std::vector<std::string>{"application/strategic-merge-patch+json", "application/json-patch+json"});
}

TEST_CASE("a server without ephemeral containers leads to a copy") {
    const FakeKubelet kubelet(nothing, [](const FakeRequest& request) -> FakeReply {
        if (request.path == "/api/v1/namespaces/shop") return namespace_with("privileged");
        return request.method == "PATCH" ? status(404, "NotFound", "the server could not find the requested resource") : k_next;
    });
    const auto ended = debug(kubelet, "web --no-attach");
    CHECK(ended.code == 207);
    CHECK(has(ended.err, "this cluster has no ephemeral containers"));
    CHECK(has(ended.err, "--copy-to web-debug"));
}

TEST_CASE("auto steps down to the level that a refusal names; a profile that was asked for does not") {
    std::atomic<int> tried = 0;
    const auto handler = [&](const FakeRequest& request) -> FakeReply {
        if (request.path == "/api/v1/namespaces/shop") return status(403, "Forbidden", "namespaces \"shop\" is forbidden: User \"ana\" cannot get resource \"namespaces\"");
        if (request.method != "PATCH") return k_next;
        if (++tried == 1) return status(403, "Forbidden", "pods \"web\" is forbidden: violates PodSecurity \"restricted:latest\": unrestricted capabilities");
        return {.body = pod_json("web")};
    };
    const FakeKubelet kubelet(nothing, handler);
    auto ended = debug(kubelet, "web --no-attach");
    CHECK(ended.code == 0);
    CHECK(has(ended.err, "profile restricted"));
    CHECK(patches(kubelet) == 2);
    tried = 0;
    ended = debug(kubelet, "web --no-attach --profile sysadmin");
    CHECK(ended.code == 206);
    CHECK(has(ended.err, "enforces Pod Security `restricted`"));
    CHECK(has(ended.err, "--profile restricted"));
    CHECK(patches(kubelet) == 3);
}

TEST_CASE("a name that somebody else takes in the same moment is not the end") {
    std::atomic<int> tried = 0;
    const FakeKubelet kubelet(nothing, [&](const FakeRequest& request) -> FakeReply {
        if (request.path == "/api/v1/namespaces/shop") return namespace_with("privileged");
        if (request.path == k_pod && tried > 0) return pod_with("kdiag-dbg", {{"running", json::object()}});
        if (request.method != "PATCH") return k_next;
        if (++tried == 1) return status(422, "Invalid", "Pod \"web\" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers \"kdiag-dbg\" may not be changed");
        return {.body = pod_json("web")};
    });
    const auto ended = debug(kubelet, "web --no-attach -- other");
    CHECK(ended.code == 0);
    CHECK(ended.out == "web/kdiag-dbg-2\n");
    tried = 0;
    CHECK(debug(kubelet, "web --no-attach -c mine -- other").code == 207); // a name that was asked for is not changed
    CHECK(tried == 1);
}

/// A server whose debug container gets into a state, and says a text in its log.
std::function<FakeReply(const FakeRequest&)> with_container(std::shared_ptr<std::atomic<bool>> added, json state, std::function<FakeReply()> log = {}) {
    return [=](const FakeRequest& request) -> FakeReply {
        if (request.path == "/api/v1/namespaces/shop") return namespace_with("privileged");
        if (request.method == "PATCH") {
            *added = true;
            return {.body = pod_json("web")};
        }
        if (log && request.path == k_pod + "/log") return log();
        if (request.path == k_pod && *added) return pod_with("kdiag-dbg", state);
        return k_next;
    };
}

TEST_CASE("a program that the image does not have is told as exec tells it, with a shell's code") {
    const auto failed = [](const char* reason, const char* words) { return json{{"terminated", {{"exitCode", 128}, {"reason", reason}, {"message", words}}}}; };
    const FakeKubelet missing(nothing, with_container(std::make_shared<std::atomic<bool>>(), failed("StartError", "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"nope\": executable file not found in $PATH: unknown")));
    auto ended = debug(missing, "web --image tools:1 -- nope");
    CHECK(ended.code == 127);
    CHECK(has(ended.err, "error: the image tools:1 of container `kdiag-dbg` has no `nope`"));
    CHECK(has(ended.err, "--image"));
    const FakeKubelet closed(nothing, with_container(std::make_shared<std::atomic<bool>>(), failed("ContainerCannotRun", "exec: \"/etc\": permission denied: unknown")));
    CHECK(debug(closed, "web -- /etc").code == 126);
    const json waits = {{"waiting", {{"reason", "RunContainerError"}, {"message", "exec: \"nope\": executable file not found in $PATH"}}}};
    const FakeKubelet waiting(nothing, with_container(std::make_shared<std::atomic<bool>>(), waits));
    CHECK(debug(waiting, "web -- nope").code == 127);
    const FakeKubelet other(nothing, with_container(std::make_shared<std::atomic<bool>>(), failed("StartError", "cgroup: out of memory")));
    CHECK(debug(other, "web -- run").code == 207);
}

TEST_CASE("signals end the wait and the log, a reader that has seen enough ends it too, a full disk is an error") {
    for (const auto& [number, code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}}) {
        CAPTURE(number);
        const FakeKubelet kubelet(nothing, with_container(std::make_shared<std::atomic<bool>>(), {{"waiting", {{"reason", "ContainerCreating"}}}}));
        KdiagProcess process("debug --server " + kubelet.url() + " -n shop web -- run </dev/null");
        for (int i = 0; i < 1000 && patches(kubelet) == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        process.signal(number);
        const auto ended = process.wait();
        CHECK(ended.code == code);
        CHECK(ended.seconds < 15);
    }
    const json runs = {{"running", {{"startedAt", "2026-01-01T00:00:00Z"}}}};
    const TemporaryFolder folder;
    const auto goes_on = [] { return FakeReply{.raw = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nit runs\n", .take_over = [](Wire& wire) { wire.rest(Duration::minutes(1)); }}; };
    for (const auto& [number, code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}}) {
        CAPTURE(number);
        const FakeKubelet kubelet(nothing, with_container(std::make_shared<std::atomic<bool>>(), runs, goes_on));
        const auto log = folder.path("log" + std::to_string(number));
        KdiagProcess process("debug --server " + kubelet.url() + " -n shop web -- run </dev/null >" + log);
        for (int i = 0; i < 1000 && (access(log.c_str(), F_OK) != 0 || read_file(log).empty()); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        process.signal(number);
        CHECK(process.wait().code == code);
        CHECK(read_file(log) == "it runs\n");
    }
    const auto loud_output = [&](const std::string& redirection) {
        const FakeKubelet loud(nothing, with_container(std::make_shared<std::atomic<bool>>(), runs, [] { return FakeReply{.body = std::string(30'000, '\n'), .content_type = "text/plain", .chunked = true, .repeat = 1000}; }));
        return run_kdiag("debug --server " + loud.url() + " -n shop web -- run </dev/null >" + redirection);
    };
    const auto pipe = folder.path("pipe");
    REQUIRE(std::system(("mkfifo " + pipe + "; (head -1 <" + pipe + " >/dev/null) &").c_str()) == 0);
    CHECK(loud_output(pipe).code == 128 + SIGPIPE);
    const auto ended = loud_output("/dev/full");
    CHECK(ended.code == 203);
    CHECK(has(ended.err, "cannot write standard output: No space left on device"));
}

TEST_CASE("a log that breaks off while the container runs, or whose pod goes, is no success") {
    const auto log = [] { return FakeReply{.body = "half\n", .content_type = "text/plain"}; };
    const FakeKubelet cut(nothing, with_container(std::make_shared<std::atomic<bool>>(false), {{"running", json::object()}}, log));
    auto ended = debug(cut, "web -- run");
    CHECK(ended.code == 204);
    CHECK(ended.out == "half\n");
    CHECK(has(ended.err, "the log of container kdiag-dbg broke off, and the container goes on running"));
    CHECK(has(ended.err, "kdiag logs web -n shop -c kdiag-dbg -f"));
    std::atomic<bool> read = false;
    const auto running = with_container(std::make_shared<std::atomic<bool>>(false), {{"running", json::object()}}, log);
    const FakeKubelet gone(nothing, [&](const FakeRequest& request) -> FakeReply {
        if (request.path == k_pod + "/log") read = true;
        if (request.path == k_pod && read) return status(404, "NotFound", "pods \"web\" not found", {{"name", "web"}, {"kind", "pods"}});
        return running(request);
    });
    ended = debug(gone, "web -- run");
    CHECK(ended.code == 204);
    CHECK(has(ended.err, "pod web was deleted before the end of container kdiag-dbg was seen"));
}

TEST_CASE("an image that cannot be pulled ends the wait at once") {
    std::atomic<bool> added = false;
    const FakeKubelet kubelet(nothing, [&](const FakeRequest& request) -> FakeReply {
        if (request.path == "/api/v1/namespaces/shop") return namespace_with("privileged");
        if (request.method == "PATCH") {
            added = true;
            return {.body = pod_json("web")};
        }
        if (request.path == k_pod && added) return pod_with("kdiag-dbg", {{"waiting", {{"reason", "ErrImagePull"}, {"message", "failed to resolve reference \"docker.io/library/nope:1\": docker.io/library/nope:1: not found"}}}});
        return k_next;
    });
    const auto ended = debug(kubelet, "web --image nope:1 -- true");
    CHECK(ended.code == 209);
    CHECK(has(ended.err, "the image nope:1 of the debug container cannot be pulled"));
    CHECK(ended.seconds < 10);
}

TEST_CASE("a pod on a node is deleted at the end, also when it fails, and where nothing may see the node none is made") {
    const std::string pods = "/api/v1/namespaces/shop/pods";
    std::atomic<bool> restricted = false;
    const FakeKubelet kubelet(nothing, [&](const FakeRequest& request) -> FakeReply {
        if (request.path == "/api/v1/namespaces/shop") return namespace_with(restricted ? "restricted" : "privileged");
        if (request.path == "/api/v1/nodes/n1") return {.body = R"({"kind":"Node","apiVersion":"v1","metadata":{"name":"n1"}})"};
        if (request.method == "POST") return {.status = 201, .body = pod_json("node-debugger-n1")};
        if (request.method == "DELETE") return {.body = pod_json("node-debugger-n1")};
        if (request.path.starts_with(pods + "/node-debugger-n1-"))
            return {.body = R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"},"status":{"phase":"Failed","reason":"OutOfpods","message":"Node didn't have enough resource: pods"}})"};
        return k_next;
    });
    auto ended = debug(kubelet, "node/n1 -- true");
    CHECK(ended.code == 209);
    CHECK(has(ended.err, "OutOfpods"));
    CHECK(has(ended.err, "is deleted"));
    CHECK(kubelet.requests().back().method == "DELETE");
    restricted = true;
    const auto before = kubelet.requests().size();
    ended = debug(kubelet, "node/n1 -- true");
    CHECK(ended.code == 206);
    CHECK(has(ended.err, "kdiag debug node/n1 -n kube-system"));
    for (std::size_t i = before; i < kubelet.requests().size(); ++i) CHECK(kubelet.requests()[i].method == "GET");
}

TEST_CASE("a pod that may have been made is deleted, also after a hang-up before the answer; one that is to stay is not") {
    std::atomic<int> posted = 0;
    FakeReply of_post = status(500, "InternalError", "etcdserver: request timed out");
    const FakeKubelet kubelet(nothing, [&](const FakeRequest& request) -> FakeReply {
        if (request.path == "/api/v1/namespaces/shop") return namespace_with("privileged");
        if (request.path == "/api/v1/nodes/n1") return {.body = R"({"kind":"Node","apiVersion":"v1","metadata":{"name":"n1"}})"};
        if (request.method == "DELETE") return status(404, "NotFound", "pods \"x\" not found");
        if (request.method != "POST") return k_next;
        ++posted;
        return of_post;
    });
    auto ended = debug(kubelet, "node/n1 -- true");
    CHECK(ended.code == 207);
    CHECK(!has(ended.err, "is deleted")); // it was not there
    CHECK(kubelet.requests().back().method == "DELETE");
    CHECK(debug(kubelet, "node/n1 --no-attach").code == 207);
    CHECK(kubelet.requests().back().method == "POST");
    of_post = {.status = 201, .body = "{}", .delay = Duration::seconds(2)};
    KdiagProcess process("debug --server " + kubelet.url() + " -n shop node/n1 -- true </dev/null");
    for (int i = 0; i < 1000 && posted < 3; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    process.signal(SIGHUP);
    CHECK(process.wait().code == 130);
    CHECK(kubelet.requests().back().method == "DELETE");
}

TEST_CASE("the variable for the image is for new containers and changes no other") {
    const FakeKubelet kubelet(nothing, [](const FakeRequest& request) -> FakeReply {
        if (request.path == "/api/v1/namespaces/shop") return namespace_with("privileged");
        if (request.method == "POST") return {.status = 201, .body = pod_json("web-copy")};
        if (request.method == "PATCH") return {.body = pod_json("web")};
        return k_next;
    });
    const auto with_variable = [&](const std::string& rest) { return run_kdiag("debug --server " + kubelet.url() + " -n shop --no-attach " + rest + " </dev/null", "KDIAG_IMAGE=tools:7"); };
    CHECK(has(with_variable("web").err, "image tools:7"));
    CHECK(has(with_variable("web --image other:1").err, "image other:1"));
    const auto container_of_copy = [&](const std::string& rest) {
        CHECK(with_variable("web --copy-to web-copy " + rest).code == 0);
        return json::parse(kubelet.requests().back().body)["spec"]["containers"].back();
    };
    CHECK(container_of_copy("")["image"] == "tools:7");
    CHECK(container_of_copy("-c app -- sh")["image"] == "app:1");
    CHECK(container_of_copy("--set-image app=app:2") == json{{"name", "app"}, {"image", "app:2"}});
}

TEST_CASE("what makes no sense is refused before anything is changed") {
    const FakeKubelet kubelet(nothing, [](const FakeRequest& request) -> FakeReply {
        if (request.path == "/api") return {.body = R"({"kind":"APIVersions","versions":["v1"]})"};
        if (request.path == "/apis") return {.body = R"({"kind":"APIGroupList","apiVersion":"v1","groups":[]})"};
        if (request.path == "/api/v1") return {.body = R"({"kind":"APIResourceList","groupVersion":"v1","resources":[]})"};
        return request.path == "/api/v1/namespaces/shop" ? namespace_with("privileged") : k_next;
    });
    const TemporaryFolder folder;
    const auto custom = folder.write("custom.yaml", "image: other\n");
    struct Row {
        std::string arguments;
        int code;
        const char* words;
    };
    for (const auto& row : {
             Row{"", 202, "nothing is named"},
             Row{"web -t", 202, "-t needs -i"},
             Row{"pod/web sh -c ls", 202, "pod/web -- sh -c ls\n"},
             Row{"-it pod web sh", 202, "-it pod web -- sh\n"},
             Row{"web sh", 202, "a command stands after `--`: kdiag debug web -- sh"},
             Row{"web --imge x -- sh", 202, "did you mean `--image`?"},
             Row{"web --detach-keys alt-x", 202, "--detach-keys does not take `alt-x`"},
             Row{"web --profile sysadmn", 202, "did you mean `sysadmin`?"},
             Row{"web --rm -- true", 202, "cannot be removed"},
             Row{"web --replace", 202, "goes with --copy-to"},
             Row{"web --same-node", 202, "go with --copy-to"},
             Row{"web --copy-to x --target app", 202, "--target does not go with --copy-to"},
             Row{"web --image-pull-policy Sometimes", 202, "Always, IfNotPresent or Never"},
             Row{"web --env A", 202, "it takes NAME=VALUE"},
             Row{"web --custom " + custom, 202, "--custom may not set `image`"},
             Row{"web --custom /nope", 203, "/nope"},
             Row{"web --target nope -- true", 209, "has no container `nope`"},
             Row{"web -c app -- true", 202, "has a container `app` already"},
             Row{"web --image 'Not an Image' -- true", 202, "is no name of an image"},
             Row{"nobody -- true", 209, "no pod `nobody`"},
             Row{"node/n1 --copy-to x", 202, "copies pods, not nodes"},
         }) {
        CAPTURE(row.arguments);
        const auto ended = debug(kubelet, row.arguments);
        CHECK(ended.code == row.code);
        CHECK_MESSAGE(has(ended.err, row.words), ended.err);
    }
    for (const auto& request : kubelet.requests()) CHECK(request.method == "GET");
}
