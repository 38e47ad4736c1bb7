// SPDX-License-Identifier: Apache-2.0
#include "report/describe/kinds.hpp"

#include "report/describe/event_words.hpp"
#include "report/redact.hpp"
#include "rules/common/container_view.hpp"
#include "rules/common/probe_text.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

using rules::ContainerRole;
using rules::ContainerView;

std::string end_words(const kube::StateTerminated& end) {
    std::string text = end.signal > 0 ? format("signal {}", end.signal) : format("{}", end.exit_code);
    if (!end.reason.empty() && end.reason != "Completed") text += format(" {}", end.reason);
    if (end.started_at && end.finished_at) text += format(", {}", to_age(end.finished_at - end.started_at));
    return text;
}

std::string state_words(const ContainerView& view, Timestamp now) {
    if (view.status == nullptr) return "not reported yet";
    const auto& state = view.status->state;
    if (state.running) return format("running {}", to_age(now - state.running->started_at));
    if (state.terminated && view.role == ContainerRole::init && state.terminated->exit_code == 0)
        return format("done in {}", to_age(state.terminated->finished_at - state.terminated->started_at));
    if (state.terminated) return format("ended {} ago", to_age(now - state.terminated->finished_at));
    if (!state.waiting || state.waiting->reason.empty()) return "waiting";
    if (state.waiting->reason == "CrashLoopBackOff") return "crash loop";
    if (state.waiting->reason == "PodInitializing") return "waits for init";
    if (state.waiting->reason == "ContainerCreating") return "being created";
    return format("waiting: {}", state.waiting->reason);
}

std::string last_exit(const ContainerView& view) {
    const auto* end = view.last_end();
    return end == nullptr ? "-" : end_words(*end);
}

std::string request_and_limit(const kube::ResourceRequirements& resources, kube::Text name) {
    const auto request = kube::value_of(resources.requests, name), limit = kube::value_of(resources.limits, name);
    if (request.empty() && limit.empty()) return "-";
    return format("{}/{}", request.empty() ? "-" : request, limit.empty() ? "-" : limit);
}

std::vector<std::string> row_of(const ContainerView& view, std::string_view role, Timestamp now) {
    const bool has_readiness = view.role != ContainerRole::init && role != " (debug)";
    return {format("{}{}", view.spec->name, role),
            state_words(view, now),
            !has_readiness ? "-" : view.status != nullptr && view.status->ready ? "yes" : "no",
            view.status != nullptr ? std::to_string(view.status->restart_count) : "-",
            request_and_limit(view.spec->resources, "cpu"),
            request_and_limit(view.spec->resources, "memory"),
            last_exit(view)};
}

DescribeSection container_table(const kube::Pod& pod, const std::vector<ContainerView>& views, Timestamp now) {
    DescribeSection section{.table = {.rows = {{"CONTAINER", "STATE", "READY", "RESTARTS", "CPU", "MEMORY", "LAST-EXIT"}}}};
    for (const auto& view : views)
        section.table.rows.push_back(row_of(view, view.role == ContainerRole::init ? " (init)" : view.role == ContainerRole::sidecar ? " (sidecar)" : "", now));
    for (const auto& spec : pod.spec.ephemeral_containers) {
        ContainerView view{.pod = &pod, .spec = &spec};
        for (const auto& status : pod.status.ephemeral_container_statuses)
            if (status.name == spec.name) view.status = &status;
        section.table.rows.push_back(row_of(view, " (debug)", now));
    }
    return section;
}

/// `, same as the other 2 pods`: whether a bad image is a matter of this pod alone.
std::string compared_with_siblings(const ContainerView& view, const facts::Snapshot& facts) {
    if (view.status == nullptr || view.status->image_id.empty()) return {};
    std::size_t same = 0, other = 0;
    for (const auto* pod : facts.pods_of_workload(facts.top_owner(*view.pod))) {
        if (pod == view.pod) continue;
        for (const auto& status : pod->status.container_statuses)
            if (status.name == view.spec->name && !status.image_id.empty()) ++(status.image_id == view.status->image_id ? same : other);
    }
    if (other > 0) return format(" ({} of this workload run another image)", counted(other, "pod"));
    return same == 0 ? std::string() : same == 1 ? " (same as the other pod)" : format(" (same as the other {} pods)", same);
}

/// `back-off 40s restarting failed container=...`
std::string next_start(const ContainerView& view, Timestamp now) {
    const auto wait = parse_duration(between(view.waiting_message(), "back-off ", " "));
    const auto* end = view.last_end();
    if (!wait || end == nullptr || !end->finished_at) return {};
    const Duration left = end->finished_at + *wait - now;
    return left > Duration{} ? format("next start in {}, after a back-off of {}", to_age(left), to_age(*wait)) : format("next start is due, after a back-off of {}", to_age(*wait));
}

void add_probe(const ContainerView& view, const kube::Probe* probe, std::string_view kind, std::string_view consequence, const DescribeInput& input, std::vector<DescribeLine>& lines) {
    if (probe == nullptr) return;
    lines.push_back({to_lower(kind), rules::probe_sentence(*probe, consequence)});
    const kube::Event* failure = nullptr;
    for (const auto* event : input.facts.events_of(*view.pod))
        if (event->reason == "Unhealthy" && rules::concerns(*event, view) && event->message.starts_with(kind)) failure = event;
    if (failure == nullptr) return;
    const std::string first = to_age(input.now - failure->first_seen()), last = to_age(input.now - failure->last_seen());
    const bool is_over = view.status != nullptr && view.status->ready;
    std::string when = failure->count() > 1 ? format("{} {}, last {} ago", is_over ? "failed" : "failing since", is_over ? counted(static_cast<std::size_t>(failure->count()), "time") : first, last)
                                            : format("failed {} ago", last);
    if (failure->count() > 1 && !is_over) when += format(", {} times", failure->count());
    lines.push_back({"", format("{}: {}", when, short_probe_failure(failure->message))});
}

DescribeSection container_notes(const ContainerView& view, const DescribeInput& input, Verdict state) {
    DescribeSection section{.title = std::string(view.spec->name), .nested = true};
    section.lines.push_back({"image", format("{}{}", view.spec->image, state == Verdict::healthy ? "" : compared_with_siblings(view, input.facts))});
    if (view.waiting_reason() == "CrashLoopBackOff") {
        if (auto words = next_start(view, input.now); !words.empty()) section.lines.push_back({"waits", std::move(words)});
    } else if (!view.waiting_message().empty()) {
        section.lines.push_back({"waits", std::string(view.waiting_message())});
    }
    if (const auto* end = view.last_end(); end != nullptr && !trim(end->message).empty()) section.lines.push_back({"said", std::string(trim(end->message))});
    add_probe(view, view.spec->startup_probe.get(), "Startup", "restart", input, section.lines);
    add_probe(view, view.spec->readiness_probe.get(), "Readiness", "out", input, section.lines);
    add_probe(view, view.spec->liveness_probe.get(), "Liveness", "restart", input, section.lines);
    for (auto& line : section.lines) redact_credentials(line.text);
    return section;
}

/// An init container that is done has nothing more to say.
bool is_done(const ContainerView& view) {
    return view.role == ContainerRole::init && view.status != nullptr && view.status->state.terminated && view.status->state.terminated->exit_code == 0;
}

} // namespace

void add_containers(const kube::Pod& pod, const DescribeInput& input, DescribeView& view) {
    const auto containers = rules::containers_of(pod);
    view.add(container_table(pod, containers, input.now));
    for (const auto& container : containers)
        if (!is_done(container)) view.add(container_notes(container, input, view.state));
}

} // namespace kdiag::report
