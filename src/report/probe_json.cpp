// SPDX-License-Identifier: Apache-2.0
#include "report/probe.hpp"

namespace kdiag::report {

namespace {

using data::Value;

template <class List, class Make> Value list_of(const List& list, Make make) {
    auto array = Value::array();
    for (const auto& entry : list) array.push_back(make(entry));
    return array;
}

Value text_value(const std::string& text) {
    return text;
}

void set_text(Value& object, std::string_view key, const std::string& text) {
    if (!text.empty()) object.set(key, text);
}

double milliseconds(probe::Microseconds time) {
    return static_cast<double>(time.count) / 1000;
}

Value settings_value(const probe::Settings& settings) {
    auto value = Value::object();
    value.set("initialDelaySeconds", settings.initial_delay).set("timeoutSeconds", settings.timeout).set("periodSeconds", settings.period);
    value.set("successThreshold", settings.success_threshold).set("failureThreshold", settings.failure_threshold);
    return value;
}

Value outcome_value(const probe::Outcome& outcome) {
    auto value = Value::object();
    value.set("result", to_string(outcome.verdict)).set("tookMs", milliseconds(outcome.took)).set("timedOut", outcome.timed_out);
    set_text(value, "message", outcome.message);
    return value;
}

Value word_value(const probe::KubeletWord& word) {
    auto value = Value::object();
    value.set("message", word.message).set("count", word.count);
    if (word.first) value.set("firstSeen", to_rfc3339(word.first));
    if (word.last) value.set("lastSeen", to_rfc3339(word.last));
    return value;
}

Value advice_value(const probe::Advice& advice) {
    auto value = Value::object();
    set_text(value, "rule", advice.rule);
    value.set("text", advice.text);
    set_text(value, "help", advice.help);
    return value;
}

Value replay_value(const probe::Replay& replay) {
    auto value = Value::object();
    value.set("container", replay.probe.container).set("sidecar", replay.probe.sidecar).set("kind", to_string(replay.probe.kind)).set("target", replay.target);
    value.set("settings", settings_value(replay.probe.settings)).set("result", to_string(probe::worst(replay.outcomes)));
    value.set("attempts", list_of(replay.outcomes, outcome_value));
    set_text(value, "way", replay.way);
    set_text(value, "consequence", replay.consequence);
    set_text(value, "idle", replay.idle);
    value.set("kubelet", list_of(replay.kubelet, word_value)).set("advice", list_of(replay.advice, advice_value)).set("notes", list_of(replay.notes, text_value));
    return value;
}

std::string_view word_for(probe::StepState state) {
    return state == probe::StepState::good ? "good" : state == probe::StepState::failed ? "failed" : "notTried";
}

Value step_value(const probe::Step& step) {
    auto value = Value::object();
    value.set("name", step.name).set("state", word_for(step.state));
    set_text(value, "text", step.text);
    if (step.timed) value.set("tookMs", milliseconds(step.took));
    value.set("notes", list_of(step.notes, text_value));
    return value;
}

Value round_value(const probe::Round& round) {
    auto value = Value::object();
    value.set("at", to_rfc3339(round.at)).set("good", round.good()).set("steps", list_of(round.steps, step_value));
    return value;
}

Value behind_value(const probe::Behind& behind) {
    auto value = Value::object();
    value.set("rule", behind.rule).set("title", behind.title).set("object", behind.object);
    set_text(value, "cause", behind.cause);
    return value;
}

} // namespace

data::Value probe_as_value(const probe::Report& report) {
    auto run = Value::object();
    run.set("target", report.target).set("startedAt", to_rfc3339(report.started_at)).set("durationMs", report.duration_ms).set("exitCode", report.exit_code);
    auto value = Value::object();
    value.set("apiVersion", "kdiag.dev/v1").set("kind", "ProbeReport").set("run", std::move(run));
    set_text(value, "context", report.context);
    set_text(value, "namespace", report.namespace_name);
    set_text(value, "object", report.object);
    set_text(value, "from", report.from);
    set_text(value, "way", report.way);
    value.set("good", probe::exit_code_of(report) == 0);
    value.set("probes", list_of(report.replays, replay_value)).set("rounds", list_of(report.rounds, round_value)).set("behind", list_of(report.behind, behind_value));
    value.set("notes", list_of(report.notes, text_value));
    return value;
}

} // namespace kdiag::report
