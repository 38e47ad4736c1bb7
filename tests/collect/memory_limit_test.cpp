// SPDX-License-Identifier: Apache-2.0
#include "collect/memory_limit.hpp"
#include "collect/object_sink.hpp"
#include "util/format.hpp"

#include <doctest/doctest.h>

using namespace kdiag;

namespace {

constexpr std::uint64_t k_mib = 1u << 20;

void add_pod(collect::ObjectSink& sink, int i) {
    const kube::PaddedText json(format(R"({{"metadata":{{"name":"pod-{}","namespace":"shop"}}}})", i));
    sink.add(kube::Resource::pods, json.view(), {});
}

} // namespace

TEST_CASE("the memory of this process is known") {
    CHECK(collect::resident_memory() > k_mib);
}

TEST_CASE("memory is looked at now and then, and what was too much once stays so") {
    std::uint64_t used = 10 * k_mib;
    int looks = 0;
    collect::MemoryLimit limit(100 * k_mib, [&] { ++looks; return used; });
    CHECK(!limit.forbids(100));
    CHECK(looks == 1); // before anything is read
    for (int i = 0; i < 1000; ++i) CHECK(!limit.forbids(1024));
    CHECK(looks == 2);
    used = 85 * k_mib; // some of the limit is left for what is done with the objects
    CHECK(limit.forbids(k_mib));
    used = 0;
    CHECK(limit.forbids(1));
    CHECK(looks == 3);
    CHECK(!collect::MemoryLimit(0, [] { return 1000 * k_mib; }).forbids(k_mib));
}

TEST_CASE("beyond the limit objects are counted, not held, and each kind's gap says how many") {
    std::uint64_t used = 0;
    collect::MemoryLimit limit(64 * k_mib, [&] { return used; });
    facts::SnapshotParts parts;
    collect::ObjectSink sink(parts, kube::ResourceSet::all(), {}, &limit);
    for (int i = 0; i < 5; ++i) add_pod(sink, i);
    CHECK(parts.gaps.empty());
    used = 64 * k_mib;
    CHECK(limit.forbids(k_mib));
    for (int i = 5; i < 12; ++i) add_pod(sink, i);
    const kube::PaddedText service(R"({"metadata":{"name":"s","namespace":"shop"}})");
    sink.add(kube::Resource::services, service.view(), {});
    CHECK(std::get<facts::Objects<kube::Pod>>(parts.objects).size() == 5);
    REQUIRE(parts.gaps.size() == 2);
    CHECK(parts.gaps[0].reason == facts::GapReason::limit);
    CHECK(parts.gaps[0].detail == "memory limit of 64Mi reached while reading pods: 5 of 12 read");
    CHECK(parts.gaps[1].detail == "memory limit of 64Mi reached while reading services: 0 of 1 read");

    SUBCASE("no rule may take what is not there for absent") {
        const facts::Snapshot facts(std::move(parts));
        CHECK(!facts.knows<kube::Pod>());
        CHECK(!facts.knows<kube::Service>());
    }
    SUBCASE("pieces that were decoded apart are counted together") {
        facts::SnapshotParts whole;
        collect::ObjectSink first(whole, kube::ResourceSet::all(), {}, &limit);
        first.append(sink.cut());
        for (int i = 12; i < 15; ++i) add_pod(sink, i);
        first.append(sink.cut());
        whole.pool.adopt(std::move(parts.pool));
        CHECK(std::get<facts::Objects<kube::Pod>>(whole.objects).size() == 5);
        REQUIRE(whole.gaps.size() == 2);
        CHECK(whole.gaps[0].detail == "memory limit of 64Mi reached while reading pods: 5 of 15 read");
    }
}
