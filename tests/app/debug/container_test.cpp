// SPDX-License-Identifier: Apache-2.0
#include "app/debug/container.hpp"

#include "data/json.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::app::debug;
using data::Value;

namespace {

Value parse(std::string_view text) {
    auto value = data::parse_json(text);
    REQUIRE(value);
    return *std::move(value);
}

const char* k_pod = R"({"kind":"Pod","metadata":{"name":"web","namespace":"shop","uid":"1","resourceVersion":"5","labels":{"app":"web"},"annotations":{"a":"b"},"ownerReferences":[{}]},
  "spec":{"nodeName":"n1","securityContext":{"runAsUser":1000},
    "initContainers":[{"name":"init","image":"i"}],
    "containers":[{"name":"app","image":"app:1","command":["run"],"args":["-x"],"livenessProbe":{},"readinessProbe":{},"startupProbe":{},"securityContext":{"runAsUser":77}},{"name":"side","image":"side:1"}],
    "ephemeralContainers":[{"name":"kdiag-dbg","image":"busybox"}]},"status":{"phase":"Running"}})";

} // namespace

TEST_CASE("an ephemeral container is as was asked, with a name that is free") {
    const auto pod = parse(k_pod);
    auto container = ephemeral_container({.image = "busybox", .name = "", .pull_policy = "", .command = {}, .env = {}, .stdin_open = true, .tty = true}, Profile::general, "app", pod);
    CHECK(data::to_json(container) ==
          R"({"name":"kdiag-dbg-2","image":"busybox","stdin":true,"tty":true,"terminationMessagePolicy":"File","targetContainerName":"app","securityContext":{"capabilities":{"add":["SYS_PTRACE"]}}})");
    ContainerWish wish{.image = "tools:1", .name = "mine", .pull_policy = "Never", .command = {"tar", "x"}, .env = {{"A", "1"}}, .stdin_open = true};
    container = ephemeral_container(wish, Profile::restricted, "app", pod);
    CHECK(container["name"].as_string() == "mine");
    CHECK(container["stdinOnce"].as_bool()); // a pipe has an end
    CHECK(container.at("securityContext", "runAsUser").as_integer() == 77); // as the target
    CHECK(data::to_json(container["command"]) == R"(["tar","x"])");
    CHECK(data::to_json(container["env"]) == R"([{"name":"A","value":"1"}])");
    CHECK(user_of(pod, "side") == 1000);
    CHECK_FALSE(user_of(parse(R"({"spec":{"securityContext":{"runAsUser":0}}})"), "app"));
    wish.command_is_arguments = true;
    CHECK(data::to_json(ephemeral_container(wish, Profile::legacy, "", pod)["args"]) == R"(["tar","x"])");
    CHECK(merge_patch(parse(R"({"name":"x"})")) == R"({"spec":{"ephemeralContainers":[{"name":"x"}]}})");
    CHECK(json_patch(parse(R"({"name":"x"})")) == R"([{"op":"add","path":"/ephemeralContainers/-","value":{"name":"x"}}])");
}

TEST_CASE("one that runs and is the same is used again") {
    auto pod = parse(k_pod);
    const ContainerWish wish{.image = "busybox", .name = "", .pull_policy = "", .command = {}, .env = {}, .stdin_open = true, .tty = true};
    const auto wanted = ephemeral_container(wish, Profile::restricted, "app", pod);
    pod.member("spec").set("ephemeralContainers", parse(R"([{"name":"kdiag-dbg","image":"busybox","resources":{},"imagePullPolicy":"Always","stdin":true,"tty":true,"targetContainerName":"app",
        "terminationMessagePath":"/dev/termination-log","securityContext":{"capabilities":{"drop":["ALL"]},"runAsUser":77,"runAsNonRoot":true,"allowPrivilegeEscalation":false,"seccompProfile":{"type":"RuntimeDefault"}}}])"));
    CHECK(reusable_container(wish, wanted, pod).empty()); // it does not run
    pod.member("status").set("ephemeralContainerStatuses", parse(R"([{"name":"kdiag-dbg","state":{"terminated":{}}}])"));
    CHECK(reusable_container(wish, wanted, pod).empty());
    pod.member("status").set("ephemeralContainerStatuses", parse(R"([{"name":"kdiag-dbg","state":{"running":{}}}])"));
    CHECK(reusable_container(wish, wanted, pod) == "kdiag-dbg");
    CHECK(reusable_container(wish, ephemeral_container(wish, Profile::general, "app", pod), pod).empty()); // other rights
    CHECK(reusable_container(wish, ephemeral_container(wish, Profile::restricted, "side", pod), pod).empty());
    auto other = wish;
    other.image = "debian";
    CHECK(reusable_container(other, ephemeral_container(other, Profile::restricted, "app", pod), pod).empty());
    other.name = "kdiag-dbg"; // whoever names it means it
    CHECK(reusable_container(other, ephemeral_container(other, Profile::restricted, "app", pod), pod) == "kdiag-dbg");
}

TEST_CASE("a copy has a name of its own, takes no traffic and is not restarted by probes") {
    const auto pod = parse(k_pod);
    const auto copy = copy_of(pod, {.name = "web-debug"}, {.image = "busybox", .stdin_open = true, .tty = true}, Profile::general);
    REQUIRE(copy);
    CHECK(copy->container == "kdiag-dbg"); // ephemeral containers are not copied, so the name is free
    CHECK(data::to_json(copy->pod) ==
          R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-debug","namespace":"shop"},"spec":{"securityContext":{"runAsUser":1000},"initContainers":[{"name":"init","image":"i"}],)"
          R"("containers":[{"name":"app","image":"app:1","command":["run"],"args":["-x"],"securityContext":{"runAsUser":77}},{"name":"side","image":"side:1"},)"
          R"({"name":"kdiag-dbg","terminationMessagePolicy":"File","image":"busybox","stdin":true,"tty":true,"securityContext":{"capabilities":{"add":["SYS_PTRACE"]}}}],"shareProcessNamespace":true}})");

    const auto changed = copy_of(pod, {.name = "web-debug", .kept = {.labels = true, .liveness = true}, .same_node = true, .share_processes = false},
                                 {.name = "app", .command = {"sh"}, .stdin_open = true, .tty = true}, Profile::general);
    REQUIRE(changed);
    CHECK(changed->container == "app");
    const auto& app = changed->pod.at("spec", "containers").as_array()[0];
    CHECK(data::to_json(app["command"]) == R"(["sh"])");
    CHECK(app["args"].is_null()); // they were the other command's
    CHECK(app["image"].as_string() == "app:1");
    CHECK(app.find("livenessProbe") != nullptr);
    CHECK(app.find("readinessProbe") == nullptr);
    CHECK(changed->pod.at("spec", "nodeName").as_string() == "n1");
    CHECK_FALSE(changed->pod.at("spec", "shareProcessNamespace").as_bool(true));
    CHECK(changed->pod.at("metadata", "labels", "app").as_string() == "web");

    const auto images = copy_of(pod, {.name = "c", .images = {{"*", "all:2"}, {"side", "side:2"}}}, {}, Profile::general);
    REQUIRE(images);
    CHECK(images->container.empty());
    CHECK(images->pod.at("spec", "containers").as_array()[0]["image"].as_string() == "all:2");
    CHECK(images->pod.at("spec", "containers").as_array()[1]["image"].as_string() == "side:2");
    CHECK_FALSE(copy_of(pod, {.name = "c", .images = {{"sied", "x"}}}, {}, Profile::general));
    CHECK_FALSE(copy_of(pod, {.name = "c"}, {.command = {"sh"}}, Profile::general));
}

TEST_CASE("a pod on a node sees the host as far as the profile lets it") {
    const auto pod = node_pod("worker-1", "ab12c", {.image = "busybox", .stdin_open = true, .tty = true}, Profile::general);
    CHECK(pod.at("metadata", "name").as_string() == "node-debugger-worker-1-ab12c");
    const auto& spec = pod["spec"];
    CHECK(spec["hostPID"].as_bool());
    CHECK(spec["nodeName"].as_string() == "worker-1");
    CHECK(data::to_json(spec["volumes"]) == R"([{"name":"host-root","hostPath":{"path":"/"}}])");
    CHECK(data::to_json(spec["containers"].as_array()[0]) ==
          R"({"name":"debugger","image":"busybox","stdin":true,"tty":true,"terminationMessagePolicy":"File","volumeMounts":[{"name":"host-root","mountPath":"/host"}]})");
    CHECK(node_pod("n", "x", {.image = "b"}, Profile::sysadmin).at("spec", "containers").as_array()[0].at("securityContext", "privileged").as_bool());
    const auto net = node_pod("n", "x", {.image = "b"}, Profile::netadmin);
    CHECK(net.at("spec", "hostNetwork").as_bool());
    CHECK(net.at("spec", "volumes").is_null());
    CHECK(node_pod("n", "x", {.image = "b"}, Profile::baseline).at("spec", "hostPID").is_null());
    CHECK(node_pod(std::string(200, 'n'), "ab12c", {.image = "b"}, Profile::general).at("metadata", "name").as_string().size() <= 63);
}

TEST_CASE("--custom is laid over as a strategic merge patch") {
    const auto pod = parse(k_pod);
    ContainerWish wish{.image = "busybox", .env = {{"A", "1"}, {"B", "2"}}};
    wish.custom = parse(R"({"securityContext":{"runAsUser":0,"capabilities":{"add":["NET_ADMIN"]}},"env":[{"name":"B","value":"3"},{"name":"C","value":"4"}],"terminationMessagePolicy":null,"volumeMounts":[{"name":"v","mountPath":"/v"}]})");
    const auto container = ephemeral_container(wish, Profile::general, "", pod);
    CHECK(data::to_json(container) == R"({"name":"kdiag-dbg-2","image":"busybox","env":[{"name":"A","value":"1"},{"name":"B","value":"3"},{"name":"C","value":"4"}],)"
                                      R"("securityContext":{"capabilities":{"add":["NET_ADMIN"]},"runAsUser":0},"volumeMounts":[{"name":"v","mountPath":"/v"}]})");
    CHECK(check_custom(wish.custom));
    CHECK_FALSE(check_custom(parse(R"({"image":"x"})")));
    CHECK_FALSE(check_custom(parse("[]")));
}
