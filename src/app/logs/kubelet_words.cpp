// SPDX-License-Identifier: Apache-2.0
#include "app/logs/kubelet_words.hpp"

#include "util/strings.hpp"

#include <algorithm>
#include <array>

namespace kdiag::app {

namespace {

constexpr std::array<std::string_view, 11> k_beginnings = {"unable to retrieve container logs for ", "failed to try resolving symlinks in path ", "failed to open log file ", "failed to tail ",
                                                           "failed to seek ", "failed to read log file ", "failed to reset seek in log file ", "failed to create fsnotify watcher: ",
                                                           "failed to watch directory ", "failed to watch file ", "failed to get parse function: "};

} // namespace

bool is_kubelet_failure(std::string_view text) {
    if (text.size() > k_longest_kubelet_words) return false;
    const bool begins = std::any_of(k_beginnings.begin(), k_beginnings.end(), [&](std::string_view beginning) { return text.starts_with(beginning); });
    // An application may say as much of files of its own.
    return begins && (contains(text, "://") || contains(text, "/var/log/") || contains(text, "fsnotify") || contains(text, "unsupported log format"));
}

} // namespace kdiag::app
