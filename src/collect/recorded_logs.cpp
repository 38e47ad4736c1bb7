// SPDX-License-Identifier: Apache-2.0
#include "collect/recorded_logs.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace kdiag::collect {

namespace {

constexpr std::size_t k_most_bytes = 64 * 1024;

/// The end of a stream, without holding the rest.
Result<std::string> read_tail(ByteReader& reader) {
    std::string tail;
    std::array<char, 64 * 1024> buffer{};
    for (;;) {
        KD_TRY_ASSIGN(const auto got, reader.read(buffer.data(), buffer.size()));
        if (got == 0) return tail;
        tail.append(buffer.data(), got);
        if (tail.size() > 2 * k_most_bytes) tail.erase(0, tail.size() - k_most_bytes);
    }
}

/// Whether a path ends with these folders and file; parts that say nothing about the log may stand before them.
bool path_ends(std::string_view path, const std::string& end) {
    return path.ends_with(end) && (path.size() == end.size() || path[path.size() - end.size() - 1] == '/');
}

/// How each kind of recording calls the log of a container.
std::vector<std::string> names_of(const facts::LogTarget& t, bool previous) {
    if (previous)
        return {format("{}/{}.previous.log", t.pod, t.container), format("{0}/pods/{1}/{2}/{2}/logs/previous.log", t.namespace_name, t.pod, t.container),
                format("{}/{}/{}-previous.log", t.namespace_name, t.pod, t.container), format("{}/{}-previous.log", t.pod, t.container)};
    return {format("{}/{}.log", t.pod, t.container), format("{0}/pods/{1}/{2}/{2}/logs/current.log", t.namespace_name, t.pod, t.container)};
}

/// The part of a `cluster-info dump` logs.txt that is one container's.
std::string_view dumped_log(std::string_view text, const facts::LogTarget& target) {
    const auto start = format("==== START logs for container {} of pod {}/{} ====\n", target.container, target.namespace_name, target.pod);
    const auto end = format("==== END logs for container {} of pod {}/{} ====", target.container, target.namespace_name, target.pod);
    return between(text, start, end);
}

class LogFinder {
public:
    LogFinder(const std::vector<facts::LogTarget>& targets, std::size_t lines) : m_targets(targets), m_lines(lines) {}

    Status look(const std::string& path, ByteReader& content) {
        for (const auto& target : m_targets) {
            for (const bool previous : {true, false}) {
                const auto names = names_of(target, previous);
                if (std::none_of(names.begin(), names.end(), [&](const std::string& name) { return path_ends(path, name); })) continue;
                KD_TRY_ASSIGN(const auto text, read_tail(content));
                put(target, previous, text);
                return {};
            }
        }
        if (path.ends_with("/logs.txt")) KD_TRY(look_in_dump(path, content));
        return {};
    }

    std::vector<facts::ContainerLog> take() { return std::move(m_logs); }

private:
    Status look_in_dump(const std::string& path, ByteReader& content) {
        std::string text;
        for (const auto& target : m_targets) {
            if (!path_ends(path, format("{}/{}/logs.txt", target.namespace_name, target.pod))) continue;
            if (text.empty()) {
                KD_TRY_ASSIGN(text, read_all(content, 64u << 20));
            }
            put(target, false, dumped_log(text, target));
        }
        return {};
    }

    void put(const facts::LogTarget& target, bool previous, std::string_view text) {
        if (trim(text).empty()) return;
        m_logs.push_back({.namespace_name = target.namespace_name, .pod = target.pod, .container = target.container, .previous = previous,
                          .text = last_lines(text, m_lines)});
    }

    const std::vector<facts::LogTarget>& m_targets;
    std::size_t m_lines;
    std::vector<facts::ContainerLog> m_logs;
};

/// `NAME.logs` beside `NAME.json`.
std::string folder_beside(const std::string& path) {
    return std::filesystem::path(path).replace_extension(".logs").string();
}

} // namespace

std::string last_lines(std::string_view text, std::size_t lines) {
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    std::size_t at = text.size();
    for (std::size_t count = 0; at > 0; --at)
        if (text[at - 1] == '\n' && ++count == lines) break;
    auto last = text.substr(at);
    if (last.size() > k_most_bytes) {
        last.remove_prefix(last.size() - k_most_bytes);
        last.remove_prefix(std::min(last.find('\n') + 1, last.size())); // npos + 1 is 0: one endless line is cut
    }
    return std::string(last);
}

Result<std::vector<facts::ContainerLog>> read_recorded_logs(const Recording& recording, const std::vector<facts::LogTarget>& targets, std::size_t lines) {
    LogFinder finder(targets, lines);
    if (targets.empty()) return finder.take();
    if (recording.is_single_file()) {
        std::error_code error;
        const auto folder = folder_beside(recording.path());
        if (!std::filesystem::is_directory(folder, error)) return finder.take();
        KD_TRY_ASSIGN(const auto logs, Recording::open(folder));
        KD_TRY(logs.each_file([&](const std::string& path, ByteReader& content) { return finder.look(path, content); }));
        return finder.take();
    }
    KD_TRY(recording.each_file([&](const std::string& path, ByteReader& content) { return finder.look(path, content); }));
    return finder.take();
}

} // namespace kdiag::collect
