// SPDX-License-Identifier: Apache-2.0
#include "report/describe/describe.hpp"

namespace kdiag::report {

namespace {

using data::Value;

Value section_value(const DescribeSection& section) {
    auto value = Value::object();
    if (!section.title.empty()) value.set("title", section.title);
    if (section.table.has_rows()) {
        auto rows = Value::array();
        for (const auto& row : section.table.rows) {
            auto cells = Value::array();
            for (const auto& cell : row) cells.push_back(cell);
            rows.push_back(std::move(cells));
        }
        value.set("rows", std::move(rows));
    }
    if (!section.lines.empty()) {
        auto lines = Value::array();
        for (const auto& line : section.lines) {
            auto entry = Value::object();
            if (!line.label.empty()) entry.set("label", line.label);
            lines.push_back(entry.set("text", line.text));
        }
        value.set("lines", std::move(lines));
    }
    return value;
}

Value timeline_value(const std::vector<TimelineEntry>& timeline) {
    auto list = Value::array();
    for (const auto& entry : timeline) {
        auto item = Value::object();
        item.set("first", to_rfc3339(entry.first)).set("last", to_rfc3339(entry.last)).set("count", entry.count).set("subject", entry.subject).set("text", entry.text);
        list.push_back(item.set("warning", entry.warning));
    }
    return list;
}

} // namespace

Value describe_as_value(const DescribeView& view) {
    auto value = Value::object();
    value.set("kind", view.object.kind).set("name", view.object.name);
    if (!view.object.namespace_name.empty()) value.set("namespace", view.object.namespace_name);
    value.set("state", to_string(view.state)).set("verdict", view.verdict);
    auto problems = Value::array();
    for (const auto& [title, rule] : view.problems) {
        auto problem = Value::object();
        problem.set("title", title);
        if (!rule.empty()) problem.set("rule", rule);
        problems.push_back(std::move(problem));
    }
    auto facts = Value::object();
    for (const auto& [name, text] : view.facts) facts.set(name, text);
    auto sections = Value::array();
    for (const auto& section : view.sections) sections.push_back(section_value(section));
    auto next = Value::array();
    for (const auto& [command, why] : view.next) next.push_back(Value::object().set("command", command).set("text", why));
    value.set("problems", std::move(problems)).set("facts", std::move(facts)).set("sections", std::move(sections));
    return value.set("timeline", timeline_value(view.timeline)).set("next", std::move(next));
}

} // namespace kdiag::report
