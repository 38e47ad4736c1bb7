// SPDX-License-Identifier: Apache-2.0
#include "app/output.hpp"

#include "data/json.hpp"
#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/suggest.hpp"

#include <array>

namespace kdiag::app {

namespace {

struct FormatName {
    const char* word;
    Format format;
};
constexpr std::array k_formats = {FormatName{"text", Format::text}, FormatName{"wide", Format::wide}, FormatName{"json", Format::json},
                                  FormatName{"jsonl", Format::jsonl}, FormatName{"yaml", Format::yaml}};

void print_error_json(const Error& error, int exit_code, std::ostream& out) {
    auto value = data::Value::object();
    value.set("apiVersion", "kdiag.dev/v1").set("kind", "Error");
    value.set("exitCode", exit_code).set("reason", to_string(error.kind)).set("message", error.message);
    const auto list = [](const std::vector<std::string>& lines) {
        auto array = data::Value::array();
        for (const auto& line : lines) array.push_back(line);
        return array;
    };
    value.set("notes", list(error.notes)).set("help", list(error.help));
    out << data::to_json(value) << '\n';
}

} // namespace

Result<Format> parse_format(const std::string& word) {
    std::vector<std::string> words;
    for (const auto& [name, format] : k_formats) {
        if (word == name) return format;
        words.emplace_back(name);
    }
    Error error{.kind = ErrorKind::usage, .message = format("unknown output format `{}`", word)};
    if (word.starts_with("go-template"))
        error.help.push_back("kdiag has no Go templates: use -o json and jq");
    else if (const auto near = nearest(word, words, 1); !near.empty())
        error.help.push_back(format("did you mean `{}`?", near.front()));
    error.help.push_back("formats: text, wide, json, jsonl, yaml");
    return error;
}

report::TextOptions text_options(const OutputOptions& options, const Environment& environment) {
    const Terminal terminal = inspect_terminal({.color = options.color, .ascii = options.ascii, .is_terminal = environment.stdout_is_terminal,
                                                .columns = environment.terminal_columns}, environment.variable);
    report::TextOptions text;
    text.width = terminal.width;
    text.color = terminal.color;
    text.ascii = terminal.ascii;
    return text;
}

void print_report(const report::Report& report, Format format, const report::TextOptions& text, Environment& environment) {
    switch (format) {
    case Format::text: environment.out << report::render_text(report, text); break;
    case Format::wide: environment.out << report::render_wide(report, text); break;
    case Format::json: report::write_json(report, environment.out); break;
    case Format::jsonl: report::write_jsonl(report, environment.out); break;
    case Format::yaml: environment.out << report::render_yaml(report); break;
    }
    environment.out.flush();
}

void print_error(const Error& error, const OutputOptions& options, Environment& environment, std::optional<int> exit_code) {
    if (options.format == Format::json || options.format == Format::jsonl) {
        print_error_json(error, exit_code.value_or(static_cast<int>(exit_code_of(error.kind))), environment.err);
        return;
    }
    environment.err << "error: " << sanitize_line(error.message) << '\n';
    for (const auto& note : error.notes) environment.err << "  = note: " << sanitize_line(note) << '\n';
    for (const auto& help : error.help) environment.err << "  = help: " << sanitize_line(help) << '\n';
    environment.err.flush();
}

} // namespace kdiag::app
