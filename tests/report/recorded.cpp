// SPDX-License-Identifier: Apache-2.0
#include "recorded.hpp"

#include "../support/fixture.hpp"
#include "rules/select.hpp"
#include "util/strings.hpp"
#include "util/text_width.hpp"

#include <doctest/doctest.h>

namespace kdiag::test {

namespace {

std::unique_ptr<collect::Source> open(const std::string& path) {
    auto source = collect::open_files(path);
    if (!source) FAIL(path << ": " << source.error().message);
    return *std::move(source);
}

rules::Outcome diagnose(const facts::Snapshot& facts) {
    const auto rules = rules::select_rules({}, {});
    if (!rules) FAIL(rules.error().message);
    return rules::diagnose(facts, *rules, facts.newest_time());
}

} // namespace

Recorded::Recorded(const std::string& path, kube::ResourceSet missing)
    : m_source(open(path)), m_path(path), m_facts(snapshot_of(path, missing)), m_outcome(diagnose(m_facts)), m_now(m_facts.newest_time()) {}

report::Report Recorded::report(rules::Severity floor) const {
    report::Run run{.started_at = m_now, .now = m_now, .namespaces = {"shop"}, .floor = floor};
    auto report = report::make_report(run, m_outcome, m_facts);
    report.source = "files";
    report.path = m_path;
    return report;
}

report::DescribeView Recorded::view(std::string_view what, std::vector<data::Value> beside) const {
    const auto slash = what.find('/');
    const auto type = m_source->resolve(to_lower(what.substr(0, slash)));
    if (!type) FAIL(type.error().message);
    const std::string namespace_name = !type->namespaced ? "" : contains(m_path, "shop") ? "shop" : "clinic";
    const auto raw = m_source->object(*type, namespace_name, what.substr(slash + 1));
    if (!raw) FAIL(raw.error().message);
    kube::ObjectRef ref;
    ref.api_version = type->api_version();
    ref.kind = type->kind;
    ref.namespace_name = namespace_name;
    ref.name = what.substr(slash + 1);
    ref.uid = raw->at("metadata", "uid").as_string();
    return report::make_describe_view(ref, {.facts = m_facts, .outcome = m_outcome, .raw = *raw, .now = m_now, .recording = m_path, .beside = std::move(beside)});
}

std::string Recorded::describe(std::string_view what, const report::TextOptions& options, bool full) const {
    return report::render_describe(view(what), options, full);
}

std::string Recorded::describe_beside(std::string_view what, std::vector<data::Value> beside) const {
    return report::render_describe(view(what, std::move(beside)), {}, false);
}

std::string lines_wider_than(std::size_t width, std::string_view screen) {
    std::string wide;
    for (const auto line : split(screen, '\n')) {
        const auto text = trim(line);
        const bool is_command = text.starts_with("kubectl ") || text.starts_with("kdiag ") || text.starts_with("next: ") || text.starts_with("fix first");
        if (!is_command && display_width(line) > width) (wide += line) += '\n';
    }
    return wide;
}

} // namespace kdiag::test
