// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collect/memory_limit.hpp"
#include "collect/recorded_objects.hpp"
#include "collect/recording.hpp"
#include "collect/source.hpp"

#include <atomic>
#include <functional>
#include <string>

namespace kdiag::collect {

/// Every object of a file, and what of a file is broken.
struct FileEvents {
    std::function<void(const std::string& path, const RecordedObject& object)> on_object;
    std::function<void(const std::string& api_version, const std::string& kind)> on_list = {};
    TakeBroken on_broken = {};
};

/// Tells the objects of one file, if it holds any. True: it is a file of objects.
bool read_objects(const std::string& path, ByteReader& content, const FileEvents& events, const std::atomic<bool>* interrupted);

/// What the files of a recording hold. A folder's files are decoded by up to `request.concurrency` threads, but no more than there are
/// processors; the result is the same with any number of them.
struct FilesRead {
    std::size_t files = 0, foreign = 0; ///< files of objects; objects of kinds that are not in the table
    std::size_t objects = 0, broken = 0;
};
Result<FilesRead> read_files(const Recording& recording, const ReadRequest& request, MemoryLimit& memory, facts::SnapshotParts& parts);

} // namespace kdiag::collect
