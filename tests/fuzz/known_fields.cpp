// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "kube/codec/annotations.hpp"

namespace kdiag::fuzz {

void fuzz_known_fields(std::string_view bytes) {
    TextPool pool;
    kube::ObjectMeta meta, again;
    kube::note_unknown_fields(bytes, meta, pool);
    promise(meta.unknown_fields.size() <= 100, "too many fields are noted");
    for (const auto path : meta.unknown_fields) promise(path.starts_with("spec."), "a field outside of the spec is noted");
    kube::note_unknown_fields(std::string(bytes), again, pool);
    promise(again.unknown_fields == meta.unknown_fields, "other fields are noted the second time");
}

Seeds seeds_known_fields() {
    return {
        R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replica":2,"template":{"spec":{"containers":[{"name":"a","livenessprobe":{},"ports":[{"containerPort":80,"hostport":1}]}],"initContainers":[[{"x":1}]]}}}})",
        R"({"kind":"Service","spec":{"port":[{"port":80}],"ports":[{"targetport":80}]}})",
        R"({"kind":"CronJob","spec":{"jobTemplate":{"spec":{"template":{"spec":{"restartpolicy":"Never","containers":[{"env":[{"valuefrom":{}}]}]}}}}}})",
        R"({"kind":"Widget","spec":{"a":1}})",
        "not json",
    };
}

} // namespace kdiag::fuzz
