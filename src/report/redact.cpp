// SPDX-License-Identifier: Apache-2.0
#include "report/redact.hpp"

#include "util/regex.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>

namespace kdiag::report {

namespace {

struct Pattern {
    Regex regex;
    std::size_t group; ///< the credential's
    std::string_view sign = {}; ///< in every match, where there is such a thing: looked for first, and most texts have none
};

const std::array<Pattern, 11>& patterns() {
    static const std::array<Pattern, 11> list = {{
        {Regex(R"re((?:password|passwd|passphrase|pwd|secret|token|credentials?|(?:api|access|account|secret|private|signing|encryption)[_-]?key)\s*[=:]\s*["']?([^\s"',;&)]{3,}))re"), 1},
        // A quoted name wants a quoted value: `volume "db-secret" : secret "db" not found` is the kubelet's.
        {Regex(R"re((?:password|passwd|passphrase|pwd|secret|token|credentials?|(?:api|access|account|secret|private|signing|encryption)[_-]?key)["']\s*[=:]\s*["']([^"']{3,}))re"), 1},
        {Regex(R"re(--[a-z-]*(?:password|passwd|token|secret|api-?key)\s+["']?([^\s"'-][^\s"']{2,}))re"), 1, "--"},
        {Regex(R"re(\bauthorization["']?\s*[=:]\s*["']?(?:basic\s+|bearer\s+|token\s+)?([A-Za-z0-9._~+/=-]{8,}))re"), 1},
        {Regex(R"re(\bbearer\s+([A-Za-z0-9._~+/=-]{8,}))re"), 1},
        {Regex(R"re(\b(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*))re", false), 1, "eyJ"},
        {Regex(R"re(\b((?:AKIA|ASIA)[A-Z0-9]{16})\b)re", false), 1, "IA"},
        {Regex(R"re(\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[baprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9_-]{20,}))re", false), 1},
        {Regex(R"re([a-z][a-z0-9+.-]*://[^\s/:@]*:([^\s/@]+)@)re"), 1, "://"},
        {Regex(R"re((-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|$)))re", false), 1, "-----BEGIN "},
        {Regex(R"re(\b([a-z0-9_]+:\$(?:2[aby]|apr1|5|6)\$[^\s"']{10,}))re"), 1, ":$"},
    }};
    return list;
}

constexpr std::string_view k_mark = "[redacted]";

/// Parsers complain about an `unexpected token: x`, which is no credential and says what is wrong.
bool is_word_of_a_parser(std::string_view before) {
    for (const std::string_view word : {"unexpected ", "invalid ", "illegal ", "bad "})
        if (before.size() >= word.size() && contains_ignoring_case(before.substr(before.size() - word.size()), word)) return true;
    return false;
}

/// The end of a name as it is with `_`, `-` and `.` left out.
constexpr std::array<std::string_view, 16> k_credential_names = {"password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "accesskey", "secretkey", "privatekey",
                                                                 "accountkey", "signingkey", "encryptionkey", "credential", "credentials", "connectionstring"};

bool names_credential(std::string_view name) {
    std::string plain;
    for (const char c : to_lower(name))
        if (c != '_' && c != '-' && c != '.') plain += c;
    return std::any_of(k_credential_names.begin(), k_credential_names.end(), [&](std::string_view end) { return plain.ends_with(end); });
}

} // namespace

bool redact_credentials(std::string& text) {
    bool redacted = false;
    for (const auto& pattern : patterns()) {
        if (!contains(text, pattern.sign)) continue;
        std::size_t from = 0;
        for (int guard = 0; guard < 100 && from < text.size(); ++guard) {
            const auto groups = pattern.regex.groups(std::string_view(text).substr(from));
            if (groups.empty()) break;
            const auto credential = groups[pattern.group];
            const auto at = static_cast<std::size_t>(credential.data() - text.data());
            const auto start = static_cast<std::size_t>(groups[0].data() - text.data());
            if (credential.starts_with(k_mark) || is_word_of_a_parser(std::string_view(text).substr(0, start))) {
                from = at + credential.size();
                continue;
            }
            text.replace(at, credential.size(), k_mark);
            from = at + k_mark.size();
            redacted = true;
        }
    }
    return redacted;
}

bool redact_named(std::string_view name, std::string& value) {
    if (!names_credential(name)) return redact_credentials(value);
    if (value.empty() || value == k_mark) return false;
    value = k_mark;
    return true;
}

void redact_document(data::Value& document) {
    if (document.is_array()) {
        for (auto& item : document.make_array()) {
            if (item.is_string()) {
                std::string text(item.as_string());
                if (redact_credentials(text)) item = std::move(text);
            } else {
                redact_document(item);
            }
        }
        return;
    }
    if (!document.is_object()) return;
    const std::string variable(document["name"].as_string()); // `value` is the text of the variable whose name stands beside it
    for (auto& [key, value] : document.make_object()) {
        if (!value.is_string()) {
            redact_document(value);
            continue;
        }
        std::string text(value.as_string());
        if (redact_named(key == "value" && !variable.empty() ? std::string_view(variable) : key, text)) value = std::move(text);
    }
}

} // namespace kdiag::report
