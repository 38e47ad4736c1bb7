// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/codec/field.hpp"
#include "kube/codec/item_splitter.hpp"
#include "util/result.hpp"
#include "util/text_pool.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace kdiag::kube {

/// Fills typed structs from JSON through their field tables. Keep one for many objects: it reuses its buffers.
/// Unknown fields are skipped, null is absence; a value of the wrong type is a decode error that says where:
/// `spec.containers[0].ports: expected an array, found a string`.
class Decoder {
public:
    explicit Decoder(TextPool& pool);
    ~Decoder();
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    /// One object. `json` must have k_json_padding readable bytes behind its end (ItemSplitter's items have).
    template <class T> Result<T> decode(std::string_view json) {
        T object;
        KD_TRY(fill(&object, type_of<T>(), json));
        return object;
    }
    /// Whether it is JSON at all: an object whose type cannot be read may be broken, or none of Kubernetes.
    Status check(std::string_view json);
    /// `metadata.continue` and the like: a text at a path of members, or empty.
    std::string text_at(std::string_view json, std::initializer_list<std::string_view> path);

private:
    struct Impl;
    Status fill(void* object, const StructType& type, std::string_view json);
    std::unique_ptr<Impl> m_impl;
};

/// A copy of a text with the padding that a Decoder needs.
class PaddedText {
public:
    explicit PaddedText(std::string_view text) : m_text(text), m_size(text.size()) { m_text.append(k_json_padding, ' '); }
    std::string_view view() const { return {m_text.data(), m_size}; }

private:
    std::string m_text;
    std::size_t m_size;
};

} // namespace kdiag::kube
