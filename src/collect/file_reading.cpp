// SPDX-License-Identifier: Apache-2.0
#include "collect/file_reading.hpp"

#include "collect/object_sink.hpp"
#include "util/format.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <thread>
#include <utility>

namespace kdiag::collect {

namespace {

/// What one thread takes at a time: small enough to share the work, large enough not to notice that it is shared.
constexpr std::uint64_t k_batch_bytes = 1u << 20;

using Batch = std::span<const Recording::Entry>;

/// Puts what files hold into the parts of one thread.
class FileDecoder {
public:
    FileDecoder(const Recording& recording, const ReadRequest& request, MemoryLimit& memory, facts::SnapshotParts& parts)
        : m_recording(recording), m_request(request), m_parts(parts), m_sink(parts, request.resources, request.scope, &memory) {}

    Status read_all() {
        return m_recording.each_file(taker(), m_events.on_broken);
    }
    Status read(Batch batch) {
        return m_recording.each_of(batch, taker(), m_events.on_broken);
    }
    ObjectSink& sink() { return m_sink; }
    std::size_t files() const { return m_files; }
    std::size_t foreign() const { return m_foreign; }

private:
    TakeFile taker() {
        return [this](const std::string& path, ByteReader& content) -> Status {
            if (read_objects(path, content, m_events, m_request.interrupted)) ++m_files;
            return {};
        };
    }

    void take(const std::string& path, const RecordedObject& object) {
        const auto* info = kube::find_by_kind(kube::group_of(object.api_version), object.kind);
        const std::string_view where = m_recording.is_single_file() ? std::string_view() : std::string_view(path);
        if (info != nullptr)
            m_sink.add(info->resource, object.json, where);
        else if (object.kind.empty())
            m_sink.add_untyped(object.json, where);
        else
            ++m_foreign;
    }
    void take_list(const std::string& api_version, const std::string& kind) {
        const auto* info = kube::find_by_kind(kube::group_of(api_version), kind);
        if (info != nullptr && m_request.resources.has(info->resource)) m_parts.read.add(info->resource);
    }
    void take_broken(const std::string& path, const Error& error) {
        m_parts.gaps.push_back({.resource = kube::Resource::pods, .reason = facts::GapReason::error,
                                .detail = error.message.starts_with(path) ? error.message : format("{}: {}", path, error.message), .partial = true});
    }

    const Recording& m_recording;
    const ReadRequest& m_request;
    facts::SnapshotParts& m_parts;
    ObjectSink m_sink;
    std::size_t m_files = 0, m_foreign = 0;
    FileEvents m_events{.on_object = [this](const std::string& path, const RecordedObject& object) { take(path, object); },
                        .on_list = [this](const std::string& api_version, const std::string& kind) { take_list(api_version, kind); },
                        .on_broken = [this](const std::string& path, const Error& error) { take_broken(path, error); }};
};

std::vector<Batch> batches_of(const std::vector<Recording::Entry>& entries) {
    std::vector<Batch> batches;
    std::uint64_t size = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        size += entries[i].size;
        if (size < k_batch_bytes && i + 1 < entries.size()) continue;
        batches.push_back(Batch(entries).subspan(begin, i + 1 - begin));
        begin = i + 1;
        size = 0;
    }
    return batches;
}

/// Takes batches as long as there are any, each into a piece of its own.
class Worker {
public:
    Worker(const Recording& recording, const ReadRequest& request, MemoryLimit& memory) : m_decoder(recording, request, memory, m_parts) {}

    void run(const std::vector<Batch>& batches, std::vector<ObjectSink::Piece>& pieces, std::atomic<std::size_t>& next) {
        try {
            for (std::size_t i = next++; i < batches.size(); i = next++) {
                if (const auto read = m_decoder.read(batches[i]); !read) m_error = read.error();
                pieces[i] = m_decoder.sink().cut();
            }
        } catch (...) { // out of memory: thrown again where there is somebody who catches
            m_exception = std::current_exception();
            next = batches.size();
        }
    }
    Status status() const {
        if (m_exception) std::rethrow_exception(m_exception);
        return m_error ? Status(*m_error) : Status{};
    }
    const FileDecoder& decoder() const { return m_decoder; }
    TextPool take_pool() { return std::move(m_parts.pool); }

private:
    facts::SnapshotParts m_parts;
    FileDecoder m_decoder;
    std::optional<Error> m_error;
    std::exception_ptr m_exception;
};

Result<FilesRead> read_side_by_side(const Recording& recording, const ReadRequest& request, MemoryLimit& memory, const std::vector<Batch>& batches, std::size_t threads,
                                    facts::SnapshotParts& parts) {
    std::vector<std::unique_ptr<Worker>> workers;
    for (std::size_t i = 0; i < threads; ++i) workers.push_back(std::make_unique<Worker>(recording, request, memory));
    std::vector<ObjectSink::Piece> pieces(batches.size());
    std::atomic<std::size_t> next = 0;
    {
        std::vector<std::jthread> others;
        try {
            for (std::size_t i = 1; i < threads; ++i) others.emplace_back([&, i] { workers[i]->run(batches, pieces, next); });
        } catch (const std::system_error&) { // no more threads are to be had, and fewer do as well
        }
        workers.front()->run(batches, pieces, next);
    }
    FilesRead result;
    for (const auto& worker : workers) {
        KD_TRY(worker->status());
        result.files += worker->decoder().files();
        result.foreign += worker->decoder().foreign();
    }
    ObjectSink sink(parts, request.resources, request.scope, &memory);
    for (auto& piece : pieces) sink.append(std::exchange(piece, {}));
    for (const auto& worker : workers) parts.pool.adopt(worker->take_pool());
    result.objects = sink.objects();
    result.broken = sink.broken();
    return result;
}

} // namespace

bool read_objects(const std::string& path, ByteReader& content, const FileEvents& events, const std::atomic<bool>* interrupted) {
    if (interrupted != nullptr && interrupted->load()) return false;
    const auto broken = [&](const Error& error) {
        if (events.on_broken) events.on_broken(path, error);
    };
    auto start = read_up_to(content, 4096);
    if (!start) {
        broken(start.error());
        return false;
    }
    const auto form = form_of(path, *start);
    if (form == FileForm::other) return false;
    const auto whole = with_prefix(std::move(*start), content);
    const auto read = each_object(*unless(interrupted, *whole), form, path,
                                  {.on_object = [&](const RecordedObject& object) { events.on_object(path, object); }, .on_list = events.on_list});
    if (!read) broken(read.error());
    return true;
}

Result<FilesRead> read_files(const Recording& recording, const ReadRequest& request, MemoryLimit& memory, facts::SnapshotParts& parts) {
    KD_TRY_ASSIGN(const auto entries, recording.entries());
    const auto batches = batches_of(entries);
    const std::size_t threads = std::min({request.concurrency, std::size_t{std::max(1u, std::thread::hardware_concurrency())}, batches.size()});
    if (threads > 1) return read_side_by_side(recording, request, memory, batches, threads, parts);
    FileDecoder decoder(recording, request, memory, parts);
    KD_TRY(decoder.read_all());
    return FilesRead{.files = decoder.files(), .foreign = decoder.foreign(), .objects = decoder.sink().objects(), .broken = decoder.sink().broken()};
}

} // namespace kdiag::collect
