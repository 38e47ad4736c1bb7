// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collect/source.hpp"
#include "kube/codec/decode.hpp"
#include "kube/codec/decode_protobuf.hpp"
#include "kube/codec/list_splitter.hpp"

#include <string>
#include <string_view>
#include <unordered_set>

namespace kdiag::collect {

/// Takes objects in JSON or protobuf and puts those that are wanted into SnapshotParts. One object that cannot be decoded is a partial gap; the
/// rest goes on.
class ObjectSink {
public:
    ObjectSink(facts::SnapshotParts& parts, kube::ResourceSet resources, facts::Scope scope);

    /// A JSON object of a known resource; `where` says in messages where it came from. The padding of ItemSplitter is needed.
    void add(kube::Resource resource, std::string_view json, std::string_view where) { add(resource, kube::WireFormat::json, json, where); }
    void add(kube::Resource resource, kube::WireFormat format, std::string_view bytes, std::string_view where);
    /// Something without a type: a gap when it is broken, else nothing of Kubernetes and not missed.
    void add_untyped(std::string_view json, std::string_view where);
    std::size_t objects() const { return m_objects; }
    /// Of these the ones that could not be read.
    std::size_t broken() const { return m_broken; }

private:
    template <class T> void add_as(kube::WireFormat format, std::string_view bytes, std::string_view where);
    template <class T> void add_broken(kube::WireFormat format, std::string_view bytes, std::string_view where, const std::string& message);
    template <class T> bool is_new(const T& object);
    void add_gap(kube::Resource resource, const std::string& what, std::string_view namespace_name, std::string_view where, const std::string& message);

    facts::SnapshotParts& m_parts;
    kube::ResourceSet m_resources;
    facts::Scope m_scope;
    kube::Decoder m_decoder;
    kube::ProtobufDecoder m_protobuf_decoder;
    std::unordered_set<std::size_t> m_seen;
    std::size_t m_objects = 0, m_broken = 0;
};

} // namespace kdiag::collect
