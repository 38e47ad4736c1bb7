// SPDX-License-Identifier: Apache-2.0
#include "collect/object_sink.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::collect {

namespace {

/// More broken objects than this are one more line, not one each.
constexpr std::size_t k_most_gaps = 20;

} // namespace

ObjectSink::ObjectSink(facts::SnapshotParts& parts, kube::ResourceSet resources, facts::Scope scope)
    : m_parts(parts), m_resources(resources), m_scope(std::move(scope)), m_decoder(parts.pool), m_protobuf_decoder(parts.pool) {}

void ObjectSink::add(kube::Resource resource, kube::WireFormat format, std::string_view bytes, std::string_view where) {
    ++m_objects;
    if (!m_resources.has(resource)) return;
    m_parts.read.add(resource);
    facts::with_type_of(resource, [&]<class T>() { add_as<T>(format, bytes, where); });
}

template <class T> bool ObjectSink::is_new(const T& object) {
    std::size_t hash = std::hash<std::string_view>{}(object.meta.name) * 31 + std::hash<std::string_view>{}(object.meta.namespace_name);
    hash = hash * 31 + static_cast<std::size_t>(facts::resource_of<T>());
    return m_seen.insert(hash).second;
}

/// Its name, if that much can be read, and why the rest cannot.
template <class T> void ObjectSink::add_broken(kube::WireFormat format, std::string_view bytes, std::string_view where, const std::string& message) {
    const bool json = format == kube::WireFormat::json; // ObjectMeta is field 1 of every kind, and has name and namespace as 1 and 3
    const std::string name = json ? m_decoder.text_at(bytes, {"metadata", "name"}) : kube::protobuf_text_at(bytes, {1, 1});
    const std::string namespace_name = json ? m_decoder.text_at(bytes, {"metadata", "namespace"}) : kube::protobuf_text_at(bytes, {1, 3});
    add_gap(facts::resource_of<T>(), name.empty() ? std::string(T::k_kind) : kdiag::format("{}/{}", T::k_kind, name), namespace_name, where, message);
}

template <class T> void ObjectSink::add_as(kube::WireFormat format, std::string_view bytes, std::string_view where) {
    auto object = format == kube::WireFormat::json ? m_decoder.decode<T>(bytes) : m_protobuf_decoder.decode<T>(bytes);
    if (!object) {
        add_broken<T>(format, bytes, where, object.error().message);
        return;
    }
    auto& meta = object->meta;
    if (meta.name.empty()) {
        add_gap(facts::resource_of<T>(), std::string(T::k_kind), meta.namespace_name, where, "metadata.name is missing");
        return;
    }
    if (kube::info_of(facts::resource_of<T>()).namespaced && meta.namespace_name.empty()) meta.namespace_name = "default"; // a manifest may leave it out
    if (!is_new(*object)) return;
    const bool elsewhere = !m_scope.all_namespaces && !meta.namespace_name.empty() && meta.namespace_name != m_scope.namespace_name;
    if constexpr (std::is_same_v<T, kube::Pod>) {
        if (elsewhere) {
            m_parts.other_pods.push_back(std::move(*object));
            return;
        }
    }
    if (!elsewhere) std::get<facts::Objects<T>>(m_parts.objects).push_back(std::move(*object));
}

void ObjectSink::add_untyped(std::string_view json, std::string_view where) {
    const auto sound = m_decoder.check(json);
    if (sound) return;
    ++m_objects;
    add_gap(kube::Resource::pods, "an object without a readable type", {}, where, sound.error().message);
}

void ObjectSink::add_gap(kube::Resource resource, const std::string& what, std::string_view namespace_name, std::string_view where, const std::string& message) {
    ++m_broken;
    if (m_broken > k_most_gaps) {
        m_parts.gaps.back().detail = format("{} more objects could not be read", m_broken - k_most_gaps);
        return;
    }
    m_parts.gaps.push_back({.resource = resource, .reason = facts::GapReason::error, .namespace_name = std::string(namespace_name),
                            .detail = format("{}{}{}: {}", where, where.empty() ? "" : ": ", what, message), .partial = true});
    if (m_broken == k_most_gaps) m_parts.gaps.push_back(m_parts.gaps.back()); // the line that counts the others
}

} // namespace kdiag::collect
