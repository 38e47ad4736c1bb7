// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "memory_reader.hpp"

#include "collect/recorded_objects.hpp"
#include "data/json.hpp"

namespace kdiag::fuzz {

namespace {

struct Recorded {
    std::vector<std::string> objects, types, lists;
    bool whole = false;
    bool operator==(const Recorded&) const = default;
};

Recorded read_in(std::string_view bytes, collect::FileForm form, std::size_t most_at_once) {
    Recorded recorded;
    MemoryReader reader(bytes, most_at_once);
    recorded.whole = collect::each_object(reader, form, "recorded", {.on_object = [&](const collect::RecordedObject& object) {
                                                                         recorded.objects.emplace_back(object.json);
                                                                         recorded.types.push_back(object.api_version + " " + object.kind);
                                                                     },
                                                                     .on_list = [&](const std::string& api_version, const std::string& kind) { recorded.lists.push_back(api_version + " " + kind); }})
                         .has_value();
    return recorded;
}

} // namespace

void fuzz_recorded_objects(std::string_view bytes) {
    const auto form = collect::form_of("recorded", bytes.substr(0, 4096));
    promise(collect::form_of("recorded.log", bytes) == collect::FileForm::other, "a log is taken for objects");
    if (form == collect::FileForm::other) return;
    const auto recorded = read_in(bytes, form, bytes.size() + 1);
    promise(read_in(bytes, form, 1) == recorded && read_in(bytes, form, 65) == recorded, "other pieces give other objects");
    if (form != collect::FileForm::yaml) return;
    for (const auto& object : recorded.objects) promise(data::parse_json(object).has_value(), "a YAML object becomes broken JSON");
}

Seeds seeds_recorded_objects() {
    return {
        R"({"apiVersion":"v1","items":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}},{"apiVersion":"v1","kind":"PodList","items":[{"metadata":{"name":"b"}}]}],"kind":"List"})",
        R"({"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"a"}}]})",
        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\"}\n{ \"apiVersion\": \"v1\", \"kind\": \"Node\" }\n",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b}\n",
        "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: a\n- metadata: {name: c}\nkind: PodList\n",
        "kind: List\nitems:\n- kind: List\n  items: [{kind: Pod}]\n",
        R"([{"kind":"Pod"},{"kind":"ConfigMapList","items":[]}])",
    };
}

} // namespace kdiag::fuzz
