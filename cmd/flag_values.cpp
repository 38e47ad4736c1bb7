// SPDX-License-Identifier: Apache-2.0
#include "flag_values.hpp"

#include "kube/quantity.hpp"
#include "util/format.hpp"
#include "util/suggest.hpp"

#include <array>

namespace kdiag::cmd {

namespace {

Error bad_value(const std::string& flag, const std::string& word, std::string help) {
    return {.kind = ErrorKind::usage, .message = format("{} does not take `{}`", flag, word), .help = {std::move(help)}};
}

} // namespace

Result<rules::Severity> parse_severity(const std::string& flag, const std::string& word) {
    using rules::Severity;
    const std::array severities = {Severity::critical, Severity::error, Severity::warning, Severity::info};
    std::vector<std::string> words;
    for (const Severity severity : severities) {
        if (word == to_string(severity)) return severity;
        words.emplace_back(to_string(severity));
    }
    if (flag == "--fail-on") words.emplace_back("never");
    if (const auto near = nearest(word, words, 1); !near.empty()) return bad_value(flag, word, format("did you mean `{}`?", near.front()));
    return bad_value(flag, word, format("it takes {}", join(words, ", ")));
}

Result<Duration> parse_duration_flag(const std::string& flag, const std::string& word) {
    if (const auto duration = parse_duration(word)) return *duration;
    return bad_value(flag, word, "a duration is written as in 30s, 2m or 1h30m");
}

Result<Timestamp> parse_time_flag(const std::string& flag, const std::string& word) {
    if (const auto time = parse_rfc3339(word)) return *time;
    return bad_value(flag, word, "a time is written as in 2026-09-14T12:06:02Z");
}

Result<std::uint64_t> parse_size_flag(const std::string& flag, const std::string& word) {
    constexpr std::int64_t least = 16; // MiB: what the program takes before it has read anything, and a bit
    const auto thousandths = kube::parse_quantity(word);
    if (!thousandths) return bad_value(flag, word, "a size is written as in 64Mi, 512Mi or 1Gi");
    if (*thousandths / 1000 < least << 20) return bad_value(flag, word, format("kdiag itself takes nearly {0}Mi: use {0}Mi or more", least));
    return static_cast<std::uint64_t>(*thousandths / 1000);
}

Result<bool> parse_logs(const std::string& word) {
    if (word == "auto") return true;
    if (word == "never") return false;
    return bad_value("--logs", word, "it takes auto or never");
}

Result<app::OutputOptions> output_options(const GlobalFlags& flags, const std::string& format_word) {
    app::OutputOptions output;
    KD_TRY_ASSIGN(output.format, app::parse_format(format_word));
    if (flags.color != "auto" && flags.color != "always" && flags.color != "never") return bad_value("--color", flags.color, "it takes auto, always or never");
    output.color = flags.color;
    output.ascii = flags.ascii;
    output.quiet = flags.quiet;
    return output;
}

Result<app::ConnectOptions> connect_options(const GlobalFlags& flags) {
    app::ConnectOptions connect;
    connect.from = flags.from;
    connect.namespace_name = flags.namespace_name;
    connect.overrides = flags.overrides;
    if (!flags.request_timeout.empty()) {
        KD_TRY_ASSIGN(connect.overrides.request_timeout, parse_duration_flag("--request-timeout", flags.request_timeout));
    }
    for (const char* prefix : {"namespaces/", "namespace/", "ns/"}) // kubectl takes -n ns/x
        if (connect.namespace_name.starts_with(prefix)) connect.namespace_name.erase(0, std::string_view(prefix).size());
    return connect;
}

} // namespace kdiag::cmd
