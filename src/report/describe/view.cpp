// SPDX-License-Identifier: Apache-2.0
#include "report/describe/kinds.hpp"

#include "report/describe/relations.hpp"
#include "report/redact.hpp"
#include "util/format.hpp"

#include <algorithm>
#include <array>

namespace kdiag::report {

namespace {

struct KindScreen {
    std::string_view kind;
    bool (*describe)(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
};
constexpr std::array k_screens = {
    KindScreen{kube::Pod::k_kind, describe_pod},
    KindScreen{kube::Deployment::k_kind, describe_deployment},
    KindScreen{kube::ReplicaSet::k_kind, describe_replica_set},
    KindScreen{kube::StatefulSet::k_kind, describe_stateful_set},
    KindScreen{kube::DaemonSet::k_kind, describe_daemon_set},
    KindScreen{kube::Job::k_kind, describe_job},
    KindScreen{kube::CronJob::k_kind, describe_cron_job},
    KindScreen{kube::Service::k_kind, describe_service},
    KindScreen{kube::Ingress::k_kind, describe_ingress},
    KindScreen{kube::Node::k_kind, describe_node},
    KindScreen{kube::PersistentVolumeClaim::k_kind, describe_claim},
    KindScreen{kube::Namespace::k_kind, describe_namespace},
    KindScreen{kube::ConfigMap::k_kind, describe_config_map},
    KindScreen{kube::Secret::k_kind, describe_secret},
};

/// Adds what the rules found, and says how bad the worst of it is.
rules::Severity add_problems(const DescribeInput& input, DescribeView& view) {
    auto worst = rules::Severity::info;
    for (const auto& finding : input.outcome.findings) {
        if (!is_about(finding, view.object) || finding.severity < rules::Severity::warning) continue;
        std::string title = finding.title;
        redact_credentials(title);
        view.problems.emplace_back(std::move(title), finding.rule->id);
        worst = std::max(worst, finding.severity);
    }
    return worst;
}

/// The screen of a kind; a kind of this name in another group has none.
const KindScreen* screen_of(const kube::ObjectRef& object) {
    if (!object.api_version.empty() && kube::find_by_kind(kube::group_of(object.api_version), object.kind) == nullptr) return nullptr;
    for (const auto& screen : k_screens)
        if (screen.kind == object.kind) return &screen;
    return nullptr;
}

void add_unseen(const DescribeInput& input, DescribeView& view) {
    for (const auto& skipped : input.outcome.skipped)
        if (std::find(view.unseen.begin(), view.unseen.end(), skipped.gap.detail) == view.unseen.end()) view.unseen.push_back(skipped.gap.detail);
}

} // namespace

bool is_told_by_snapshot(const kube::ObjectRef& object) {
    return screen_of(object) != nullptr;
}

bool is_about(const rules::Finding& finding, const kube::ObjectRef& object) {
    const std::string key = object.key();
    if (finding.subject.key() == key || finding.owner.key() == key || finding.shared.key() == key) return true;
    return std::any_of(finding.affected.begin(), finding.affected.end(), [&](const auto& ref) { return ref.key() == key; });
}

void DescribeView::fact(std::string label, std::string text) {
    if (!text.empty()) facts.emplace_back(std::move(label), std::move(text));
}

void DescribeView::add(DescribeSection section) {
    if (section.table.has_rows() || !section.lines.empty()) sections.push_back(std::move(section));
}

DescribeView make_describe_view(const kube::ObjectRef& object, const DescribeInput& input) {
    DescribeView view{.object = object, .now = input.now};
    const auto worst = add_problems(input, view);
    const auto* screen = screen_of(object);
    const bool has_screen = screen != nullptr && screen->describe(object, input, view);
    if (!has_screen) describe_by_conditions(input, view);
    if (worst >= rules::Severity::warning && view.state == Verdict::healthy) view.state = has_screen || worst == rules::Severity::warning ? Verdict::degraded : Verdict::failing;
    if (const auto deleted = parse_rfc3339(input.raw.at("metadata", "deletionTimestamp").as_string())) {
        std::vector<std::string> finalizers;
        for (const auto& finalizer : input.raw.at("metadata", "finalizers").as_array()) finalizers.emplace_back(finalizer.as_string());
        view.fact("Deleted", format("{} ago{}", to_age(std::max(input.now - *deleted, Duration{})), finalizers.empty() ? "" : ", waits for " + comma_list(finalizers)));
    }
    add_conditions(input, view);
    add_document(input, view, has_screen);
    add_events(object, input, view);
    add_unseen(input, view);
    if (view.state != Verdict::healthy) view.next.emplace_back(diagnose_command(object, input.recording), "cause and fix");
    return view;
}

} // namespace kdiag::report
