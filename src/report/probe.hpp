// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.hpp"
#include "probe/report.hpp"
#include "report/render.hpp"

#include <string>

namespace kdiag::report {

/// Takes out what looks like a credential in what programs and servers said. Once, before anything is printed.
void redact_probe(probe::Report& report);

/// Where and how: the lines above everything else.
std::string render_probe_header(const probe::Report& report, const TextOptions& options);
/// The declared probes with what became of them; `now` is for ages.
std::string render_replays(const probe::Report& report, Timestamp now, const TextOptions& options);
/// One round of steps: the first in full, later ones in a line.
std::string render_round(const probe::Report& report, std::size_t round, const TextOptions& options);
/// What several rounds or probes come to; the line at the end.
std::string render_probe_summary(const probe::Report& report, const TextOptions& options);

/// The document of docs/probe.schema.json.
data::Value probe_as_value(const probe::Report& report);

} // namespace kdiag::report
