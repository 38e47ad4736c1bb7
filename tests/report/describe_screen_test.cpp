// SPDX-License-Identifier: Apache-2.0
#include "recorded.hpp"

#include "../support/golden.hpp"
#include "data/json.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using test::Recorded;

namespace {

const std::string k_clinic = "report/clinic.yaml";
constexpr const char* k_objects[] = {"Pod/records-5f6d-bad1", "Pod/records-5f6d-good1", "Deployment/records", "ReplicaSet/records-5f6d", "StatefulSet/ledger", "DaemonSet/agent",
                                     "Job/backup-1", "CronJob/backup", "Service/records", "Ingress/records", "Node/worker-1", "PersistentVolumeClaim/records-cache",
                                     "Namespace/clinic", "ConfigMap/records-env", "Secret/records-db", "Patient/\xe5\xb1\xb1\xe7\x94\xb0"};

std::string file_of(std::string_view object) {
    const auto slash = object.find('/');
    return format("{}-{}", to_lower(object.substr(0, slash)), contains(object, "Patient") ? "yamada" : object.substr(slash + 1));
}

} // namespace

TEST_CASE("each kind has its screen, and fits on it") {
    const Recorded clinic(k_clinic);
    for (const char* object : k_objects) {
        CAPTURE(object);
        const auto screen = clinic.describe(object, {.width = 80});
        CHECK(test::lines_wider_than(80, screen) == "");
        test::check_golden(format("report/screens/describe-{}.txt", file_of(object)), screen);
        CHECK(test::lines_wider_than(60, clinic.describe(object, {.width = 60})) == "");
    }
    test::check_golden("report/screens/describe-pod-60.txt", clinic.describe(k_objects[0], {.width = 60}));
    test::check_golden("report/screens/describe-pod-120-colour.txt", clinic.describe(k_objects[0], {.width = 120, .color = true}));
    test::check_golden("report/screens/describe-pod-ascii.txt", clinic.describe(k_objects[0], {.width = 80, .ascii = true}));
}

TEST_CASE("--full leaves nothing of the object out but what is secret") {
    const Recorded clinic(k_clinic);
    for (const char* object : {"Pod/records-5f6d-bad1", "Deployment/records", "Secret/records-db", "ConfigMap/records-env", "Node/worker-1"})
        test::check_golden(format("report/screens/full-{}.txt", file_of(object)), clinic.describe(object, {.width = 100}, true));
    const auto pod = clinic.describe("Pod/records-5f6d-bad1", {}, true);
    for (const char* part : {"LANGUAGE=\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "<key api-key of Secret/records-db>", "ConfigMap/records-env, optional", "PVC/records-cache", "dedicated=clinic:NoSchedule",
                             "/cache from cache, read-write", "registry.example.com/clinic/migrate:7", "FailedSync", "pod-template-hash=5f6d"})
        CHECK_MESSAGE(contains(pod, part), std::string(part) << " is not in\n" << pod);
}

TEST_CASE("the first line says whether it works, by a word and a symbol") {
    const Recorded clinic(k_clinic);
    const auto first_line = [&](const char* object) { return std::string(split(clinic.describe(object, {}), '\n').front()); };
    CHECK(first_line("Pod/records-5f6d-bad1") == "\xe2\x9c\x97 Pod/records-5f6d-bad1 is not serving: CrashLoopBackOff, 1/2 containers ready");
    CHECK(first_line("Pod/records-5f6d-good1") == "\xe2\x9c\x93 Pod/records-5f6d-good1 is serving, 2/2 containers ready");
    CHECK(first_line("Deployment/records") == "! Deployment/records is short of pods: 1 of 2 pods ready");
    CHECK(first_line("StatefulSet/ledger") == "\xe2\x9c\x93 StatefulSet/ledger is scaled to 0");
}

TEST_CASE("a healthy pod takes about twelve lines") {
    const auto shop = Recorded("../examples/shop.json").describe("Pod/catalog-7bf8d967c7-2qnnl", {.width = 80});
    const auto before_timeline = shop.substr(0, shop.find("Timeline"));
    CHECK(split(before_timeline, '\n').size() <= 14);
}

TEST_CASE("what the role may not read is unknown, never none") {
    kube::ResourceSet missing;
    missing.add(kube::Resource::pods);
    missing.add(kube::Resource::events);
    missing.add(kube::Resource::services);
    const Recorded clinic(k_clinic, missing);
    const auto service = clinic.describe("ConfigMap/records-env", {});
    CHECK(contains(service, "<unknown>, pods could not be read"));
    CHECK(contains(service, "events are unknown: cannot list events"));
    CHECK(contains(clinic.describe("Deployment/records", {}), "<unknown>, services could not be read"));
    CHECK(contains(clinic.describe("Node/worker-1", {}), "its pods are unknown"));
}

TEST_CASE("the document of an object holds what the screen says") {
    const auto value = report::describe_as_value(Recorded(k_clinic).view("Pod/records-5f6d-bad1"));
    CHECK(value["state"].as_string() == "failing");
    CHECK(value.at("facts", "Serves").as_string() == "Service/records 80 -> http");
    CHECK(value["problems"].as_array().front()["rule"].as_string() == "KD1001");
    REQUIRE(value["timeline"].as_array().size() == 3);
    CHECK(value["timeline"].as_array()[1]["count"].as_integer() == 40);
    CHECK(value["timeline"].as_array()[1]["warning"].as_bool());
}

TEST_CASE("objects that stand beside a node or a namespace are shown with it") {
    const auto parsed = [](const char* text) { return *data::parse_json(text); };
    const Recorded clinic(k_clinic);
    CHECK(contains(clinic.describe_beside("Node/worker-1", {parsed(R"({"kind":"Lease","spec":{"holderIdentity":"worker-1","renewTime":"2026-03-02T09:58:00Z"}})")}), "held by worker-1, renewed 90s ago"));
    CHECK(contains(clinic.describe_beside("Namespace/clinic", {parsed(R"({"kind":"LimitRange","metadata":{"name":"mem"},"spec":{"limits":[{"type":"Container","default":{"memory":"1Gi"},"max":{"cpu":2}}]}})")}),
                   "mem         Container  memory    -    -    -                1Gi            -"));
}
