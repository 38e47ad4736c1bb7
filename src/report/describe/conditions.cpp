// SPDX-License-Identifier: Apache-2.0
#include "report/describe/kinds.hpp"

#include "report/redact.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>

namespace kdiag::report {

namespace {

/// Conditions that are good news when they are not true. Kinds and controllers are free to add more.
constexpr std::array<std::string_view, 16> k_bad_when_true = {"Failed", "FailureTarget", "ReplicaFailure", "DisruptionTarget", "Stalled", "Reconciling", "Degraded",
                                                              "Suspended", "PodResizePending", "NamespaceDeletionDiscoveryFailure",
                                                              "NamespaceDeletionGroupVersionParsingFailure", "NamespaceDeletionContentFailure",
                                                              "NamespaceContentRemaining", "NamespaceFinalizersRemaining", "ScalingLimited", "NonStructuralSchema"};

struct ConditionText {
    std::string type, status, reason, message;
    std::string age; ///< empty: unknown
    bool alarming = false;
};

bool is_alarming(std::string_view kind, const ConditionText& condition) {
    const std::string_view type = condition.type;
    // A node's own conditions, and those that the node problem detector adds, all mean trouble but Ready.
    const bool bad_when_true = (kind == kube::Node::k_kind && type != "Ready") || contains(type, "Pressure") || contains(type, "Unavailable") ||
                               std::find(k_bad_when_true.begin(), k_bad_when_true.end(), type) != k_bad_when_true.end();
    if (bad_when_true) return condition.status != "False";
    if (condition.reason == "PodCompleted" || type == "Unused" || type == "PodResizeInProgress") return false;
    return condition.status != "True";
}

std::vector<ConditionText> conditions_of(const DescribeInput& input) {
    std::vector<ConditionText> list;
    for (const auto& condition : input.raw.at("status", "conditions").as_array()) {
        ConditionText text{.type = std::string(condition["type"].as_string()), .status = std::string(condition["status"].as_string()),
                           .reason = std::string(condition["reason"].as_string()), .message = std::string(condition["message"].as_string())};
        redact_credentials(text.message);
        if (const auto changed = parse_rfc3339(condition["lastTransitionTime"].as_string())) text.age = to_age(input.now - *changed);
        text.alarming = is_alarming(input.raw["kind"].as_string(), text);
        list.push_back(std::move(text));
    }
    return list;
}

std::string reason_and_message(const ConditionText& condition) {
    if (condition.reason.empty() || condition.message.empty()) return condition.reason.empty() ? condition.message : condition.reason;
    return format("{}: {}", condition.reason, condition.message);
}

DescribeSection unmet_section(const std::vector<ConditionText>& conditions) {
    DescribeSection section;
    std::size_t width = 0;
    bool none_is_true = true;
    for (const auto& condition : conditions)
        if (condition.alarming) {
            width = std::max(width, condition.type.size());
            none_is_true = none_is_true && condition.status != "True";
        }
    section.title = none_is_true ? "Conditions that are not true" : "Conditions that are not as they should be";
    std::string before;
    for (const auto& condition : conditions) {
        if (!condition.alarming) continue;
        std::string text = reason_and_message(condition);
        const bool same = !text.empty() && text == before;
        before = text;
        section.lines.push_back({format("{:<{}}  {} {}", condition.type, width, condition.status, condition.age), same ? "same reason" : std::move(text)});
    }
    return section;
}

} // namespace

void add_conditions(const DescribeInput& input, DescribeView& view) {
    const auto conditions = conditions_of(input);
    auto unmet = unmet_section(conditions);
    unmet.brief_only = true;
    view.add(std::move(unmet));
    DescribeSection all{.title = "Conditions", .table = {.rows = {{"TYPE", "STATUS", "AGE", "REASON", "MESSAGE"}}, .prose = true}, .full_only = true};
    for (const auto& condition : conditions)
        all.table.rows.push_back({condition.type, condition.status, condition.age.empty() ? "<unknown>" : condition.age, condition.reason.empty() ? "-" : condition.reason, condition.message});
    view.add(std::move(all));
}

void describe_by_conditions(const DescribeInput& input, DescribeView& view) {
    const std::string name = view.object.display();
    const auto& metadata = input.raw["metadata"];
    if (const auto created = parse_rfc3339(metadata["creationTimestamp"].as_string())) view.fact("Age", to_age(input.now - *created));
    for (const auto& owner : metadata["ownerReferences"].as_array()) view.fact("Owner", format("{}/{}", owner["kind"].as_string(), owner["name"].as_string()));
    const auto conditions = conditions_of(input);
    const auto find = [&](std::string_view type) -> const ConditionText* {
        for (const auto& condition : conditions)
            if (condition.type == type) return &condition;
        return nullptr;
    };
    // The convention of kstatus: Ready, or Available, sums a custom resource up; Stalled is for good.
    for (const std::string_view type : {"Stalled", "Ready", "Available", "Established", "Accepted"}) {
        const auto* condition = find(type);
        if (condition == nullptr || (type == "Stalled" && condition->status != "True")) continue;
        const bool good = !condition->alarming;
        view.state = good ? Verdict::healthy : condition->status == "Unknown" ? Verdict::degraded : Verdict::failing;
        view.verdict = type == "Stalled" ? format("{} is stalled: {}", name, condition->reason)
                                         : format("{} is {}{}{}{}", name, good ? "" : "not ", to_lower(type), good || condition->reason.empty() ? "" : ": ", good ? "" : condition->reason);
        return;
    }
    if (input.raw["kind"].is_null()) {
        view.state = Verdict::unknown;
        view.verdict = format("{} could not be read", name);
        return;
    }
    view.verdict = view.problems.empty() ? format("{} has no known problem", name) : format("{} has {}", name, counted(view.problems.size(), "problem"));
}

} // namespace kdiag::report
