// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "data/json.hpp"
#include "kube/codec/item_splitter.hpp"

#include <algorithm>

namespace kdiag::fuzz {

namespace {

struct Split {
    std::vector<std::string> items; ///< marked by whether they are a list's
    std::vector<std::string> lists;
    bool whole = false;
    bool operator==(const Split&) const = default;
};

/// Bytes arrive in chunks of these sizes, over and over.
Split split_in(std::string_view bytes, std::initializer_list<std::size_t> sizes, bool flushed = false) {
    Split split;
    kube::ItemSplitter splitter({.on_item =
                                     [&](std::string_view item, bool in_list) -> Status {
                                         promise(item.starts_with('{') && item.ends_with('}'), "an item is no object");
                                         split.items.push_back((in_list ? "in " : "alone ") + std::string(item));
                                         return {};
                                     },
                                 .on_list_start = [&](std::string_view head) { split.lists.push_back("start " + std::string(head)); },
                                 .on_list_end = [&](const std::string& list) { split.lists.push_back("end " + list); }});
    const auto* size = sizes.begin();
    bool good = true;
    for (std::size_t at = 0; at < bytes.size() && good;) {
        const std::size_t count = std::min(*size, bytes.size() - at);
        good = splitter.push(bytes.substr(at, count)).has_value() && (!flushed || splitter.flush());
        at += count;
        if (++size == sizes.end()) size = sizes.begin();
    }
    split.whole = good && splitter.finish();
    return split;
}

void expect_items(const Split& split, const data::Value::Array& elements) {
    promise(split.items.size() == elements.size(), "a list has another number of items");
    for (std::size_t i = 0; i < elements.size(); ++i) {
        promise(split.items[i].starts_with("in "), "a list's item is not said to be one");
        const auto item = data::parse_json(std::string_view(split.items[i]).substr(3));
        promise(item && *item == elements[i], "an item is not what the list holds");
    }
}

bool all_objects(const data::Value& list) {
    return list.is_array() && std::all_of(list.as_array().begin(), list.as_array().end(), [](const data::Value& element) { return element.is_object(); });
}

/// The same, from a whole document.
void compare_with_document(std::string_view bytes, const Split& split) {
    const auto document = data::parse_json(bytes);
    if (!document) return;
    if (document->is_array() && !all_objects(*document)) promise(!split.whole, "an array of something else than objects is taken");
    if (all_objects(*document)) {
        promise(split.whole, "an array of objects is refused");
        expect_items(split, document->as_array());
    }
    if (!document->is_object()) return;
    const data::Value* items = document->find("items");
    const auto first = bytes.find("\"items\""); // spelt with escapes it is not looked for; a second one may stand anywhere
    if (first != std::string_view::npos && bytes.find("\"items\"", first + 1) != std::string_view::npos) return;
    if (items != nullptr && items->is_array() && first != std::string_view::npos) {
        if (!all_objects(*items)) {
            promise(!split.whole, "a list of something else than objects is taken");
            return;
        }
        promise(split.whole, "a list is refused");
        expect_items(split, items->as_array());
    } else {
        promise(split.whole && split.items.size() == 1 && split.items[0].starts_with("alone "), "an object is not one");
        promise(data::parse_json(std::string_view(split.items[0]).substr(6)) && split.lists.empty(), "an object changes");
    }
}

} // namespace

void fuzz_item_splitter(std::string_view bytes) {
    const auto split = split_in(bytes, {std::max<std::size_t>(bytes.size(), 1)});
    promise(split_in(bytes, {1}) == split, "single bytes give other items");
    promise(split_in(bytes, {63, 64, 65}) == split, "chunks at the edges of a block give other items");
    promise(split_in(bytes, {7, 1, 130}) == split, "uneven chunks give other items");
    promise(split_in(bytes, {5, 64, 1, 100}, true) == split, "flushed chunks give other items");
    compare_with_document(bytes, split);
}

Seeds seeds_item_splitter() {
    return {
        R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b \"x\" ] }"}}]})",
        R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","labels":{"x":"\\","y":"{["}}})",
        "{\"a\":1}\n{\"b\":[1,2,{\"c\":null}]}\n",
        R"([{"kind":"Pod"},{"kind":"Node"}])",
        R"({"items":[],"kind":"List"})",
        R"({ "items" : [ {"items":[{"a":1}]} , {} ] })",
        "\xef\xbb\xbf{\"kind\":\"Pod\"}",
        R"({"a":"\\\"items\":[","b":{"items":[{}]}})",
        R"({"a\"items":[{"b":1}]})",
        R"({"items":[null,1,"x",{"a":true}]})",
    };
}

} // namespace kdiag::fuzz
