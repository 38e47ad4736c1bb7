// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collect/byte_reader.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace kdiag::collect {

/// One file of a recording: its path as the recording names it, and its bytes.
using TakeFile = std::function<Status(const std::string& path, ByteReader& content)>;

/// A file or archive that cannot be read, or only in part.
using TakeBroken = std::function<void(const std::string& path, const Error& error)>;

/// A file, folder or archive after --from.
class Recording {
public:
    /// `-` reads standard input to its end now.
    static Result<Recording> open(const std::string& path);
    Recording(Recording&& other) noexcept;
    Recording& operator=(Recording&&) = delete;
    ~Recording();

    /// Every regular file, sorted by path (an archive in its own order); a single file is the only one. gzip is undone. What is broken is
    /// told, and the others go on; without `broken` it ends the reading.
    Status each_file(const TakeFile& take, const TakeBroken& broken = {}) const;

    /// A file of a folder.
    struct Entry {
        std::string path;
        std::uint64_t size = 0;
    };
    /// The regular files of a folder, sorted by path; none of anything else.
    Result<std::vector<Entry>> entries() const;
    /// As `each_file`, for some of the entries. Several threads may read.
    Status each_of(std::span<const Entry> entries, const TakeFile& take, const TakeBroken& broken = {}) const;
    const std::string& path() const { return m_path; }
    bool is_single_file() const { return m_single; }

private:
    explicit Recording(std::string path) : m_path(std::move(path)) {}
    Status each_in(ByteReader& reader, const std::string& name, const TakeFile& take) const;
    Status look_into(ByteReader& reader, const std::string& path, const TakeFile& take, const TakeBroken& broken) const;
    Status open_and_look(const std::string& path, const TakeFile& take, const TakeBroken& broken) const;

    std::string m_path;
    bool m_folder = false;
    mutable bool m_single = true;
    int m_descriptor = -1;
};

} // namespace kdiag::collect
