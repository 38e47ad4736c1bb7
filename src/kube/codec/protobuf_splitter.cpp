// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/protobuf_splitter.hpp"

#include "kube/codec/protozero.hpp"
#include "util/format.hpp"

#include <algorithm>
#include <limits>

namespace kdiag::kube {

namespace {

// runtime.Unknown (apimachinery, pkg/runtime/generated.proto).
constexpr std::uint32_t k_type_meta = 1, k_raw = 2, k_content_encoding = 3;
// Every list: ListMeta and its items.
constexpr std::uint32_t k_list_metadata = 1, k_items = 2;

/// Neither a type nor a token for the next page is as long.
constexpr std::uint64_t k_most_metadata = 64u << 10;

std::string shown(std::string_view bytes) {
    const bool plain = std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    return plain ? format("`{}`", bytes) : std::string("something else");
}

} // namespace

ProtobufSplitter::ProtobufSplitter(ProtobufSplitterEvents events, std::size_t max_item) : m_events(std::move(events)), m_max_item(max_item) {}

Status ProtobufSplitter::push(std::string_view bytes) {
    while (!bytes.empty()) KD_TRY(take(bytes));
    return {};
}

Status ProtobufSplitter::finish() {
    if (m_level == Level::envelope && m_part == Part::tag && m_shift == 0 && m_has_list) return {};
    return error_here(m_has_list ? "the list ends in the middle" : "it ends before the list begins");
}

Status ProtobufSplitter::take(std::string_view& bytes) {
    std::string_view whole;
    switch (m_part) {
    case Part::magic: return take_magic(bytes);
    case Part::tag:
    case Part::length:
    case Part::number: {
        KD_TRY_ASSIGN(const bool complete, varint(bytes));
        if (!complete) return {};
        const std::uint64_t value = std::exchange(m_varint, 0);
        m_shift = 0;
        if (m_part == Part::tag) return take_tag(value);
        if (m_part == Part::length) return take_length(value);
        next_field();
        return {};
    }
    case Part::payload:
        if (!gather(bytes, m_length, whole)) return {};
        return take_payload(whole);
    case Part::skipped: {
        const std::uint64_t count = std::min<std::uint64_t>(m_length, bytes.size());
        consume(bytes, count);
        m_length -= count;
        if (m_length == 0) next_field();
        return {};
    }
    }
    return {};
}

Status ProtobufSplitter::take_magic(std::string_view& bytes) {
    std::string_view whole;
    if (!gather(bytes, k_protobuf_magic.size(), whole)) return {};
    if (whole != k_protobuf_magic) return error_here(format("it begins with {}, not with `k8s` and a zero", shown(whole)));
    m_partial.clear();
    next_field();
    return {};
}

Status ProtobufSplitter::take_tag(std::uint64_t tag) {
    m_field = static_cast<std::uint32_t>(tag >> 3);
    if (m_field == 0 || tag > std::numeric_limits<std::uint32_t>::max()) return error_here("a field has a number that no field can have");
    switch (static_cast<protozero::pbf_wire_type>(tag & 7)) {
    case protozero::pbf_wire_type::varint: m_part = Part::number; return {};
    case protozero::pbf_wire_type::length_delimited: m_part = Part::length; return {};
    case protozero::pbf_wire_type::fixed64: return expect(8, Part::skipped);
    case protozero::pbf_wire_type::fixed32: return expect(4, Part::skipped);
    default: return error_here("a field has a wire type that is not used");
    }
}

/// What comes next is this long.
Status ProtobufSplitter::expect(std::uint64_t length, Part part) {
    if (m_level == Level::list && length > m_list_end - m_offset) return error_here("a value ends behind the end of the list");
    m_length = length;
    m_part = part;
    if (length > 0) return {};
    if (part == Part::payload) return take_payload({});
    next_field();
    return {};
}

Status ProtobufSplitter::take_length(std::uint64_t length) {
    m_length = length;
    if (m_level == Level::envelope) return take_envelope_length();
    if (m_field == k_list_metadata && length <= k_most_metadata) return expect(length, Part::payload);
    if (m_field != k_items) return expect(length, Part::skipped);
    if (length <= m_max_item) return expect(length, Part::payload);
    KD_TRY(expect(length, Part::skipped));
    if (m_events.on_oversized) m_events.on_oversized(length);
    return {};
}

Status ProtobufSplitter::take_envelope_length() {
    switch (m_field) {
    case k_type_meta:
        if (m_length > k_most_metadata) return error_here("the type of the list is too long");
        return expect(m_length, Part::payload);
    case k_raw: return begin_list();
    case k_content_encoding:
        if (m_length > 0) return error_here("the list is encoded once more");
        [[fallthrough]];
    default: return expect(m_length, Part::skipped);
    }
}

Status ProtobufSplitter::begin_list() {
    if (!m_has_type) return error_here("it does not say what it holds");
    if (m_has_list) return error_here("it holds two lists");
    if (m_length > std::numeric_limits<std::uint64_t>::max() - m_offset) return error_here("the list has no length");
    m_has_list = true;
    m_list_end = m_offset + m_length;
    m_level = Level::list;
    next_field();
    return {};
}

Status ProtobufSplitter::take_payload(std::string_view payload) {
    if (m_level == Level::envelope) {
        KD_TRY(take_type(payload));
    } else if (m_field == k_items) {
        KD_TRY(m_events.on_item(payload));
    } else if (m_events.on_list_metadata) {
        m_events.on_list_metadata(payload);
    }
    m_partial.clear();
    next_field();
    return {};
}

Status ProtobufSplitter::take_type(std::string_view type_meta) {
    std::string_view api_version, kind;
    try {
        protozero::pbf_reader reader(type_meta);
        while (reader.next()) {
            if (reader.tag() == 1 && reader.has_wire_type(protozero::pbf_wire_type::length_delimited))
                api_version = reader.get_view();
            else if (reader.tag() == 2 && reader.has_wire_type(protozero::pbf_wire_type::length_delimited))
                kind = reader.get_view();
            else
                reader.skip();
        }
    } catch (const protozero::exception&) {
        return error_here("the type of the list is broken");
    }
    m_has_type = true;
    return m_events.on_list_start ? m_events.on_list_start(api_version, kind) : Status();
}

/// The bytes of a value as one text, without a copy when all of them are here.
bool ProtobufSplitter::gather(std::string_view& bytes, std::size_t wanted, std::string_view& whole) {
    if (m_partial.empty() && bytes.size() >= wanted) {
        whole = bytes.substr(0, wanted);
        consume(bytes, wanted);
        return true;
    }
    if (m_partial.empty()) m_partial.reserve(wanted);
    const std::size_t count = std::min(wanted - m_partial.size(), bytes.size());
    m_partial.append(bytes.substr(0, count));
    consume(bytes, count);
    whole = m_partial;
    return m_partial.size() == wanted;
}

/// Adds to m_varint; true when its last byte was there.
Result<bool> ProtobufSplitter::varint(std::string_view& bytes) {
    while (!bytes.empty()) {
        if (m_level == Level::list && m_offset == m_list_end) return error_here("a value ends behind the end of the list");
        if (m_shift > 63) return error_here("a number has more than ten bytes");
        const auto byte = static_cast<unsigned char>(bytes.front());
        consume(bytes, 1);
        m_varint |= static_cast<std::uint64_t>(byte & 0x7f) << m_shift;
        m_shift += 7;
        if (byte < 0x80) return true;
    }
    return false;
}

void ProtobufSplitter::consume(std::string_view& bytes, std::size_t count) {
    bytes.remove_prefix(count);
    m_offset += count;
}

void ProtobufSplitter::next_field() {
    m_part = Part::tag;
    if (m_level == Level::list && m_offset == m_list_end) m_level = Level::envelope;
}

Error ProtobufSplitter::error_here(std::string_view what) const {
    return {.kind = ErrorKind::decode, .message = format("broken protobuf at byte {}: {}", m_offset, what)};
}

} // namespace kdiag::kube
