// SPDX-License-Identifier: Apache-2.0
// exec, port-forward and debug with roles that allow only one of the verbs `get` and `create` (protocol.md: `create` leads to SPDY).
#include "../support/temporary_folder.hpp"
#include "commands.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <string>

using namespace kdiag;

namespace {

const std::string k_namespace = "kdiag-roles";

std::string image() {
    const char* named = std::getenv("KDIAG_TEST_IMAGE");
    return named == nullptr ? "busybox:1.36" : named;
}

std::string role(const std::string& name, const std::string& verb) {
    return "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: " + name + ", namespace: " + k_namespace +
           "}\nrules:\n- {apiGroups: [\"\"], resources: [pods], verbs: [get, list, watch]}\n- {apiGroups: [\"\"], resources: [pods/exec, pods/attach, pods/portforward], verbs: [" + verb +
           "]}\n- {apiGroups: [\"\"], resources: [pods/ephemeralcontainers], verbs: [patch, update]}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: " + name +
           ", namespace: " + k_namespace + "}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: " + name + "}\nsubjects: [{kind: User, name: " + name +
           ", apiGroup: rbac.authorization.k8s.io}]\n";
}

/// A pod that serves a page, and two users.
class Place {
public:
    Place() {
        const std::string text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + k_namespace + "}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: " + k_namespace +
                                 "}\nspec:\n  terminationGracePeriodSeconds: 1\n  containers:\n  - {name: app, image: \"" + image() +
                                 "\", imagePullPolicy: IfNotPresent, command: [sh, -c, \"mkdir /www; echo page >/www/page; exec httpd -f -p 8080 -h /www\"]}\n" +
                                 role("kdiag-creates", "create") + role("kdiag-gets", "get");
        const auto applied = test::kubectl("apply -f " + m_folder.write("roles.yaml", text));
        REQUIRE_MESSAGE(applied.code == 0, applied.err);
        const auto ready = test::kubectl("wait pod/web --for=condition=Ready --timeout=120s -n " + k_namespace);
        REQUIRE_MESSAGE(ready.code == 0, ready.err);
    }
    ~Place() { test::clean_up("delete namespace " + k_namespace + " --timeout=120s"); }

private:
    test::TemporaryFolder m_folder;
};

bool ready() {
    if (test::cluster_kubeconfig().empty()) return false;
    static const Place place;
    return true;
}

/// The server's minor version, as in 1.35.
int server_minor() {
    const auto version = test::kubectl("version -o json");
    REQUIRE_MESSAGE(version.code == 0, version.err);
    return std::stoi(nlohmann::json::parse(version.out)["serverVersion"]["minor"].get<std::string>());
}

std::string as(const std::string& user) {
    return " -n " + k_namespace + " --as " + user + " ";
}

const std::string k_get = " -- bash -c 'exec 3<>/dev/tcp/127.0.0.1/$KDIAG_PORT_8080; printf \"GET /page HTTP/1.0\\r\\n\\r\\n\" >&3; tail -n 1 <&3; exit 5'";

} // namespace

TEST_CASE("a role with only `create` has all streams") {
    if (!ready()) return;
    const auto user = as("kdiag-creates");
    CHECK(test::kdiag("exec web" + user + "-- sh -c 'exit 3'").code == 3);
    const auto summed = test::shell("echo text | " + std::string(KDIAG_BINARY) + " exec web" + user + "-i -- sh -c 'cat; exit 4'");
    CHECK(summed.code == 4);
    CHECK(summed.out == "text\n");
    const auto got = test::kdiag("port-forward pod/web :8080" + user + k_get);
    CHECK_MESSAGE(got.code == 5, got.err);
    CHECK(got.out == "page\n");
    const auto attached = test::shell("(sleep 3; echo text) | " + std::string(KDIAG_BINARY) + " debug web --image " + image() + " --image-pull-policy IfNotPresent" + user + "-i -- sh -c 'cat; exit 6'");
    CHECK_MESSAGE(attached.code == 6, attached.err);
    CHECK(attached.out == "text\n");
}

TEST_CASE("since 1.35 a role with only `get` is told the verb that is missing, with the code of a refusal") {
    if (!ready()) return;
    if (server_minor() < 35) {
        MESSAGE("not tried: before 1.35 `get` is enough over WebSocket");
        return;
    }
    const auto user = as("kdiag-gets");
    for (const std::string& words : {"exec web" + user + "-i -- true </dev/null", "port-forward pod/web :8080" + user + k_get}) {
        CAPTURE(words);
        const auto ran = test::kdiag(words);
        CHECK_MESSAGE(ran.code == 206, ran.err);
        CHECK_MESSAGE(ran.err.find("`create` on pods/") != std::string::npos, ran.err);
    }
}
