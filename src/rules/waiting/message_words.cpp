// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/message_words.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace kdiag::rules::waiting {

namespace {

/// How wrappers begin; each ends with the next colon and blank outside of quotes.
constexpr std::array<std::string_view, 50> k_wrappers = {
    "Error: ",
    "ErrImagePull: ",
    "(combined from similar events): ",
    "Failed to pull image ",
    "failed to pull image ",
    "failed to pull and unpack image ",
    "Failed to create pod sandbox: ",
    "Failed create pod sandbox: ",
    "Failed to inspect image ",
    "failed to resolve reference ",
    "failed to resolve image",
    "failed to do request: ",
    "failed to copy: ",
    "failed open: ",
    "failed to authorize: ",
    "failed to fetch anonymous token: ",
    "failed to fetch oauth token: ",
    "image pull failed for ",
    "failed to unpack image on snapshotter ",
    "failed to get sandbox image ",
    "failed to start sandbox container task ",
    "failed to create containerd task: ",
    "failed to create shim task: ",
    "failed to create task for container",
    "failed to create containerd container: ",
    "failed to generate container ",
    "failed to generate spec: ",
    "failed to get container spec opts: ",
    "failed to start container ",
    "failed to start sandbox ",
    "failed to generate security options for container ",
    "failed to create sandbox",
    "failed to set up sandbox container ",
    "failed to setup network for sandbox ",
    "Error response from daemon: ",
    "OCI runtime create failed: ",
    "runc create failed: ",
    "container create failed: ",
    "CreateContainer failed: ",
    "httpReadSeeker: failed open: ",
    "httpReaderSeeker: failed open: ",
    "initializing source ",
    "Error initializing source ",
    "pinging container registry ",
    "error pinging docker registry ",
    "pulling image failed: ",
    "Head ",
    "Get ",
    "unable to start container process: ",
    "failed to make sandbox docker config for pod ",
};

/// The place after the next `: ` that stands outside of quotes, or npos.
std::size_t after_colon(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if (text[i] == '"') quoted = !quoted;
        if (!quoted && text[i] == ':' && text[i + 1] == ' ') return i + 2;
    }
    return std::string_view::npos;
}

/// CRI-O adds what its mirrors said before what the registry itself says.
std::string without_mirrors(std::string_view message) {
    constexpr std::string_view k_start = "(Mirrors also failed: [", k_end = "]): ";
    const auto start = message.find(k_start);
    const auto end = start == std::string_view::npos ? start : message.find(k_end, start);
    if (end == std::string_view::npos) return std::string(message);
    return std::string(message.substr(0, start)) + std::string(message.substr(end + k_end.size()));
}

bool is_path_like(std::string_view token) {
    if (token == "i/o" || token.starts_with("username/")) return false;
    return contains(token, "/") || contains(token, "@sha256") || contains(token, "sha256:");
}

std::string without_quoted(std::string_view text) {
    std::string plain;
    bool quoted = false;
    std::size_t opened = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '"') {
            if (!quoted) plain += text[i];
            continue;
        }
        quoted = !quoted;
        opened = i;
    }
    if (quoted) plain += text.substr(opened + 1); // a quote that nobody closes
    return plain;
}

} // namespace

std::string core_of(std::string_view message) {
    const std::string whole = without_mirrors(trim(message));
    std::string_view core = whole;
    for (bool again = true; again;) {
        again = false;
        if (core.starts_with("rpc error: code = ")) {
            const auto at = core.find(" desc = ");
            if (at == std::string_view::npos) break;
            core.remove_prefix(at + 8);
            again = true;
            continue;
        }
        for (const auto wrapper : k_wrappers) {
            if (!core.starts_with(wrapper)) continue;
            const auto at = after_colon(core);
            if (at == std::string_view::npos || trim(core.substr(at)).empty()) break;
            core.remove_prefix(at);
            again = true;
            break;
        }
    }
    core = trim(core);
    if (core.ends_with(": unknown")) core.remove_suffix(9);
    return std::string(core);
}

std::string plain_words(std::string_view message, std::string_view subject) {
    std::string text = without_quoted(without_mirrors(message));
    for (auto at = subject.empty() ? std::string::npos : text.find(subject); at != std::string::npos; at = text.find(subject, at))
        text.erase(at, subject.size());
    std::replace(text.begin(), text.end(), '\n', ' ');
    std::string plain;
    for (const auto token : split(text, ' ')) {
        if (token.empty() || is_path_like(token)) continue;
        if (!plain.empty()) plain += ' ';
        plain += token;
    }
    return to_lower(plain);
}

std::string_view word_after(std::string_view text, std::string_view before, std::string_view after) {
    const auto start = text.find(before);
    if (start == std::string_view::npos) return {};
    const auto rest = text.substr(start + before.size());
    return trim(rest.substr(0, std::min(rest.find(after), rest.find('\n'))));
}

bool contains_any(std::string_view text, std::span<const std::string_view> parts) {
    return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) { return contains(text, part); });
}

std::string one_line(std::string_view text) {
    std::string line(trim(text));
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

std::string bytes_text(std::string_view digits) {
    std::int64_t bytes = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bytes);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::string(digits);
    constexpr std::int64_t k_mebi = 1024 * 1024;
    if (bytes >= k_mebi && bytes % k_mebi == 0) return format("{}Mi", bytes / k_mebi);
    if (bytes >= 1024 && bytes % 1024 == 0) return format("{}Ki", bytes / 1024);
    return format("{} bytes", bytes);
}

} // namespace kdiag::rules::waiting
