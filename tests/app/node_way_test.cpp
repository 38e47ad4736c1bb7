// SPDX-License-Identifier: Apache-2.0
#include "app/node_way.hpp"

#include "data/json.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::app;

TEST_CASE("--from names a node, the node of what is asked, or none") {
    kube::Pod pod;
    pod.spec.node_name = "n7";
    const auto node = [](const std::string& from, const kube::Pod* asked = nullptr) {
        const auto found = node_of_from(from, asked);
        return !found ? "error: " + found.error().message : *found ? "node " + **found : std::string("none");
    };
    CHECK(node("node/n1") == "node n1");
    CHECK(node("nodes/n1") == "node n1");
    CHECK(node("no/n1", &pod) == "node n1");
    CHECK(node("node", &pod) == "node n7");
    CHECK(node("") == "none");
    CHECK(node("web") == "none");
    CHECK(node("local") == "none");
    CHECK(node("pod/node") == "none");
    CHECK(node("deploy/web", &pod) == "none");
    CHECK(node("node").starts_with("error: --from node means the node of the pod that is asked"));
    CHECK(node("node/").starts_with("error: "));
    CHECK(node("node/a/b").starts_with("error: "));
}

TEST_CASE("the pod that asks has the node's network and nothing else that is the node's") {
    const auto pod = prober_pod("n1", "shop", "abcde", "busybox:stable");
    CHECK(data::to_json(pod["metadata"]) == R"({"name":"kdiag-probe-abcde","namespace":"shop","labels":{"app.kubernetes.io/managed-by":"kdiag-debug"}})");
    const auto& spec = pod["spec"];
    CHECK(spec["nodeName"].as_string() == "n1");
    CHECK(spec["hostNetwork"].as_bool());
    CHECK(spec["hostPID"].is_null());
    CHECK(spec["hostIPC"].is_null());
    CHECK(spec["volumes"].is_null());
    CHECK(spec["dnsPolicy"].as_string() == "Default");
    CHECK(spec["restartPolicy"].as_string() == "Never");
    CHECK(spec["activeDeadlineSeconds"].as_integer() == 600);
    CHECK(spec["automountServiceAccountToken"].is_bool());
    CHECK(!spec["automountServiceAccountToken"].as_bool());
    CHECK(data::to_json(spec["tolerations"]) == R"([{"operator":"Exists"}])");
    const auto& container = spec["containers"].as_array().front();
    CHECK(data::to_json(container["securityContext"]) ==
          R"({"runAsNonRoot":true,"runAsUser":65534,"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"seccompProfile":{"type":"RuntimeDefault"}})");
    CHECK(container["command"].as_array().back().as_string() == "trap 'exit 0' TERM; sleep 600 & wait");
}
