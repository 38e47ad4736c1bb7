// SPDX-License-Identifier: Apache-2.0
#include "config/files.hpp"

#include "util/format.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace kdiag::config {

namespace {
constexpr std::size_t k_most_bytes = 16u << 20;
}

Result<std::string> read_small_file(const std::string& path, const std::string& what) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return Error{.kind = ErrorKind::config, .message = format("{} {} is a folder", what, path)};
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    if (!in) return Error{.kind = ErrorKind::config, .message = format("cannot read {} {}: {}", what, path, std::generic_category().message(errno))};
    std::string text;
    std::array<char, 16 * 1024> block;
    while (text.size() <= k_most_bytes && (in.read(block.data(), block.size()) || in.gcount() > 0)) text.append(block.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > k_most_bytes) return Error{.kind = ErrorKind::config, .message = format("{} {} is larger than 16 MiB", what, path)};
    return text;
}

bool file_exists(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

std::string resolve_path(const std::string& path, const std::string& folder) {
    if (path.empty()) return path;
    return (std::filesystem::path(folder) / path).lexically_normal().string();
}

} // namespace kdiag::config
