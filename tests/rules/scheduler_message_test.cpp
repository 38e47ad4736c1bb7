// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/scheduler_message.hpp"

#include "../fuzz/targets.hpp"
#include "util/format.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace kdiag::rules::scheduling;

namespace {

/// `2 resource(cpu); taint(gpu: true)`: all refusals in one line.
std::string shown(std::string_view text) {
    const auto message = parse_scheduler_message(text);
    std::string out = message.no_nodes ? "no nodes" : "";
    if (message.nodes_total) out += kdiag::format("{}: ", *message.nodes_total);
    for (std::size_t i = 0; i < message.refusals.size(); ++i) {
        const auto& refusal = message.refusals[i];
        if (i > 0) out += "; ";
        if (refusal.nodes) out += kdiag::format("{} ", *refusal.nodes);
        out += to_string(refusal.constraint);
        if (!refusal.detail.empty()) out += kdiag::format("({})", refusal.detail);
    }
    return out;
}

struct Row {
    const char* text;
    const char* expected;
};

constexpr Row k_rows[] = {
    {"0/7 nodes are available: 3 Insufficient cpu, 4 Insufficient memory.", "7: 3 resource(cpu); 4 resource(memory)"},
    {"0/2 nodes are available: 1 Too many pods, 2 Insufficient example.com/fpga.", "2: 1 resource(pods); 2 resource(example.com/fpga)"},
    // a comma inside a reason, 1.20 to 1.23
    {"0/3 nodes are available: 1 node(s) had taint {dedicated: ingest}, that the pod didn't tolerate, 2 Insufficient cpu.",
     "3: 1 taint(dedicated: ingest); 2 resource(cpu)"},
    {"0/3 nodes are available: 3 node(s) had untolerated taint {dedicated: ingest}. preemption: 0/3 nodes are available: 3 Preemption is "
     "not helpful for scheduling..",
     "3: 3 taint(dedicated: ingest)"},
    {"0/4 nodes are available: 4 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/4 nodes are available: 4 "
     "Preemption is not helpful for scheduling.",
     "4: 4 taint"},
    {"0/4 nodes are available: 4 node(s) had taints that the pod didn't tolerate.", "4: 4 taint"},
    {"0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. still not schedulable, preemption: 0/2 nodes are "
     "available: 2 Preemption is not helpful for scheduling.",
     "2: 2 node selector or affinity"},
    {"0/2 nodes are available: 2 node(s) didn't match node selector.", "2: 2 node selector or affinity"},
    {"0/1 nodes are available: 1 node(s) didn't match the requested node name.", "1: 1 node name"},
    {"0/1 nodes are available: 1 node(s) didn't match pod affinity/anti-affinity, 1 node(s) didn't match pod anti-affinity rules.",
     "1: 1 pod affinity or anti-affinity; 1 pod anti-affinity"},
    {"0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.", "1: 1 anti-affinity of other pods"},
    {"0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label).",
     "1: 1 topology label missing"},
    {"0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints.", "1: 1 topology spread"},
    {"0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.", "1: 1 host port"},
    {"0/1 nodes are available: 1 node(s) were unschedulable.", "1: 1 cordoned"},
    {"0/5 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/5 nodes are available: 5 Preemption is not "
     "helpful for scheduling.",
     "5: claim not bound"},
    {"pod has unbound PersistentVolumeClaims (repeated 4 times)", "claim not bound"},
    {"running \"VolumeBinding\" filter plugin for pod \"a-0\": pod has unbound immediate PersistentVolumeClaims", "claim not bound"},
    {"0/3 nodes are available: persistentvolumeclaim \"archive\" not found.", "3: claim missing(archive)"},
    {"persistentvolumeclaim \"archive\" is being deleted", "claim being deleted(archive)"},
    {"0/1 nodes are available: persistentvolumeclaim \"db-0-scratch\" was not created for the pod.",
     "1: claim of another pod(db-0-scratch)"},
    {"0/3 nodes are available: 1 node(s) had volume node affinity conflict, 2 node(s) had no available volume zone.",
     "3: 1 volume in another place; 2 volume in another place"},
    {"0/1 nodes are available: 1 node(s) exceed max volume count.", "1: 1 volume limit"},
    {"0/1 nodes are available: 1 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by "
     "another pod.",
     "1: 1 claim in use"},
    {"0/6 nodes are available: 6 cannot allocate all claims.", "6: 6 device claim"},
    {"Scheduling is blocked due to non-empty scheduling gates", "scheduling gate"},
    {"waiting for minCount pods from a gang to appear in scheduling queue", "gang"},
    {"0/2 nodes are available: 1 Insufficient cpu, 1 Too many pods, 1 node(s) didn't satisfy plugin(s) [NodeAffinity].",
     "2: 1 resource(cpu); 1 resource(pods); 1 node selector or affinity"},
    {"0/3 nodes are available: 3 node(s) didn't like the colour.", "3: 3 other"},
    {"no nodes available to schedule pods", "no nodes"},
    // 1.6 to 1.8, and before
    {"No nodes are available that match all of the predicates: Insufficient cpu (3), MatchNodeSelector (2), PodToleratesNodeTaints (1).",
     "3 resource(cpu); 2 node selector or affinity; 1 taint"},
    {"pod (x-1) failed to fit in any node\nfit failure on node (a): Insufficient memory\nfit failure on node (b): Insufficient memory\n",
     "2: 2 resource(memory)"},
    // other programs of the family
    {"0/2 nodes are unavailable: 2 Insufficient cpu.", "2: 2 resource(cpu)"},
    {"pod didn't trigger scale-up: 2 node(s) had volume node affinity conflict, 1 max node group size reached",
     "2 volume in another place; 1 other"},
    {"", ""},
};

} // namespace

TEST_CASE("messages of all schedulers from 1.2 to 1.37 are read") {
    for (const auto& row : k_rows) {
        CAPTURE(row.text);
        CHECK(shown(row.text) == row.expected);
    }
}

TEST_CASE("what stands behind `preemption:` is kept apart from the reasons") {
    const auto message = parse_scheduler_message("0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No "
                                                 "preemption victims found for incoming pod..");
    REQUIRE(message.refusals.size() == 1);
    CHECK(message.preemption == "0/1 nodes are available: 1 No preemption victims found for incoming pod");
}

TEST_CASE("numbers that do not fit are text") {
    CHECK(shown("0/99999999999999999999 nodes are available: 1 Insufficient cpu.") == "other");
    CHECK(shown("0/2 nodes are available: 99999999999999999999 Insufficient cpu.") == "2: other");
}

TEST_CASE("any bytes give views into the message and no harm") {
    std::mt19937 random(7);
    for (const auto& row : k_rows)
        for (int round = 0; round < 300; ++round) {
            std::string text = row.text;
            for (int change = 0; change < 4 && !text.empty(); ++change) {
                const auto at = random() % text.size();
                switch (random() % 3) {
                case 0: text[at] = static_cast<char>(random()); break;
                case 1: text.erase(at, random() % 9); break;
                default: text.insert(at, text.substr(random() % text.size(), random() % 9)); break;
                }
            }
            CAPTURE(text);
            CHECK_NOTHROW(kdiag::fuzz::fuzz_scheduler_message(text));
        }
}
