// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/annotations.hpp"
#include "kube/codec/known_fields.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace kdiag;
using namespace kdiag::kube;

namespace {

TextList unknown_in(TextPool& pool, std::string_view manifest) {
    ObjectMeta meta;
    note_unknown_fields(manifest, meta, pool);
    return meta.unknown_fields;
}

} // namespace

TEST_CASE("fields of known types are known with their types; of others nothing is said") {
    CHECK(find_known_field("Container", "command").exists);
    CHECK(!find_known_field("Container", "commnd").exists);
    CHECK(find_known_field("PodSpec", "containers").type == "Container");
    CHECK(find_known_field("Widget", "anything").exists);
    CHECK(is_known_type("Deployment"));
    CHECK(known_field_names("Probe").size() == 10);
}

TEST_CASE("a manifest's wrong fields are found with their paths") {
    TextPool pool;
    CHECK(unknown_in(pool, R"({"kind":"Deployment","spec":{"template":{"spec":{"containers":[{"name":"a","commnd":["x"]}]}}}})") ==
          TextList{"spec.template.spec.containers[0].commnd"});
    CHECK(unknown_in(pool, R"({"kind":"Pod","spec":{"containers":[{"resources":{"limits":{"cpu":"1"}},"livenesProbe":{}}],"nodeSelector":{"any":"key"}}})") ==
          TextList{"spec.containers[0].livenesProbe"});
    CHECK(unknown_in(pool, R"({"kind":"Service","spec":{"ports":[{"port":80,"targetport":8080}]}})") == TextList{"spec.ports[0].targetport"});
    CHECK(unknown_in(pool, R"({"kind":"CronJob","spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartpolicy":"Never"}}}}}})").size() == 1);
}

TEST_CASE("a right manifest, another kind and rubbish have no wrong fields") {
    TextPool pool;
    CHECK(unknown_in(pool, R"({"kind":"StatefulSet","spec":{"serviceName":"db","replicas":1,"volumeClaimTemplates":[{"metadata":{"name":"d"},"spec":{"accessModes":["ReadWriteOnce"]}}],"template":{"metadata":{"annotations":{"x":"y"}},"spec":{"volumes":[{"name":"c","csi":{"driver":"d","volumeAttributes":{"a":"b"}}}],"containers":[{"name":"a","env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"s","key":"k","optional":true}}}],"securityContext":{"capabilities":{"drop":["ALL"]}}}]}}}})").empty());
    CHECK(unknown_in(pool, R"({"kind":"Widget","spec":{"commnd":1}})").empty());
    CHECK(unknown_in(pool, "not json").empty());
    CHECK(unknown_in(pool, "").empty());
    CHECK(unknown_in(pool, R"({"kind":"Pod","spec":"text"})").empty());
}
