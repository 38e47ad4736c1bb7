// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "data/json.hpp"
#include "data/yaml.hpp"

#include <algorithm>
#include <cmath>

namespace kdiag::fuzz {

namespace {

/// 1.0 is written as 1, and what is no number equals itself here.
bool same(const data::Value& a, const data::Value& b) {
    if (a.is_number() && b.is_number()) return a.as_double() == b.as_double() || (std::isnan(a.as_double()) && std::isnan(b.as_double()));
    if (a.is_array() && b.is_array()) return std::equal(a.as_array().begin(), a.as_array().end(), b.as_array().begin(), b.as_array().end(), same);
    if (a.is_object() && b.is_object())
        return std::equal(a.as_object().begin(), a.as_object().end(), b.as_object().begin(), b.as_object().end(),
                          [](const auto& x, const auto& y) { return x.first == y.first && same(x.second, y.second); });
    return a == b;
}

std::size_t depth_of(const data::Value& value) {
    std::size_t depth = 0;
    for (const auto& element : value.as_array()) depth = std::max(depth, depth_of(element));
    for (const auto& member : value.as_object()) depth = std::max(depth, depth_of(member.second));
    return depth + 1;
}

} // namespace

void fuzz_yaml(std::string_view bytes) {
    constexpr std::size_t most_nodes = 20'000;
    const auto documents = data::parse_yaml(bytes, "file.yaml", {.max_nodes = most_nodes});
    if (!documents) {
        promise(documents.error().message.starts_with("file.yaml:"), "broken YAML has no place");
        return;
    }
    promise(data::parse_yaml(bytes, "file.yaml", {.scalars_as_strings = true, .max_nodes = most_nodes}).has_value(), "scalars as strings change what is broken");
    for (const auto& document : *documents) {
        promise(depth_of(document) <= 201, "a document is deeper than its limit");
        const auto written = data::to_yaml(document);
        const auto again = data::parse_yaml(written, "written.yaml");
        promise(again && again->size() == 1, "a document cannot be read when it is written");
        promise(same(again->front(), document), "a document changes when it is written");
        promise(data::parse_json(data::to_json(document)).has_value(), "a document is no JSON when it is written as such");
    }
}

Seeds seeds_yaml() {
    return {
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels: {app: web, \"n\": 'y'}\nspec:\n  containers:\n  - name: x\n    command: [sh, -c, \"echo \\\"hi\\\"\"]\n",
        "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\n",
        "text: |\n  one\n   two\n\nfolded: >-\n  a\n  b\nkeep: |+\n  x\n\n",
        "- yes\n- 0x1F\n- 017\n- 1_000\n- 1.5e3\n- .inf\n- ~\n- 2026-01-01\n- '1'\n- \"\\x07\\u00e9\"\n",
        "---\na: 1\n---\nb: 2\n...\n",
        "? key\n: value\n# comment\n\"quoted key\": !!str 1\n",
        "a: &a [[1]]\nb: &b [[*a]]\nc: [[*b]]\n",
        "\xef\xbb\xbf" "a: \xe6\x97\xa5\xe6\x9c\xac\n",
        "list:\n- - nested\n  - x: {}\n    y: []\n- ''\n- ' padded '\n- 'a: b'\n- '# no comment'\n",
    };
}

} // namespace kdiag::fuzz
