// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collect/memory_limit.hpp"
#include "collect/source.hpp"
#include "kube/codec/decode.hpp"
#include "kube/codec/decode_protobuf.hpp"
#include "kube/codec/list_splitter.hpp"
#include "util/hash_set.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::collect {

/// Takes objects in JSON or protobuf and puts those that are wanted into SnapshotParts. One object that cannot be decoded is a partial gap; the
/// rest goes on. Beyond a memory limit objects are only counted, and a gap says how many.
class ObjectSink {
public:
    ObjectSink(facts::SnapshotParts& parts, kube::ResourceSet resources, facts::Scope scope, MemoryLimit* memory = nullptr);

    /// A JSON object of a known resource; `where` says in messages where it came from. The padding of ItemSplitter is needed.
    void add(kube::Resource resource, std::string_view json, std::string_view where) { add(resource, kube::WireFormat::json, json, where); }
    void add(kube::Resource resource, kube::WireFormat format, std::string_view bytes, std::string_view where);
    /// Something without a type: a gap when it is broken, else nothing of Kubernetes and not missed.
    void add_untyped(std::string_view json, std::string_view where);
    std::size_t objects() const { return m_tally.objects; }
    /// Of these the ones that could not be read.
    std::size_t broken() const { return m_tally.broken; }

private:
    /// How many objects were given, and what became of those that are not in the parts.
    struct Tally {
        std::size_t objects = 0, broken = 0;
        std::vector<std::size_t> broken_gaps;  ///< where in the gaps the first broken ones are
        std::optional<std::size_t> others_gap; ///< where the line is that counts the others
        std::array<std::size_t, kube::k_resource_count> given{}, left_out{}, limit_gap{};
    };

public:
    /// What was given since the last cut, without the texts, which stay in the pool of the sink's parts.
    struct Piece {
        facts::ObjectVectors objects;
        std::vector<kube::Pod> other_pods;
        std::vector<facts::Gap> gaps;
        kube::ResourceSet read;
        Tally tally;
    };
    /// Takes everything out of the parts, for another sink to `append`: pieces may be decoded in several threads and appended in one.
    Piece cut();
    /// The same as if all that the piece holds had been added here. The pool of its texts has to outlive the parts.
    void append(Piece piece);

private:
    template <class T> void add_as(kube::WireFormat format, std::string_view bytes, std::string_view where);
    template <class T> void add_broken(kube::WireFormat format, std::string_view bytes, std::string_view where, const std::string& message);
    template <class T> bool is_new(const T& object);
    void add_gap(kube::Resource resource, const std::string& what, std::string_view namespace_name, std::string_view where, const std::string& message);
    void add_broken_gap(facts::Gap gap);
    void count_other_broken(std::size_t count, kube::Resource resource);
    void note_limit(kube::Resource resource);

    facts::SnapshotParts& m_parts;
    kube::ResourceSet m_resources;
    facts::Scope m_scope;
    kube::Decoder m_decoder;
    kube::ProtobufDecoder m_protobuf_decoder;
    MemoryLimit* m_memory;
    HashSet m_seen;
    Tally m_tally;
};

} // namespace kdiag::collect
