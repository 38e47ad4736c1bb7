// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::kube {

/// Bytes that may be read (not used) after the end of every item, as simdjson wants them.
inline constexpr std::size_t k_json_padding = 64;

/// What a splitter hands out. A Status that is an error ends the splitting with it.
struct SplitterEvents {
    /// One complete JSON object: an element of `items`, or a whole document that is no list. Valid during the call only, with
    /// k_json_padding readable bytes behind it. `in_list` says which.
    std::function<Status(std::string_view item, bool in_list)> on_item;
    /// The list's text up to its first item, such as `{"kind":"PodList","apiVersion":"v1","items":[`; empty array documents have none.
    std::function<void(std::string_view head)> on_list_start = {};
    /// The whole list without its items: a small JSON document.
    std::function<void(const std::string& list)> on_list_end = {};
    /// Something in a list that is no object, such as `null,` or `"text"`; without this it is an error.
    std::function<void(std::string_view text)> on_stray = {};
    /// An item larger than the limit was dropped; its size so far.
    std::function<void(std::size_t bytes)> on_oversized = {};
};

/// Cuts JSON into objects as bytes arrive: lists of any length, concatenated documents, NDJSON, arrays of objects. Memory is bounded
/// by the largest item. Nothing is parsed here but strings, brackets and depth.
class ItemSplitter {
public:
    explicit ItemSplitter(SplitterEvents events, std::size_t max_item = 8u << 20);

    /// Room for more input (at least `wanted` bytes); fill it and `commit` what was filled.
    char* space(std::size_t wanted);
    Status commit(std::size_t bytes);
    /// space, copy, commit.
    Status push(std::string_view bytes);
    /// Looks at what has come, too, of a block of 64 bytes that is not full: whoever follows a watch wants an event as soon as it is
    /// whole, whenever the next one comes.
    Status flush();
    /// No more input: truncation and trailing garbage are decode errors with their byte offset.
    Status finish();

    /// Documents that were complete.
    std::size_t documents() const { return m_documents; }
    std::uint64_t bytes() const { return m_offset + m_size; }

private:
    static constexpr std::size_t k_max_depth = 512;
    struct Masks {
        std::uint64_t quotes, backslashes, opens, closes;
    };
    static Masks classify(const char* block);
    std::uint64_t unescaped_quotes(const Masks& masks, std::size_t length);
    std::uint64_t skip_inside_item(std::size_t base, std::uint64_t brackets, std::uint64_t opens);
    void pad();
    Status scan(bool at_end);
    Status scan_block(std::size_t base, std::size_t length);
    Status open(std::size_t at, char bracket);
    Status close(std::size_t at, char bracket);
    Status start_document(std::size_t at, char bracket);
    Status end_document(std::size_t at);
    Status emit(std::size_t first, std::size_t last, bool in_list);
    Status check_between_items(std::size_t last);
    bool is_items_array(std::size_t at) const;
    void compact();
    Error error_at(std::size_t at, std::string_view what) const;
    Error not_json(std::size_t at) const;

    SplitterEvents m_events;
    std::size_t m_max_item;
    std::vector<char> m_buffer;
    std::size_t m_size = 0;     ///< bytes in the buffer
    std::size_t m_scanned = 0;  ///< of which have been looked at
    std::size_t m_keep = 0;     ///< first byte that is still needed
    std::uint64_t m_offset = 0; ///< of the buffer's first byte in the input
    std::uint64_t m_in_string = 0; ///< all ones inside a string
    bool m_escaped = false;     ///< the next byte is escaped by a backslash
    std::size_t m_depth = 0;
    std::array<char, k_max_depth> m_open{}; ///< the brackets around
    std::size_t m_list_depth = 0; ///< depth inside the array of items; 0: not in one
    bool m_is_list = false;
    bool m_dropping = false;    ///< the current item is too large
    std::string m_head;
    std::size_t m_documents = 0;
};

} // namespace kdiag::kube
