// SPDX-License-Identifier: Apache-2.0
#include "collect/recording.hpp"

#include "collect/tar_reader.hpp"
#include "util/format.hpp"

#include <algorithm>
#include <filesystem>
#include <unistd.h>
#include <vector>

namespace kdiag::collect {

namespace {

namespace fs = std::filesystem;

bool is_gzip(std::string_view start) {
    return start.size() >= 2 && start[0] == '\x1f' && start[1] == '\x8b';
}

std::string without_suffix(const std::string& name, std::string_view suffix) {
    return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name;
}

} // namespace

Recording::Recording(Recording&& other) noexcept
    : m_path(std::move(other.m_path)), m_folder(other.m_folder), m_single(other.m_single), m_descriptor(std::exchange(other.m_descriptor, -1)) {}

Recording::~Recording() {
    if (m_descriptor >= 0) close(m_descriptor);
}

Result<Recording> Recording::open(const std::string& path) {
    Recording recording(path);
    if (path == "-") {
        KD_TRY_ASSIGN(recording.m_descriptor, spool_standard_input());
        return recording;
    }
    std::error_code error;
    recording.m_folder = fs::is_directory(path, error);
    recording.m_single = !recording.m_folder;
    if (!recording.m_folder) KD_TRY(open_file(path));
    return recording;
}

Status Recording::each_in(ByteReader& reader, const std::string& name, const TakeFile& take) const {
    KD_TRY_ASSIGN(auto start, read_up_to(reader, 512));
    const bool gzip = is_gzip(start);
    const bool tar = is_tar(start);
    const auto whole = with_prefix(std::move(start), reader);
    if (gzip) {
        const auto plain = gunzip(*whole);
        return each_in(*plain, without_suffix(without_suffix(name, ".gz"), ".tgz"), take);
    }
    if (!tar) return take(name, *whole);
    if (!m_folder) m_single = false; // a folder is none already, and is read by several threads
    return each_tar_entry(*whole, [&](const std::string& entry, ByteReader& content) -> Status {
        if (!entry.ends_with(".gz")) return take(entry, content);
        const auto plain = gunzip(content);
        return take(without_suffix(entry, ".gz"), *plain);
    });
}

Status Recording::look_into(ByteReader& reader, const std::string& path, const TakeFile& take, const TakeBroken& broken) const {
    auto read = each_in(reader, path, take);
    if (read || !broken) return read;
    broken(path, read.error());
    return {};
}

Status Recording::open_and_look(const std::string& path, const TakeFile& take, const TakeBroken& broken) const {
    auto reader = open_file(path);
    if (reader) return look_into(**reader, path, take, broken);
    if (!broken || !m_folder) return reader.error();
    broken(path, reader.error());
    return {};
}

Status Recording::each_file(const TakeFile& take, const TakeBroken& broken) const {
    if (m_descriptor >= 0) return look_into(*read_descriptor(m_descriptor), "standard input", take, broken);
    if (!m_folder) return open_and_look(m_path, take, broken);
    KD_TRY_ASSIGN(const auto all, entries());
    return each_of(all, take, broken);
}

Status Recording::each_of(std::span<const Entry> some, const TakeFile& take, const TakeBroken& broken) const {
    for (const auto& entry : some) KD_TRY(open_and_look(entry.path, take, broken));
    return {};
}

Result<std::vector<Recording::Entry>> Recording::entries() const {
    std::vector<Entry> entries;
    if (!m_folder) return entries;
    std::error_code error;
    for (auto at = fs::recursive_directory_iterator(m_path, fs::directory_options::skip_permission_denied, error); !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        std::error_code ignored;
        if (!at->is_regular_file(ignored) || at->is_symlink(ignored)) continue;
        const auto size = at->file_size(ignored);
        entries.push_back({.path = at->path().string(), .size = ignored ? 0 : size});
    }
    if (error) return Error{.kind = ErrorKind::config, .message = format("cannot read the folder {}: {}", m_path, error.message())};
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.path < b.path; });
    return entries;
}

} // namespace kdiag::collect
