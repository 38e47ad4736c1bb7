// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace kdiag::kube {

/// What answers in protobuf begin with, whatever is in them (apimachinery, runtime/serializer/protobuf).
inline constexpr std::string_view k_protobuf_magic{"k8s\0", 4};

/// What the splitter hands out. A Status that is an error ends the splitting with it.
struct ProtobufSplitterEvents {
    /// One complete item of the list: a message. Valid during the call only.
    std::function<Status(std::string_view item)> on_item;
    /// What the list is, before its first item: `v1` and `PodList`.
    std::function<Status(std::string_view api_version, std::string_view kind)> on_list_start = {};
    /// The list's own metadata: a metav1.ListMeta message, with the token of the next page as field 3.
    std::function<void(std::string_view metadata)> on_list_metadata = {};
    /// An item larger than the limit was dropped; its size.
    std::function<void(std::size_t bytes)> on_oversized = {};
};

/// Cuts a list in protobuf into its items as bytes arrive: `k8s\0`, then runtime.Unknown around a list whose field 1 is its metadata and
/// whose field 2 are its items. Memory is bounded by the largest item, and an item that arrives in one piece is not copied.
class ProtobufSplitter {
public:
    explicit ProtobufSplitter(ProtobufSplitterEvents events, std::size_t max_item = 8u << 20);

    Status push(std::string_view bytes);
    /// No more input: truncation is a decode error with its byte offset.
    Status finish();
    std::uint64_t bytes() const { return m_offset; }

private:
    enum class Level { envelope, list };
    enum class Part { magic, tag, length, number, payload, skipped };

    Status take(std::string_view& bytes);
    Status take_magic(std::string_view& bytes);
    Status take_tag(std::uint64_t tag);
    Status take_length(std::uint64_t length);
    Status take_envelope_length();
    Status begin_list();
    Status take_payload(std::string_view payload);
    Status take_type(std::string_view type_meta);
    Status expect(std::uint64_t length, Part part);
    bool gather(std::string_view& bytes, std::size_t wanted, std::string_view& whole);
    Result<bool> varint(std::string_view& bytes);
    void consume(std::string_view& bytes, std::size_t count);
    void next_field();
    Error error_here(std::string_view what) const;

    ProtobufSplitterEvents m_events;
    std::size_t m_max_item;
    std::uint64_t m_offset = 0;   ///< of the next byte
    Level m_level = Level::envelope;
    Part m_part = Part::magic;
    std::uint32_t m_field = 0;
    std::uint64_t m_length = 0;   ///< of the current payload
    std::uint64_t m_list_end = 0; ///< offset
    std::uint64_t m_varint = 0;   ///< as far as it has arrived
    unsigned m_shift = 0;
    std::string m_partial; ///< the beginning of what ends in a later piece
    bool m_has_type = false, m_has_list = false;
};

} // namespace kdiag::kube
