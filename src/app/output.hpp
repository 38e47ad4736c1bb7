// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/environment.hpp"
#include "report/render.hpp"
#include "report/report.hpp"
#include "util/result.hpp"

#include <optional>
#include <string>

namespace kdiag::app {

enum class Format { text, wide, json, jsonl, yaml };

struct OutputOptions {
    Format format = Format::text;
    std::string color = "auto"; ///< auto, always or never
    bool ascii = false;
    bool quiet = false;
};

/// `-o` of diagnose and describe; an unknown word is a usage error with the nearest ones.
Result<Format> parse_format(const std::string& word);

/// How text is laid out on standard output, from flags, variables and the terminal.
report::TextOptions text_options(const OutputOptions& options, const Environment& environment);

/// Prints a report in a format to standard output.
void print_report(const report::Report& report, Format format, const report::TextOptions& text, Environment& environment);

/// The one place where an error is shown: `error:` with notes and help on standard error, or one JSON line when the output is JSON.
/// `exit_code`: for JSON, where it is another than that of the error's kind.
void print_error(const Error& error, const OutputOptions& options, Environment& environment, std::optional<int> exit_code = {});

} // namespace kdiag::app
