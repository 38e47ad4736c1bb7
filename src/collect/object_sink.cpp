// SPDX-License-Identifier: Apache-2.0
#include "collect/object_sink.hpp"

#include "kube/quantity.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <utility>

namespace kdiag::collect {

namespace {

/// More broken objects than this are one more line, not one each.
constexpr std::size_t k_most_gaps = 20;

} // namespace

ObjectSink::ObjectSink(facts::SnapshotParts& parts, kube::ResourceSet resources, facts::Scope scope, MemoryLimit* memory)
    : m_parts(parts), m_resources(resources), m_scope(std::move(scope)), m_decoder(parts.pool), m_protobuf_decoder(parts.pool), m_memory(memory) {}

void ObjectSink::add(kube::Resource resource, kube::WireFormat format, std::string_view bytes, std::string_view where) {
    ++m_tally.objects;
    if (!m_resources.has(resource)) return;
    const auto at = static_cast<std::size_t>(resource);
    ++m_tally.given[at];
    if (m_memory != nullptr && m_memory->forbids(bytes.size())) {
        ++m_tally.left_out[at];
        note_limit(resource);
        return;
    }
    m_parts.read.add(resource);
    facts::with_type_of(resource, [&]<class T>() { add_as<T>(format, bytes, where); });
}

template <class T> bool ObjectSink::is_new(const T& object) {
    std::size_t hash = std::hash<std::string_view>{}(object.meta.name) * 31 + std::hash<std::string_view>{}(object.meta.namespace_name);
    hash = hash * 31 + static_cast<std::size_t>(facts::resource_of<T>());
    return m_seen.insert(hash);
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
    ++m_tally.objects;
    add_gap(kube::Resource::pods, "an object without a readable type", {}, where, sound.error().message);
}

void ObjectSink::add_gap(kube::Resource resource, const std::string& what, std::string_view namespace_name, std::string_view where, const std::string& message) {
    add_broken_gap({.resource = resource, .reason = facts::GapReason::error, .namespace_name = std::string(namespace_name),
                    .detail = format("{}{}{}: {}", where, where.empty() ? "" : ": ", what, message), .partial = true});
}

void ObjectSink::add_broken_gap(facts::Gap gap) {
    if (m_tally.broken >= k_most_gaps) return count_other_broken(1, gap.resource);
    ++m_tally.broken;
    m_tally.broken_gaps.push_back(m_parts.gaps.size());
    m_parts.gaps.push_back(std::move(gap));
}

void ObjectSink::count_other_broken(std::size_t count, kube::Resource resource) {
    m_tally.broken += count;
    if (!m_tally.others_gap) {
        m_tally.others_gap = m_parts.gaps.size();
        m_parts.gaps.push_back({.resource = resource, .reason = facts::GapReason::error, .partial = true});
    }
    m_parts.gaps[*m_tally.others_gap].detail = format("{} could not be read", counted(m_tally.broken - k_most_gaps, "more object"));
}

/// Says in one gap of the kind how many of it are there.
void ObjectSink::note_limit(kube::Resource resource) {
    const auto at = static_cast<std::size_t>(resource);
    auto& place = m_tally.limit_gap[at]; // one behind where it is, 0: there is none
    if (place == 0) {
        m_parts.gaps.push_back({.resource = resource, .reason = facts::GapReason::limit});
        place = m_parts.gaps.size();
    }
    const auto given = m_tally.given[at];
    m_parts.gaps[place - 1].detail = format("memory limit of {} reached while reading {}: {} of {} read", kube::show_bytes(static_cast<std::int64_t>(m_memory->most()) * 1000),
                                            kube::info_of(resource).plural, given - m_tally.left_out[at], given);
}

ObjectSink::Piece ObjectSink::cut() {
    Piece piece{.objects = std::exchange(m_parts.objects, {}), .other_pods = std::exchange(m_parts.other_pods, {}), .gaps = std::exchange(m_parts.gaps, {}),
                .read = std::exchange(m_parts.read, {}), .tally = std::exchange(m_tally, {})};
    m_seen.clear();
    return piece;
}

void ObjectSink::append(Piece piece) {
    std::apply(
        [&](auto&... objects) {
            const auto take = [&]<class T>(facts::Objects<T>& from) {
                auto& to = std::get<facts::Objects<T>>(m_parts.objects);
                for (T& object : from)
                    if (is_new(object)) to.push_back(std::move(object));
            };
            (take(objects), ...);
        },
        piece.objects);
    for (auto& pod : piece.other_pods)
        if (is_new(pod)) m_parts.other_pods.push_back(std::move(pod));
    m_parts.read.add(piece.read);
    m_tally.objects += piece.tally.objects;
    const auto& broken = piece.tally.broken_gaps;
    const auto& limits = piece.tally.limit_gap;
    for (std::size_t i = 0; i < piece.gaps.size(); ++i) {
        auto& gap = piece.gaps[i];
        if (std::binary_search(broken.begin(), broken.end(), i))
            add_broken_gap(std::move(gap));
        else if (piece.tally.others_gap == i)
            count_other_broken(piece.tally.broken - broken.size(), gap.resource);
        else if (std::find(limits.begin(), limits.end(), i + 1) == limits.end())
            m_parts.gaps.push_back(std::move(gap));
    }
    for (std::size_t at = 0; at < kube::k_resource_count; ++at) {
        m_tally.given[at] += piece.tally.given[at];
        m_tally.left_out[at] += piece.tally.left_out[at];
        if (m_tally.left_out[at] > 0) note_limit(static_cast<kube::Resource>(at));
    }
}

} // namespace kdiag::collect
