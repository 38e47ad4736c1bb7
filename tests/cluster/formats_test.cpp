// SPDX-License-Identifier: Apache-2.0
// Against a real cluster: what is read in protobuf and in JSON is the same, and so is what is found.
#include "../support/printed.hpp"
#include "../support/struct_text.hpp"
#include "commands.hpp"
#include "real_cluster.hpp"

#include "report/render.hpp"
#include "rules/select.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace kdiag;

namespace {

/// Each object's text by kind and name.
std::map<std::string, std::string> objects_of(const facts::SnapshotParts& parts) {
    std::map<std::string, std::string> objects;
    for (const auto& info : kube::resource_table())
        facts::with_type_of(info.resource, [&]<class T>() {
            for (const auto& object : std::get<facts::Objects<T>>(parts.objects))
                objects[format("{} {}/{}", info.kind, object.meta.namespace_name, object.meta.name)] = test::StructText::of(object);
        });
    return objects;
}

facts::SnapshotParts read(const collect::ReadRequest& request, bool protobuf) {
    auto own = request;
    own.protobuf = protobuf;
    own.max_logs = 0; // they go on, whatever the lists say
    auto parts = test::real_cluster()->read(own);
    if (!parts) FAIL(parts.error().message);
    return *std::move(parts);
}

/// The report without what measures the reading itself.
std::string report_of(facts::SnapshotParts parts, Timestamp now) {
    const facts::Snapshot facts(std::move(parts));
    const auto rules = rules::select_rules({}, {});
    REQUIRE(rules);
    return test::printed(report::write_json, report::make_report({.started_at = now, .now = now}, rules::diagnose(facts, *rules, now), facts));
}

} // namespace

TEST_CASE("every object of a real cluster is the same in protobuf and in JSON") {
    if (test::cluster_kubeconfig().empty()) return;
    const auto before = objects_of(read({}, false)), in_protobuf = objects_of(read({}, true)), after = objects_of(read({}, false));
    std::map<std::string, std::size_t> compared;
    for (const auto& [name, text] : before) { // but for what has changed in the meantime
        if (!after.contains(name) || after.at(name) != text) continue;
        REQUIRE_MESSAGE(in_protobuf.contains(name), name);
        CHECK_MESSAGE(in_protobuf.at(name) == text, name);
        ++compared[name.substr(0, name.find(' '))];
    }
    for (const auto* kind : {"Pod", "Node", "Namespace", "Service", "EndpointSlice"}) CHECK_MESSAGE(compared[kind] > 0, std::string(kind));
}

TEST_CASE("what is found in a real cluster is the same in protobuf and in JSON, byte for byte") {
    if (test::cluster_kubeconfig().empty()) return;
    const Timestamp now = now_utc();
    for (int attempt = 0;; ++attempt) { // broken pods go on breaking: until nothing changes for as long as three readings take
        const auto before = report_of(read({}, false), now), in_protobuf = report_of(read({}, true), now), after = report_of(read({}, false), now);
        if (before != after && attempt < 20) continue;
        REQUIRE(before == after);
        CHECK(in_protobuf == before);
        return;
    }
}
