// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collect/files.hpp"
#include "report/describe/describe.hpp"
#include "report/render.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::test {

/// A recording with what the rules say of it, as the commands see it.
class Recorded {
public:
    /// `missing` resources stand as forbidden.
    explicit Recorded(const std::string& path, kube::ResourceSet missing = {});

    report::Report report(rules::Severity floor = rules::Severity::info) const;
    /// `what` is `Kind/name`.
    report::DescribeView view(std::string_view what, std::vector<data::Value> beside = {}) const;
    std::string describe_beside(std::string_view what, std::vector<data::Value> beside) const;
    std::string describe(std::string_view what, const report::TextOptions& options, bool full = false) const;

private:
    std::unique_ptr<collect::Source> m_source;
    std::string m_path;
    facts::Snapshot m_facts;
    rules::Outcome m_outcome;
    Timestamp m_now;
};

/// Lines that are wider than a screen, but for commands, which are there to be copied.
std::string lines_wider_than(std::size_t width, std::string_view screen);

} // namespace kdiag::test
