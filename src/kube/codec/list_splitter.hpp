// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/codec/item_splitter.hpp"
#include "kube/codec/protobuf_splitter.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace kdiag::kube {

enum class WireFormat : std::uint8_t { json, protobuf };

struct ListEvents {
    /// One complete item of the list. Valid during the call only.
    std::function<Status(WireFormat format, std::string_view item)> on_item;
    /// It is a list. In protobuf it says of what (`v1`, `PodList`); of JSON both are empty.
    std::function<Status(std::string_view api_version, std::string_view kind)> on_list_start = {};
    /// There is more of the list than this answer has: the token of its next page (metadata.continue).
    std::function<void(std::string token)> on_more = {};
    /// An item larger than the limit was dropped.
    std::function<void(std::size_t bytes)> on_oversized = {};
};

/// Cuts a list into its items in the format that it arrives in, which its first bytes show: a server sends what it can of what was asked for.
class ListSplitter {
public:
    explicit ListSplitter(ListEvents events) : m_events(std::move(events)) {}
    ListSplitter(const ListSplitter&) = delete;
    ListSplitter& operator=(const ListSplitter&) = delete;

    Status push(std::string_view bytes);
    /// No more input: what is missing or too much is a decode error.
    Status finish();
    bool is_protobuf() const { return std::holds_alternative<ProtobufSplitter>(m_splitter); }

private:
    void choose(WireFormat format);
    void tell_more(std::string token) const;
    Status push_chosen(std::string_view bytes);

    ListEvents m_events;
    std::string m_start; ///< until the format is known
    std::variant<std::monostate, ItemSplitter, ProtobufSplitter> m_splitter;
};

} // namespace kdiag::kube
