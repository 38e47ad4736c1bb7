// SPDX-License-Identifier: Apache-2.0
#include "rules/causality.hpp"
#include "rules/engine.hpp"
#include "rules/folding.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace kdiag;
using rules::Finding;
using rules::Rule;
using rules::Severity;
using rules::Stage;

namespace {

void says_nothing(const rules::RuleContext&, rules::FindingSink&) {}

rules::RuleInfo info(std::string_view id, Stage stage, int precedence = 10) {
    return {
        .id = id, .name = "test", .title = "a rule of the tests", .category = "test", .stage = stage, .precedence = precedence, .doc = {}};
}

const Rule k_claim{info("KD9101", Stage::object), says_nothing};
const Rule k_pod_general{info("KD9102", Stage::container, 10), says_nothing};
const Rule k_pod_special{info("KD9103", Stage::container, 50), says_nothing};
const Rule k_workload{info("KD9104", Stage::workload), says_nothing};
const Rule k_service{info("KD9105", Stage::service), says_nothing};
const Rule k_edge{info("KD9106", Stage::edge), says_nothing};

kube::ObjectRef ref(std::string kind, std::string name, std::string container = {}) {
    return {.kind = std::move(kind), .namespace_name = "shop", .name = std::move(name), .container = std::move(container)};
}

Finding finding(const Rule& rule, kube::ObjectRef subject, kube::ObjectRef owner = {}) {
    return {
        .rule = &rule.info, .title = "title", .subject = std::move(subject), .owner = std::move(owner), .evidence = {{.text = "a fact"}}};
}

facts::Snapshot nothing() {
    return facts::Snapshot(facts::SnapshotParts{});
}

/// Pods of one ReplicaSet-less workload, so that totals can be counted.
facts::Snapshot with_pods(std::initializer_list<std::string_view> names, std::string_view owner) {
    facts::SnapshotParts parts;
    auto& pods = std::get<facts::Objects<kube::Pod>>(parts.objects);
    for (const auto name : names) {
        kube::Pod pod;
        pod.meta.name = parts.pool.keep(name);
        pod.meta.namespace_name = "shop";
        pod.meta.owners.push_back({.api_version = "apps/v1", .kind = "StatefulSet", .name = parts.pool.keep(owner), .controller = true});
        pods.push_back(std::move(pod));
    }
    parts.read.add(kube::Resource::pods);
    return facts::Snapshot(std::move(parts));
}

std::vector<Finding> linked(std::vector<Finding> findings) {
    findings = rules::fold(std::move(findings), nothing());
    rules::link_causes(findings);
    return findings;
}

const Finding& of_rule(const std::vector<Finding>& findings, const Rule& rule) {
    return *std::find_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.rule == &rule.info; });
}

} // namespace

TEST_CASE("the specific explanation of a container displaces the general one") {
    rules::MostSpecific most_specific;
    const auto kept = most_specific.keep({finding(k_pod_special, ref("Pod", "a", "app"))});
    REQUIRE(kept.size() == 1);
    CHECK(most_specific.keep({finding(k_pod_general, ref("Pod", "a", "app"))}).empty());
    CHECK(kept[0].rule == &k_pod_special.info);
}

TEST_CASE("precedence counts within one container and one stage only") {
    rules::MostSpecific most_specific;
    const auto special = most_specific.keep({finding(k_pod_special, ref("Pod", "a", "proxy")), finding(k_pod_special, ref("Pod", "b", "app"))});
    const auto general = most_specific.keep({finding(k_pod_general, ref("Pod", "a", "app")), finding(k_claim, ref("Pod", "a", "app"))});
    CHECK(special.size() == 2);
    CHECK(general.size() == 2);
}

TEST_CASE("replicas of a workload are one finding, with the worst severity and the widest times") {
    const auto facts = with_pods({"db-0", "db-1", "db-2"}, "db");
    auto first = finding(k_pod_general, ref("Pod", "db-0", "app"), ref("StatefulSet", "db"));
    first.severity = Severity::warning;
    first.first_seen = {2000};
    first.last_seen = {3000};
    auto second = finding(k_pod_general, ref("Pod", "db-1", "app"), ref("StatefulSet", "db"));
    second.severity = Severity::critical;
    second.first_seen = {1000};
    second.last_seen = {5000};
    const auto folded = rules::fold({first, second}, facts);
    REQUIRE(folded.size() == 1);
    CHECK(folded[0].severity == Severity::critical);
    CHECK(folded[0].first_seen == Timestamp{1000});
    CHECK(folded[0].last_seen == Timestamp{5000});
    CHECK(folded[0].affected.size() == 2);
    CHECK(folded[0].affected_total == 3);
}

TEST_CASE("two containers, or two discriminators, are two findings") {
    auto keyed = finding(k_pod_general, ref("Pod", "db-0", "app"), ref("StatefulSet", "db"));
    keyed.discriminator = "password";
    const auto folded = rules::fold({finding(k_pod_general, ref("Pod", "db-0", "app"), ref("StatefulSet", "db")),
                                     finding(k_pod_general, ref("Pod", "db-0", "proxy"), ref("StatefulSet", "db")), keyed},
                                    nothing());
    CHECK(folded.size() == 3);
}

TEST_CASE("workloads behind one shared object are one finding about that object") {
    auto web = finding(k_claim, ref("Pod", "web-a"), ref("Deployment", "web"));
    auto api = finding(k_claim, ref("Pod", "api-a"), ref("Deployment", "api"));
    web.shared = api.shared = ref("ConfigMap", "settings");
    const auto folded = rules::fold({web, api}, nothing());
    REQUIRE(folded.size() == 1);
    CHECK(folded[0].owner.display() == "ConfigMap/settings");
    CHECK(rules::fold({web}, nothing())[0].owner.display() == "Deployment/web");
}

TEST_CASE("a fingerprint survives a restart, another time and another count") {
    auto before = finding(k_pod_general, ref("Pod", "web-6d4f-a", "app"), ref("Deployment", "web"));
    auto after = finding(k_pod_general, ref("Pod", "web-9c2b-z", "app"), ref("Deployment", "web"));
    after.first_seen = {999};
    after.severity = Severity::info;
    after.title = "other words";
    CHECK(rules::fingerprint(before) == rules::fingerprint(after));
    CHECK(rules::fingerprint(before) == "4fc273ddc1109f35"); // baselines that people keep depend on it
    after.subject.container = "proxy";
    CHECK(rules::fingerprint(before) != rules::fingerprint(after));
}

TEST_CASE("of two findings about one object the lower stage is the cause") {
    const auto findings = linked({finding(k_service, ref("Service", "web")), finding(k_claim, ref("Service", "web"))});
    CHECK(of_rule(findings, k_service).caused_by == std::vector{of_rule(findings, k_claim).id});
    CHECK(of_rule(findings, k_claim).caused_by.empty());
}

TEST_CASE("a finding that stands alone is not explained by what else is wrong with its object") {
    auto alone = finding(k_service, ref("Service", "web"));
    alone.stands_alone = true;
    const auto findings = linked({alone, finding(k_claim, ref("Service", "web"))});
    CHECK(of_rule(findings, k_service).caused_by.empty());
}

TEST_CASE("a chain leads from the Service over its workload and pods to the claim") {
    auto pod = finding(k_pod_general, ref("Pod", "web-a", "app"), ref("Deployment", "web"));
    pod.explained_by = {ref("PersistentVolumeClaim", "data")};
    auto workload = finding(k_workload, ref("Deployment", "web"));
    workload.explained_by = {ref("Deployment", "web")};
    auto service = finding(k_service, ref("Service", "web"));
    service.explained_by = {ref("Deployment", "web")};
    const auto findings = linked({service, workload, pod, finding(k_claim, ref("PersistentVolumeClaim", "data"))});
    CHECK(of_rule(findings, k_pod_general).caused_by == std::vector{of_rule(findings, k_claim).id});
    CHECK(of_rule(findings, k_workload).caused_by == std::vector{of_rule(findings, k_pod_general).id});
    CHECK(of_rule(findings, k_service).caused_by.size() == 2);
    CHECK(of_rule(findings, k_claim).caused_by.empty());
}

TEST_CASE("what is merely worth knowing causes nothing") {
    auto hint = finding(k_claim, ref("Service", "web"));
    hint.severity = Severity::info;
    const auto findings = linked({finding(k_service, ref("Service", "web")), hint});
    CHECK(of_rule(findings, k_service).caused_by.empty());
}

TEST_CASE("a circle of explanations is cut, and something stays a root") {
    auto service = finding(k_service, ref("Service", "hook"));
    service.explained_by = {ref("Deployment", "hook")};
    auto refused = finding(k_claim, ref("Deployment", "hook"));
    refused.explained_by = {ref("Service", "hook")};
    const auto findings = linked({service, refused});
    const bool one_root = of_rule(findings, k_service).caused_by.empty() != of_rule(findings, k_claim).caused_by.empty();
    CHECK(one_root);
}

TEST_CASE("any explanations whatsoever give no circle, and every finding is printed once") {
    std::mt19937 random(7);
    const Rule* const all[] = {&k_claim, &k_pod_general, &k_workload, &k_service, &k_edge};
    for (int round = 0; round < 200; ++round) {
        std::vector<Finding> findings;
        for (int i = 0; i < 12; ++i) {
            findings.push_back(finding(*all[random() % 5], ref("Thing", std::to_string(random() % 6))));
            findings.back().discriminator = std::to_string(i);
            for (int e = 0; e < 2; ++e) findings.back().explained_by.push_back(ref("Thing", std::to_string(random() % 6)));
        }
        findings = linked(std::move(findings));
        std::size_t roots = 0;
        for (const auto& f : findings) roots += f.caused_by.empty() ? 1u : 0u;
        CHECK(roots > 0);
        // Taking away what has no cause left empties a set without circles.
        auto open = findings;
        while (true) {
            std::vector<std::string> free;
            for (const auto& f : open)
                if (f.caused_by.empty()) free.push_back(f.id);
            if (free.empty()) break;
            std::erase_if(open, [](const Finding& f) { return f.caused_by.empty(); });
            for (auto& f : open)
                std::erase_if(f.caused_by, [&](const std::string& id) { return std::find(free.begin(), free.end(), id) != free.end(); });
        }
        CHECK(open.empty());
        const auto count = findings.size();
        CHECK(rules::order_by_cause(std::move(findings)).size() == count);
    }
}

TEST_CASE("roots come by severity, each followed by what it causes") {
    auto minor = finding(k_claim, ref("PersistentVolumeClaim", "a"));
    minor.severity = Severity::warning;
    auto major = finding(k_pod_general, ref("Pod", "z", "app"));
    major.severity = Severity::critical;
    auto effect = finding(k_service, ref("Service", "z"));
    effect.severity = Severity::critical;
    effect.explained_by = {ref("PersistentVolumeClaim", "a")};
    const auto ordered = rules::order_by_cause(linked({effect, minor, major}));
    REQUIRE(ordered.size() == 3);
    CHECK(ordered[0].rule == &k_pod_general.info);
    CHECK(ordered[1].rule == &k_claim.info);
    CHECK(ordered[2].rule == &k_service.info);
}

TEST_CASE("the order does not depend on the order in which rules spoke") {
    std::vector<Finding> findings;
    for (const char* name : {"c", "a", "b"}) findings.push_back(finding(k_workload, ref("Deployment", name)));
    auto reversed = findings;
    std::reverse(reversed.begin(), reversed.end());
    const auto first = rules::order_by_cause(linked(std::move(findings))), second = rules::order_by_cause(linked(std::move(reversed)));
    for (std::size_t i = 0; i < first.size(); ++i) CHECK(first[i].subject.name == second[i].subject.name);
    CHECK(first[0].subject.name == "a");
}

namespace {

void speaks(const rules::RuleContext&, rules::FindingSink& sink) {
    sink.add({.title = "title", .subject = ref("Pod", "a"), .evidence = {{.text = "a fact"}}});
}

rules::Outcome outcome_with(facts::Gap gap, bool was_read) {
    static const Rule needs_nodes{[] {
                                      auto i = info("KD9107", Stage::container);
                                      i.needs = {kube::Resource::nodes};
                                      return i;
                                  }(),
                                  speaks};
    static const Rule needs_pods{[] {
                                     auto i = info("KD9108", Stage::workload);
                                     i.needs = {kube::Resource::pods};
                                     i.uses = {kube::Resource::events};
                                     return i;
                                 }(),
                                 speaks};
    facts::SnapshotParts parts;
    if (was_read) parts.read.add(gap.resource);
    parts.gaps.push_back(std::move(gap));
    const facts::Snapshot facts(std::move(parts));
    const Rule* const both[] = {&needs_nodes, &needs_pods};
    return rules::diagnose(facts, both, Timestamp{1});
}

} // namespace

TEST_CASE("a rule whose resource was refused is not run, and the report says so") {
    const auto outcome = outcome_with({.resource = kube::Resource::nodes, .reason = facts::GapReason::forbidden}, false);
    CHECK(outcome.rules_run == 1);
    REQUIRE(outcome.skipped.size() == 1);
    CHECK(outcome.skipped[0].rules == std::vector<std::string>{"KD9107"});
    CHECK(outcome.findings.size() == 1);
}

TEST_CASE("a resource that only helps, or that was read in part, skips no rule and is told all the same") {
    const auto helps = outcome_with({.resource = kube::Resource::events, .reason = facts::GapReason::timeout}, false);
    CHECK(helps.rules_run == 2);
    REQUIRE(helps.skipped.size() == 1);
    CHECK(helps.skipped[0].rules.empty());
    const auto part = outcome_with({.resource = kube::Resource::nodes, .reason = facts::GapReason::error, .partial = true}, true);
    CHECK(part.rules_run == 2);
    CHECK(part.skipped.size() == 1);
}

TEST_CASE("the time of each rule that runs is taken, if somebody has a stopwatch") {
    const Rule* const rules[] = {&k_claim, &k_workload};
    std::int64_t now = 100;
    const auto outcome = rules::diagnose(nothing(), rules, Timestamp{1}, [&] { return now += 7; });
    REQUIRE(outcome.times.size() == 2);
    CHECK(outcome.times[0].rule->id == "KD9101");
    CHECK(outcome.times[1].rule->id == "KD9104");
    for (const auto& time : outcome.times) CHECK(time.microseconds == 7);
    CHECK(rules::diagnose(nothing(), rules, Timestamp{1}).times.empty());
}

TEST_CASE("a gap that no rule cares about is not worth a word") {
    CHECK(outcome_with({.resource = kube::Resource::ingresses, .reason = facts::GapReason::forbidden}, false).skipped.empty());
}

TEST_CASE("what rules need and use is what has to be read") {
    auto own = info("KD9109", Stage::container);
    own.needs = {kube::Resource::pods};
    own.uses = {kube::Resource::events};
    const Rule rule{own, says_nothing};
    const Rule* const list[] = {&rule, &k_claim};
    CHECK(rules::needs_of(list) == kube::ResourceSet{kube::Resource::pods, kube::Resource::events});
}
