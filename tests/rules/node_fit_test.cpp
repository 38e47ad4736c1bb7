// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/decision.hpp"
#include "rules/scheduling/fit_table.hpp"
#include "rules/scheduling/node_filters.hpp"
#include "rules/scheduling/node_fit.hpp"
#include "rules/scheduling/pod_demand.hpp"
#include "rules/scheduling/pod_volumes.hpp"
#include "util/format.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace kdiag;
using namespace kdiag::rules::scheduling;

namespace {

kube::Container container(kube::TextMap requests, kube::Text restart_policy = {}) {
    kube::Container c;
    c.name = "c";
    c.resources.requests = std::move(requests);
    c.restart_policy = restart_policy;
    return c;
}

kube::Node node(kube::Text name, kube::TextMap labels = {},
                kube::TextMap allocatable = {{"cpu", "4"}, {"memory", "8Gi"}, {"pods", "110"}}) {
    kube::Node n;
    n.meta.name = name;
    n.meta.labels = std::move(labels);
    n.status.allocatable = std::move(allocatable);
    return n;
}

Decision decided(std::string_view message, const kube::PodSpec& spec = {}) {
    return decide(parse_scheduler_message(message), {}, spec);
}

} // namespace

TEST_CASE("a pod needs the larger of its containers together and its largest init container") {
    kube::PodSpec spec;
    spec.containers.push_back(container({{"cpu", "500m"}, {"memory", "1Gi"}}));
    spec.containers.push_back(container({{"cpu", "1"}}));
    CHECK(amount_of(requests_of(spec), "cpu") == 1500);
    spec.init_containers.push_back(container({{"cpu", "2"}}));
    CHECK(amount_of(requests_of(spec), "cpu") == 2000);
    SUBCASE("a sidecar runs beside the containers, and beside later init containers") {
        spec.init_containers = {};
        spec.init_containers.push_back(container({{"cpu", "300m"}}, "Always"));
        CHECK(amount_of(requests_of(spec), "cpu") == 1800);
        spec.init_containers.push_back(container({{"cpu", "2"}}));
        CHECK(amount_of(requests_of(spec), "cpu") == 2300);
    }
    SUBCASE("overhead comes on top") {
        spec.overhead = {{"cpu", "250m"}};
        CHECK(amount_of(requests_of(spec), "cpu") == 2250);
    }
    SUBCASE("a limit stands in for an absent request") {
        spec.containers.elements()[0].resources.limits = {{"cpu", "8"}, {"example.com/npu", "1"}};
        CHECK(amount_of(requests_of(spec), "cpu") == 2000);
        CHECK(amount_of(requests_of(spec), "example.com/npu") == 1000);
    }
    CHECK(amount_of(requests_of(spec), "unheard-of") == 0);
}

TEST_CASE("quantities without bounds do not overflow") {
    kube::PodSpec spec;
    for (int i = 0; i < 8; ++i) spec.containers.push_back(container({{"memory", "9999999999999Ei"}}));
    CHECK(amount_of(requests_of(spec), "memory") > 0);
}

TEST_CASE("with hostNetwork every port is one of the node") {
    kube::PodSpec spec;
    spec.containers.push_back(container({}));
    kube::ContainerPort port;
    port.container_port = 9100;
    spec.containers.elements()[0].ports = {port};
    CHECK(host_ports_of(spec).empty());
    spec.host_network = true;
    REQUIRE(host_ports_of(spec).size() == 1);
    CHECK(host_ports_of(spec)[0] == HostPort{9100, "TCP"});
}

TEST_CASE("tolerations match taints as the scheduler has it") {
    const kube::Taint taint{.key = "gpu", .value = "true", .effect = "NoSchedule"};
    struct Row {
        kube::Text key, op, value, effect;
        bool tolerated;
    };
    for (const Row& row :
         {Row{"gpu", "Equal", "true", "NoSchedule", true}, Row{"gpu", "", "true", "", true}, Row{"gpu", "Exists", "", "", true},
          Row{"", "Exists", "", "", true}, Row{"gpu", "Equal", "false", "NoSchedule", false},
          Row{"gpu", "Equal", "true", "NoExecute", false}, Row{"gpus", "Exists", "", "", false}, Row{"", "", "", "", false}}) {
        CAPTURE(format("{} {} {} {}", row.key, row.op, row.value, row.effect));
        kube::Toleration toleration{.key = row.key, .op = row.op, .value = row.value, .effect = row.effect};
        CHECK(tolerates(toleration, taint) == row.tolerated);
    }
}

TEST_CASE("a cordon is seen by its field or its taint, and can be tolerated") {
    kube::PodSpec spec;
    kube::Node n = node("n");
    CHECK_FALSE(is_cordoned_for(spec, n));
    n.spec.unschedulable = true;
    CHECK(is_cordoned_for(spec, n));
    spec.tolerations = {{.key = "node.kubernetes.io/unschedulable", .op = "Exists"}};
    CHECK_FALSE(is_cordoned_for(spec, n));
}

TEST_CASE("terms of a node selector are alternatives, expressions within one are not") {
    const kube::Node n = node("n-1", {{"size", "9"}, {"zone", "a"}});
    const auto selector = [](kube::List<kube::NodeSelectorTerm> terms) {
        kube::NodeSelector s;
        s.terms = std::move(terms);
        return s;
    };
    const kube::LabelRequirement zone_b{.key = "zone", .op = "In", .values = {"b"}}, large{.key = "size", .op = "Gt", .values = {"8"}},
        small{.key = "size", .op = "Lt", .values = {"9"}};
    CHECK(matches(selector({{.match_expressions = {zone_b}}, {.match_expressions = {large}}}), n));
    CHECK_FALSE(matches(selector({{.match_expressions = {zone_b, large}}}), n));
    CHECK_FALSE(matches(selector({{.match_expressions = {small}}}), n));
    CHECK(matches(selector({{.match_fields = {{.key = "metadata.name", .op = "In", .values = {"n-1"}}}}}), n));
    CHECK_FALSE(matches(selector({{}}), n));
    CHECK_FALSE(matches(selector({}), n));
}

TEST_CASE("a volume reaches nodes by its affinity, and by the zone labels of older drivers") {
    kube::PersistentVolume volume;
    const kube::Node a = node("a", {{"topology.kubernetes.io/zone", "eu-1a"}}), c = node("c", {{"topology.kubernetes.io/zone", "eu-1c"}}),
                     bare = node("x");
    CHECK(reaches(volume, a));
    volume.meta.labels = {{"topology.kubernetes.io/zone", "eu-1a__eu-1b"}};
    CHECK(reaches(volume, a));
    CHECK_FALSE(reaches(volume, c));
    CHECK(reaches(volume, bare));
    volume.meta.labels = {};
    volume.spec.node_affinity = std::make_unique<kube::VolumeNodeAffinity>();
    volume.spec.node_affinity->terms.push_back({{{.key = "topology.kubernetes.io/zone", .op = "In", .values = {"eu-1c"}}}});
    CHECK(reaches(volume, c));
    CHECK_FALSE(reaches(volume, bare));
}

TEST_CASE("without nodes the message decides, and leaves open what it does not say") {
    CHECK(decided("0/3 nodes are available: 3 Insufficient cpu.").constraint == Constraint::resource);
    CHECK(decided("0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) didn't "
                  "match Pod's node affinity/selector.")
              .constraint == Constraint::node_selector);
    CHECK(decided("0/9 nodes are available: 2 Insufficient memory, 7 node(s) didn't match Pod's node affinity/selector.").constraint ==
          Constraint::resource);
    CHECK(
        decided("0/4 nodes are available: 1 node(s) had untolerated taint {pool: x}, 3 node(s) didn't match Pod's node affinity/selector.")
            .constraint == Constraint::other);
    CHECK(decided("0/2 nodes are available: 2 node(s) had untolerated taint {node.kubernetes.io/unreachable: }.").constraint ==
          Constraint::node_condition);
    CHECK(
        decided("0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't have free ports for the requested pod ports.").constraint ==
        Constraint::other);
    CHECK(decided("no nodes available to schedule pods").constraint == Constraint::node_condition);
    CHECK(decided("0/2 nodes are available: persistentvolumeclaim \"x\" not found, 2 Insufficient cpu.").constraint ==
          Constraint::claim_missing);
}

TEST_CASE("the table names what keeps a pod from each node, and groups many nodes") {
    facts::SnapshotParts parts;
    auto& nodes = std::get<facts::Objects<kube::Node>>(parts.objects);
    nodes.push_back(node("one", {{"disk", "ssd"}}, {{"cpu", "1"}, {"memory", "2Gi"}, {"pods", "10"}}));
    nodes.push_back(node("two"));
    nodes[1].spec.taints.push_back({.key = "gpu", .value = "true", .effect = "NoSchedule"});
    parts.read.add(kube::Resource::nodes);
    const facts::Snapshot facts(std::move(parts));
    kube::Pod pod;
    pod.meta.name = "p";
    pod.spec.node_selector = {{"disk", "ssd"}};
    pod.spec.containers.push_back(container({{"cpu", "2"}}));
    const ClusterRoom cluster(facts);
    const Neighbours neighbours(cluster, pod);
    const auto fits = fit_nodes(cluster, pod, neighbours, {});
    const auto lines = fit_table(pod, fits);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == "NODE  DISK=SSD  TAINTS               CPU-FREE  MEM-FREE  FITS");
    CHECK(lines[1] == "one   yes       none                 1         2Gi       no: cpu");
    CHECK(lines[2] == "two   no        gpu=true:NoSchedule  4         8Gi       no: label disk=ssd, taint gpu=true:NoSchedule");
    CHECK(needs_line(pod) == "cpu 2, nodeSelector disk=ssd, tolerates nothing");
    SUBCASE("above twelve nodes") {
        std::vector<NodeFit> many;
        for (int i = 0; i < 13; ++i) many.push_back(fits[i % 2 == 0 ? 0 : 1]);
        const auto grouped = fit_table(pod, many);
        REQUIRE(grouped.size() == 3);
        CHECK(grouped[1] == "7      no: cpu");
    }
}

TEST_CASE("a pod of a DaemonSet is meant for one node") {
    kube::PodSpec spec;
    CHECK(meant_for(spec) == "");
    spec.affinity = std::make_unique<kube::Affinity>();
    spec.affinity->node = std::make_unique<kube::NodeAffinity>();
    spec.affinity->node->required = std::make_unique<kube::NodeSelector>();
    auto& terms = spec.affinity->node->required->terms;
    terms.push_back({.match_fields = {{.key = "metadata.name", .op = "In", .values = {"n-1"}}}});
    CHECK(meant_for(spec) == "n-1");
    terms.push_back({.match_expressions = {{.key = "zone", .op = "Exists"}}});
    CHECK(meant_for(spec) == "");
}

TEST_CASE("nodes that were not read are not taken for absent ones") {
    facts::SnapshotParts parts;
    parts.gaps.push_back({.resource = kube::Resource::nodes, .reason = facts::GapReason::forbidden});
    const facts::Snapshot facts(std::move(parts));
    CHECK_FALSE(ClusterRoom(facts).known());
}
