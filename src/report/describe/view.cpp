// SPDX-License-Identifier: Apache-2.0
#include "report/describe/describe.hpp"

#include "report/redact.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

bool is_about(const rules::Finding& finding, const kube::ObjectRef& object) {
    const std::string key = object.key();
    if (finding.subject.key() == key || finding.owner.key() == key || finding.shared.key() == key) return true;
    return std::any_of(finding.affected.begin(), finding.affected.end(), [&](const auto& ref) { return ref.key() == key; });
}

void add_problems(const DescribeInput& input, DescribeView& view) {
    for (const auto& finding : input.findings) {
        if (!is_about(finding, view.object) || finding.severity < rules::Severity::warning) continue;
        std::string title = finding.title;
        redact_credentials(title);
        view.problems.emplace_back(std::move(title), finding.rule->id);
        view.works = false;
    }
}

void add_conditions(const DescribeInput& input, DescribeView& view) {
    DescribeSection unmet{.title = "Conditions that are not as they should be"}, all{.title = "Conditions", .full_only = true};
    for (const auto& condition : input.raw.at("status", "conditions").as_array()) {
        const auto type = condition["type"].as_string(), status = condition["status"].as_string(), reason = condition["reason"].as_string();
        const auto changed = parse_rfc3339(condition["lastTransitionTime"].as_string());
        std::string line = format("{:<24} {:<7} {}", type, status, changed ? to_age(input.now - *changed) : "");
        if (!reason.empty()) line += format("  {}", reason);
        if (const auto message = condition["message"].as_string(); !message.empty()) line += format(": {}", message);
        all.lines.push_back(line);
        const bool bad_when_true = contains(type, "Pressure") || contains(type, "Unavailable") || type == "Failed" || type == "ReplicaFailure" || type == "FailureTarget";
        if ((status != "True") != bad_when_true && reason != "PodCompleted" && !(bad_when_true && status != "True")) unmet.lines.push_back(line);
    }
    if (!unmet.lines.empty()) view.sections.push_back(std::move(unmet));
    if (!all.lines.empty()) view.sections.push_back(std::move(all));
}

bool describe_by_kind(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto& facts = input.facts;
    if (object.kind == kube::Pod::k_kind) {
        const auto* pod = facts.find<kube::Pod>(object.namespace_name, object.name);
        if (pod != nullptr) describe_pod(*pod, input, view);
        return pod != nullptr;
    }
    if (object.kind == kube::Service::k_kind) {
        const auto* service = facts.find<kube::Service>(object.namespace_name, object.name);
        if (service != nullptr) describe_service(*service, input, view);
        return service != nullptr;
    }
    if (object.kind == kube::Node::k_kind) {
        const auto* node = facts.find<kube::Node>({}, object.name);
        if (node != nullptr) describe_node(*node, input, view);
        return node != nullptr;
    }
    if (object.kind == kube::PersistentVolumeClaim::k_kind) {
        const auto* claim = facts.find<kube::PersistentVolumeClaim>(object.namespace_name, object.name);
        if (claim != nullptr) describe_claim(*claim, input, view);
        return claim != nullptr;
    }
    for (const auto kind : {kube::Deployment::k_kind, kube::ReplicaSet::k_kind, kube::StatefulSet::k_kind, kube::DaemonSet::k_kind, kube::Job::k_kind, kube::CronJob::k_kind})
        if (object.kind == kind) {
            describe_workload(object, input, view);
            return true;
        }
    return false;
}

} // namespace

DescribeView make_describe_view(const kube::ObjectRef& object, const DescribeInput& input) {
    DescribeView view{.object = object, .now = input.now};
    add_problems(input, view);
    const bool has_screen = describe_by_kind(object, input, view);
    if (view.verdict.empty()) view.verdict = view.works ? format("{} has no problem that is known", object.display()) : format("{} has a problem", object.display());
    add_conditions(input, view);
    describe_raw(input, view, has_screen);
    view.timeline = make_timeline(object, input);
    if (!view.works) view.next.emplace_back(format("kdiag diagnose {}/{}{}", to_lower(object.kind), shell_quote(object.name), object.namespace_name.empty() ? "" : " -n " + shell_quote(object.namespace_name)), "cause and fix");
    return view;
}

data::Value describe_as_value(const DescribeView& view) {
    auto value = data::Value::object();
    value.set("kind", view.object.kind).set("name", view.object.name);
    if (!view.object.namespace_name.empty()) value.set("namespace", view.object.namespace_name);
    value.set("works", view.works).set("verdict", view.verdict);
    auto facts = data::Value::object();
    for (const auto& [name, text] : view.facts) facts.set(name, text);
    value.set("facts", std::move(facts));
    auto sections = data::Value::array();
    for (const auto& section : view.sections) {
        auto entry = data::Value::object();
        auto lines = data::Value::array();
        for (const auto& line : section.lines) lines.push_back(line);
        auto rows = data::Value::array();
        for (const auto& row : section.table.rows) {
            auto cells = data::Value::array();
            for (const auto& cell : row) cells.push_back(cell);
            rows.push_back(std::move(cells));
        }
        entry.set("title", section.title).set("lines", std::move(lines)).set("rows", std::move(rows));
        sections.push_back(std::move(entry));
    }
    value.set("sections", std::move(sections));
    auto timeline = data::Value::array();
    for (const auto& entry : view.timeline) {
        auto item = data::Value::object();
        item.set("first", to_rfc3339(entry.first)).set("last", to_rfc3339(entry.last)).set("count", entry.count).set("subject", entry.subject).set("text", entry.text).set("warning", entry.warning);
        timeline.push_back(std::move(item));
    }
    value.set("timeline", std::move(timeline));
    return value;
}

} // namespace kdiag::report
