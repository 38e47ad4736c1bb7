// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/annotations.hpp"

#include "kube/codec/known_fields.hpp"
#include "util/format.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <string>

namespace kdiag::kube {

namespace {

namespace dom = simdjson::dom;

constexpr std::array<std::string_view, 9> k_kept = {
    "deployment.kubernetes.io/revision",       "kubernetes.io/config.mirror",
    "kubectl.kubernetes.io/default-container", "kubectl.kubernetes.io/restartedAt",
    "kubernetes.io/ingress.class",             "ingressclass.kubernetes.io/is-default-class",
    "storageclass.kubernetes.io/is-default-class", "kubernetes.io/change-cause",
    "cluster-autoscaler.kubernetes.io/safe-to-evict"};
constexpr std::array<std::string_view, 4> k_kept_prefixes = {"ignore.kdiag.dev/", "kdiag.dev/", "volume.kubernetes.io/", "volume.beta.kubernetes.io/"};

/// A manifest names few wrong fields; many mean that the table does not fit the object.
constexpr std::size_t k_most = 20;

/// Walks a manifest beside the table of its fields.
class UnknownFields {
public:
    UnknownFields(ObjectMeta& meta, TextPool& pool) : m_meta(meta), m_pool(pool) {}

    void object(dom::object value, std::string_view type, const std::string& path) {
        for (const auto member : value) {
            const std::string here = path.empty() ? std::string(member.key) : format("{}.{}", path, member.key);
            const auto field = find_known_field(type, member.key);
            if (!field.exists && m_meta.unknown_fields.size() < k_most) m_meta.unknown_fields.push_back(m_pool.keep(here));
            if (field.exists && !field.type.empty()) inside(member.value, field.type, here);
        }
    }

private:
    void inside(dom::element value, std::string_view type, const std::string& path) {
        if (dom::object members; value.get_object().get(members) == simdjson::SUCCESS) {
            object(members, type, path);
        } else if (dom::array elements; value.get_array().get(elements) == simdjson::SUCCESS) {
            std::size_t index = 0;
            for (const auto element : elements) inside(element, type, format("{}[{}]", path, index++));
        }
    }

    ObjectMeta& m_meta;
    TextPool& m_pool;
};

} // namespace

bool is_kept_annotation(std::string_view key) {
    return std::find(k_kept.begin(), k_kept.end(), key) != k_kept.end() ||
           std::any_of(k_kept_prefixes.begin(), k_kept_prefixes.end(), [&](std::string_view prefix) { return key.starts_with(prefix); });
}

void note_unknown_fields(std::string_view last_applied, ObjectMeta& meta, TextPool& pool) {
    if (last_applied.empty()) return;
    dom::parser parser;
    dom::object manifest;
    if (parser.parse(last_applied.data(), last_applied.size()).get_object().get(manifest) != simdjson::SUCCESS) return; // somebody's own text
    std::string_view kind;
    if (manifest["kind"].get_string().get(kind) != simdjson::SUCCESS || !is_known_type(kind)) return;
    dom::object spec;
    if (manifest["spec"].get_object().get(spec) != simdjson::SUCCESS) return;
    const auto field = find_known_field(kind, "spec");
    UnknownFields(meta, pool).object(spec, field.type, "spec");
}

} // namespace kdiag::kube
