// SPDX-License-Identifier: Apache-2.0
#include "report/redact.hpp"

#include "util/regex.hpp"
#include "util/strings.hpp"

#include <array>

namespace kdiag::report {

namespace {

struct Pattern {
    Regex regex;
    std::size_t group; ///< the credential's
};

const std::array<Pattern, 6>& patterns() {
    static const std::array<Pattern, 6> list = {{
        {Regex(R"re(\b(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key)["']?\s*[=:]\s*["']?([^\s"',;&)]{3,}))re"), 1},
        {Regex(R"re(\bbearer\s+([A-Za-z0-9._~+/=-]{8,}))re"), 1},
        {Regex(R"re(\b(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*))re", false), 1},
        {Regex(R"re(\b((?:AKIA|ASIA)[A-Z0-9]{16})\b)re", false), 1},
        {Regex(R"re(\b(gh[pousr]_[A-Za-z0-9]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[baprs]-[A-Za-z0-9-]{10,}))re", false), 1},
        {Regex(R"re([a-z][a-z0-9+.-]*://[^\s/:@]*:([^\s/@]+)@)re"), 1},
    }};
    return list;
}

constexpr std::string_view k_mark = "[redacted]";

} // namespace

bool redact_credentials(std::string& text) {
    bool redacted = false;
    for (const auto& pattern : patterns()) {
        std::size_t from = 0;
        for (int guard = 0; guard < 100 && from < text.size(); ++guard) {
            const auto groups = pattern.regex.groups(std::string_view(text).substr(from));
            if (groups.empty()) break;
            const auto credential = groups[pattern.group];
            const auto at = static_cast<std::size_t>(credential.data() - text.data());
            const std::size_t size = credential.size();
            if (credential == k_mark) {
                from = at + size;
                continue;
            }
            text.replace(at, size, k_mark);
            from = at + k_mark.size();
            redacted = true;
        }
    }
    return redacted;
}

} // namespace kdiag::report
