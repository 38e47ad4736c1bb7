// SPDX-License-Identifier: Apache-2.0
// The program against a real cluster with real faults. Set KDIAG_TEST_KUBECONFIG, and KDIAG_TEST_IMAGE to a busybox it can pull.
#include "../support/golden.hpp"
#include "../support/temporary_folder.hpp"
#include "commands.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <set>
#include <thread>

using namespace kdiag;
using nlohmann::json;

namespace {

const std::string k_place = " -n kdiag-end-to-end";

/// The root cause that each broken object has to get.
const std::map<std::string, std::string> k_expected = {
    {"Service/misspelt", "KD3002"},    {"Deployment/no-configmap", "KD1401"}, {"Deployment/crashes", "KD1001"}, {"Deployment/no-such-command", "KD1006"},
    {"Deployment/wrong-port", "KD1301"}, {"Pod/homeless", "KD1206"},          {"Pod/bad-name", "KD1105"},       {"PersistentVolumeClaim/data", "KD4003"},
};

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// The faults, in the cluster as long as the tests run.
class Faults {
public:
    Faults() {
        const char* image = std::getenv("KDIAG_TEST_IMAGE");
        auto manifest = test::read_file("cluster/faults.yaml");
        const std::string wanted = image == nullptr ? "busybox:1.36" : image;
        for (auto at = manifest.find("IMAGE"); at != std::string::npos; at = manifest.find("IMAGE", at)) manifest.replace(at, 5, wanted);
        const auto applied = test::kubectl("apply -f " + m_folder.write("faults.yaml", manifest));
        REQUIRE_MESSAGE(applied.code == 0, applied.err);
    }
    ~Faults() { test::clean_up("delete namespace kdiag-end-to-end --timeout=120s"); }

private:
    test::TemporaryFolder m_folder;
};

std::string owner_of(const json& finding) {
    const auto& whose = finding.contains("owner") ? finding["owner"] : finding["subject"];
    return whose["kind"].get<std::string>() + "/" + whose["name"].get<std::string>();
}

std::map<std::string, std::set<std::string>> roots_of(const json& report) {
    std::map<std::string, std::set<std::string>> roots;
    for (const auto& finding : report["findings"]) {
        const auto& ids = report["summary"]["rootCauses"];
        if (std::find(ids.begin(), ids.end(), finding["id"]) == ids.end()) continue;
        roots[owner_of(finding)].insert(finding["rule"]["id"].get<std::string>());
    }
    return roots;
}

/// The root causes, and the one consequence: a Service whose only pod crashes.
bool all_found(const json& report) {
    const auto& findings = report["findings"];
    if (std::none_of(findings.begin(), findings.end(), [](const json& finding) { return owner_of(finding) == "Service/crashes"; })) return false;
    const auto roots = roots_of(report);
    for (const auto& [object, rule] : k_expected)
        if (!roots.contains(object) || !roots.at(object).contains(rule)) return false;
    return true;
}

/// The report on the faults once all of them show; null without a cluster. They are made once and stay for all tests.
json known_faults() {
    if (test::cluster_kubeconfig().empty()) return nullptr;
    static const Faults faults;
    static json report;
    if (!report.is_null()) return report;
    for (int round = 0; round < 60; ++round) {
        const auto ran = test::kdiag("diagnose -o json" + k_place);
        REQUIRE_MESSAGE((ran.code == 0 || ran.code == 1), ran.err);
        report = json::parse(ran.out);
        if (all_found(report)) return report;
        std::this_thread::sleep_for(std::chrono::seconds(2));
    }
    return report;
}

void check_roots(const json& report) {
    const auto roots = roots_of(report);
    for (const auto& [object, rule] : k_expected) {
        CAPTURE(object);
        REQUIRE(roots.contains(object));
        CHECK(roots.at(object) == std::set<std::string>{rule});
    }
    for (const auto& [object, rules] : roots) {
        CAPTURE(object);
        CHECK(!has(object, "healthy"));
        CHECK(!has(object, "done"));
        CHECK(!has(object, "nightly"));
    }
}

} // namespace

TEST_CASE("each has its one root cause, live and from a recording of the same moment") {
    const json report = known_faults();
    if (report.is_null()) return;
    check_roots(report);
    CHECK(report["stats"]["apiRequests"] <= 25);
    CHECK(report["summary"]["complete"] == true);
    const auto recorded = test::shell("${KDIAG_TEST_KUBECTL:-kubectl} get all,configmaps,events,persistentvolumeclaims,endpointslices,namespaces,nodes,storageclasses -o json" +
                                      k_place + " | " + KDIAG_BINARY + " diagnose -o json --from -" + k_place);
    CHECK_MESSAGE(recorded.code == 1, recorded.err);
    check_roots(json::parse(recorded.out));
}

TEST_CASE("what is healthy is healthy, and what is not says so with its exit code") {
    const json report = known_faults();
    if (report.is_null()) return;
    const auto healthy = test::kdiag("diagnose deploy/healthy" + k_place);
    CHECK(healthy.code == 0);
    CHECK(has(healthy.out, "no problems found"));
    const auto broken = test::kdiag("diagnose deploy/crashes" + k_place);
    CHECK(broken.code == 1);
    CHECK(has(broken.out, "cannot read /etc/web/licence.txt"));
    CHECK(has(broken.out, "Service/crashes"));
    CHECK(!has(broken.out, "homeless"));
    CHECK(test::kdiag("diagnose --fail-on never" + k_place).code == 0);
}

TEST_CASE("whoever may read nothing is told so, not that all is well") {
    const json report = known_faults();
    if (report.is_null()) return;
    const auto nobody = test::kdiag("diagnose --as system:serviceaccount:kdiag-end-to-end:default" + k_place);
    CHECK(nobody.code == 6);
    CHECK(nobody.out.empty());
    CHECK(has(nobody.err, "not allowed"));
}

TEST_CASE("every kind can be described") {
    const json report = known_faults();
    if (report.is_null()) return;
    for (const char* target : {"deploy/healthy", "deploy crashes", "svc/healthy", "svc misspelt", "pod homeless", "po/bad-name", "pvc data", "job done", "cronjob nightly",
                               "namespace kdiag-end-to-end", "replicasets", "pods", "nodes", "serviceaccount default", "deploy/crashes --full", "pod/no-storage --full"}) {
        CAPTURE(target);
        const auto ran = test::kdiag(std::string("describe ") + target + k_place);
        CHECK_MESSAGE(ran.code == 0, ran.err);
        CHECK(has(ran.out, "/"));
    }
    const auto crashing = test::kdiag("describe deploy/crashes" + k_place);
    CHECK(has(crashing.out, "KD1001"));
    const auto unknown = test::kdiag("describe deploy helthy" + k_place);
    CHECK(unknown.code == 9);
    CHECK(has(unknown.err, "did you mean healthy?"));
}
