// SPDX-License-Identifier: Apache-2.0
#include "app/debug/start.hpp"

#include "data/json.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::app::debug;
using data::Value;
using Phase = ContainerNow::Phase;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// A pod whose container `dbg` has this state.
Value pod_with(std::string_view state, std::string_view rest = R"("phase":"Running")") {
    auto value = data::parse_json(R"({"status":{"ephemeralContainerStatuses":[{"name":"other","state":{"running":{}}},{"name":"dbg","state":)" + std::string(state) + "}]," + std::string(rest) + "}}");
    REQUIRE(value);
    return *std::move(value);
}

std::optional<Error> never(std::string_view state, std::string_view rest = R"("phase":"Running")") {
    return why_never(pod_with(state, rest), "dbg", "tools:1", "web -n shop");
}

std::string all_of(const Error& error) {
    std::string text = error.message;
    for (const auto& line : error.notes) text += "\n" + line;
    for (const auto& line : error.help) text += "\n" + line;
    return text;
}

} // namespace

TEST_CASE("a container's state is read from whichever list it is in") {
    CHECK(container_now(pod_with(R"({"running":{"startedAt":"2026-01-01T00:00:00Z"}})"), "dbg").phase == Phase::running);
    const auto ended = container_now(pod_with(R"({"terminated":{"exitCode":7,"reason":"Error"}})"), "dbg");
    CHECK(ended.phase == Phase::ended);
    CHECK(ended.exit_code == 7);
    CHECK(container_now(pod_with(R"({"waiting":{"reason":"ContainerCreating"}})"), "dbg").phase == Phase::waiting);
    CHECK(container_now(pod_with("{}"), "dbg").phase == Phase::waiting);
    CHECK(container_now(pod_with("{}"), "nobody").phase == Phase::unknown);
}

TEST_CASE("a run's exit code is found after a restart, too, and is never that of another run") {
    const auto restarted = [](std::string_view state) {
        auto pod = data::parse_json(R"({"status":{"containerStatuses":[{"name":"dbg","containerID":"c://2","state":)" + std::string(state) +
                                    R"(,"lastState":{"terminated":{"exitCode":6,"containerID":"c://1"}}}]}})");
        REQUIRE(pod);
        return *std::move(pod);
    };
    CHECK(exit_code_of_run(restarted(R"({"running":{}})"), "dbg", "c://1") == 6);
    CHECK(exit_code_of_run(restarted(R"({"waiting":{"reason":"CrashLoopBackOff"}})"), "dbg", "c://1") == 6);
    CHECK(exit_code_of_run(restarted(R"({"running":{}})"), "dbg", "c://2") == std::nullopt);
    CHECK(exit_code_of_run(restarted(R"({"terminated":{"exitCode":7}})"), "dbg", "c://2") == 7);
    CHECK(exit_code_of_run(restarted(R"({"terminated":{"exitCode":7}})"), "dbg", "c://1") == 6);
    CHECK(exit_code_of_run(restarted(R"({"terminated":{"exitCode":7}})"), "dbg", "c://0") == std::nullopt);
    CHECK(exit_code_of_run(pod_with(R"({"terminated":{"exitCode":7}})"), "dbg", "") == 7);
    CHECK(exit_code_of_run(pod_with(R"({"running":{}})"), "nobody", "c://1") == std::nullopt);
}

TEST_CASE("reasons that no waiting changes end it at once, and the others do not") {
    CHECK_FALSE(never(R"({"waiting":{"reason":"ContainerCreating"}})"));
    CHECK_FALSE(never(R"({"waiting":{"reason":"PodInitializing"}})"));
    CHECK_FALSE(never(R"({"running":{}})"));
    CHECK_FALSE(never(R"({"terminated":{"exitCode":1,"reason":"Error"}})"));
    auto error = never(R"({"waiting":{"reason":"ErrImagePull","message":"failed to pull and unpack image \"docker.io/library/tools:1\": failed to resolve reference: docker.io/library/tools:1: not found"}})");
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::not_found);
    CHECK(error->message == "the image tools:1 of the debug container cannot be pulled");
    CHECK(has(all_of(*error), "check its name and tag"));
    CHECK(has(all_of(*error), "KDIAG_IMAGE"));
    CHECK(has(never(R"({"waiting":{"reason":"InvalidImageName","message":"x"}})")->message, "is no name of an image"));
    CHECK(has(never(R"({"waiting":{"reason":"ErrImageNeverPull","message":"x"}})")->message, "Never forbids"));
    error = never(R"({"waiting":{"reason":"CreateContainerConfigError","message":"container has runAsNonRoot and image will run as root"}})");
    REQUIRE(error);
    CHECK(has(all_of(*error), "runAsUser"));
    error = never(R"({"terminated":{"exitCode":128,"reason":"StartError","message":"cgroup: out of memory"}})");
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::server);
    error = never(R"({"waiting":{"reason":"ContainerCreating"}})", R"("phase":"Failed","reason":"Evicted","message":"The node was low on resource: memory.")");
    REQUIRE(error);
    CHECK(has(all_of(*error), "Evicted"));
    CHECK(has(all_of(*error), "low on resource"));
}

TEST_CASE("the wait is told in words") {
    CHECK(waiting_line(pod_with(R"({"waiting":{"reason":"ContainerCreating"}})"), "dbg") == "waiting: its image is being pulled, or it is being created");
    CHECK(waiting_line(pod_with(R"({"waiting":{"reason":"PodInitializing","message":"m"}})"), "dbg") == "waiting: PodInitializing, m");
    CHECK(waiting_line(pod_with("{}"), "nobody") == "waiting for the node to take it up");
    CHECK(waiting_line(pod_with("{}", R"("conditions":[{"type":"PodScheduled","status":"False","message":"0/3 nodes are available"}])"), "dbg") == "waiting for a node: 0/3 nodes are available");
}

TEST_CASE("a refusal says who refuses and what would be let in") {
    const auto refused = [](const char* words, Profile profile) { return explain_refusal({.kind = ErrorKind::forbidden, .message = "not allowed to add a debug container to pod web (403)", .notes = {words}}, profile, "shop"); };
    auto error = refused(R"(pods "web" is forbidden: violates PodSecurity "restricted:latest": unrestricted capabilities)", Profile::general);
    CHECK(error.message == "namespace shop enforces Pod Security `restricted`, which does not admit this");
    CHECK(has(all_of(error), "--profile restricted"));
    error = refused(R"(pods "web" is forbidden: violates PodSecurity "baseline:latest": host namespaces)", Profile::baseline);
    CHECK(has(all_of(error), "something else in the pod violates it too"));
    error = refused(R"(pods "web" is forbidden: User "ana" cannot patch resource "pods/ephemeralcontainers" in API group "" in the namespace "shop")", Profile::general);
    CHECK(has(all_of(error), "verb patch on pods/ephemeralcontainers"));
    error = refused(R"(admission webhook "policy.example.com" denied the request: image not signed)", Profile::general);
    CHECK(error.message == "an admission controller of the cluster does not let the debug container in");
    CHECK(has(all_of(error), "image not signed"));
    error = explain_refusal({.kind = ErrorKind::server, .message = "cannot add: 422", .notes = {"Pod is invalid: spec: Forbidden: ephemeral containers may not be added to a static pod"}}, Profile::general, "kube-system");
    CHECK(error.kind == ErrorKind::usage);
    CHECK(has(all_of(error), "kdiag debug node/"));
    CHECK(has(all_of(no_ephemeral_containers("web")), "--copy-to web-debug"));
}

TEST_CASE("a program that is missing or none is the runtime's word, anything else is not") {
    CHECK(has(failed_program(pod_with(R"({"terminated":{"exitCode":128,"reason":"StartError","message":"failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/nope\": stat /nope: no such file or directory: unknown"}})"), "dbg"), "no such file or directory"));
    CHECK_FALSE(failed_program(pod_with(R"({"waiting":{"reason":"RunContainerError","message":"exec: \"x\": executable file not found in $PATH"}})"), "dbg").empty());
    CHECK_FALSE(failed_program(pod_with(R"({"terminated":{"exitCode":126,"reason":"ContainerCannotRun","message":"permission denied"}})"), "dbg").empty());
    CHECK(failed_program(pod_with(R"({"terminated":{"exitCode":127,"reason":"Error","message":"sh: x: no such file or directory"}})"), "dbg").empty()); // the program's own words
    CHECK(failed_program(pod_with(R"({"waiting":{"reason":"ErrImagePull","message":"not found"}})"), "dbg").empty());
    CHECK(failed_program(pod_with("{}"), "nobody").empty());
}
