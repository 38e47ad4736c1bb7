// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/codec/field.hpp"
#include "util/result.hpp"
#include "util/text_pool.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace kdiag::kube {

/// Fills the same structs as Decoder from protobuf messages, through the same field tables and with the same result: what the API server
/// writes as the zero of an omitted JSON field is absence here too. Keep one for many objects. Unknown fields are skipped without a
/// look at what is in them; a value of the wrong wire type is a decode error that says where.
class ProtobufDecoder {
public:
    explicit ProtobufDecoder(TextPool& pool);
    ~ProtobufDecoder();
    ProtobufDecoder(const ProtobufDecoder&) = delete;
    ProtobufDecoder& operator=(const ProtobufDecoder&) = delete;

    /// One object: a message without an envelope, as the items of lists are.
    template <class T> Result<T> decode(std::string_view message) {
        T object;
        KD_TRY(fill(&object, type_of<T>(), message));
        return object;
    }

private:
    struct Impl;
    Status fill(void* object, const StructType& type, std::string_view message);
    std::unique_ptr<Impl> m_impl;
};

/// A text at a path of field numbers of any message, or empty.
std::string protobuf_text_at(std::string_view message, std::initializer_list<std::uint32_t> path);

} // namespace kdiag::kube
