// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.hpp"
#include "report/report.hpp"

#include <ostream>
#include <string>

namespace kdiag::report {

/// How text for people is laid out.
struct TextOptions {
    std::size_t width = 0; ///< columns; 0: no wrapping and no cutting
    bool color = false;
    bool ascii = false;
    std::size_t max_findings = 20; ///< 0: all
    bool show_skipped = false;
};

/// The screen of a diagnosis: verdict, root causes with what follows from them, what to fix first, what was not seen.
std::string render_text(const Report& report, const TextOptions& options);
/// One line a finding, in columns.
std::string render_wide(const Report& report, const TextOptions& options);
/// The document of report.schema.json.
data::Value report_as_value(const Report& report);
/// The same, finding by finding: the whole of a large one is never held.
void write_json(const Report& report, std::ostream& out);
/// One line of JSON for the start, each finding, each gap, and the summary.
void write_jsonl(const Report& report, std::ostream& out);
std::string render_yaml(const Report& report);

} // namespace kdiag::report
