// SPDX-License-Identifier: Apache-2.0
#include "data/json_stream.hpp"

#include "data/yaml.hpp"
#include "report/render.hpp"

namespace kdiag::report {

namespace {

using data::Value;

Value texts(const std::vector<std::string>& list) {
    auto array = Value::array();
    for (const auto& text : list) array.push_back(text);
    return array;
}

void set_text(Value& object, std::string_view key, const std::string& text) {
    if (!text.empty()) object.set(key, text);
}
void set_time(Value& object, std::string_view key, Timestamp time) {
    if (time) object.set(key, to_rfc3339(time));
}

Value ref_value(const kube::ObjectRef& ref) {
    auto value = Value::object();
    set_text(value, "apiVersion", ref.api_version);
    value.set("kind", ref.kind);
    set_text(value, "namespace", ref.namespace_name);
    value.set("name", ref.name);
    set_text(value, "uid", ref.uid);
    set_text(value, "container", ref.container);
    return value;
}

Value evidence_value(const rules::Evidence& evidence) {
    auto value = Value::object();
    value.set("type", to_string(evidence.type)).set("text", evidence.text);
    if (!evidence.object.empty()) value.set("object", ref_value(evidence.object));
    set_text(value, "path", evidence.path);
    if (!evidence.value.empty()) value.set("value", evidence.value);
    set_time(value, "time", evidence.time);
    set_time(value, "firstTime", evidence.first_time);
    if (evidence.count > 0) value.set("count", evidence.count);
    if (evidence.redacted) value.set("redacted", true);
    return value;
}

Value affected_value(const rules::Finding& finding) {
    constexpr std::size_t most = 100;
    auto objects = Value::array();
    for (std::size_t i = 0; i < finding.affected.size() && i < most; ++i) objects.push_back(ref_value(finding.affected[i]));
    auto value = Value::object();
    value.set("count", static_cast<std::int64_t>(finding.affected.size()));
    if (finding.affected_total > 0) value.set("total", finding.affected_total);
    value.set("objects", std::move(objects)).set("truncated", finding.affected.size() > most);
    return value;
}

Value finding_value(const rules::Finding& finding) {
    auto rule = Value::object();
    rule.set("id", finding.rule->id).set("name", finding.rule->name).set("category", finding.rule->category);
    auto value = Value::object();
    value.set("id", finding.id).set("rule", std::move(rule));
    value.set("severity", to_string(finding.severity)).set("confidence", to_string(finding.confidence)).set("title", finding.title);
    value.set("subject", ref_value(finding.subject));
    if (!finding.owner.empty()) value.set("owner", ref_value(finding.owner));
    value.set("affected", affected_value(finding));
    set_time(value, "firstSeen", finding.first_seen);
    set_time(value, "lastSeen", finding.last_seen);
    set_text(value, "cause", finding.cause);
    value.set("causedBy", texts(finding.caused_by));
    set_text(value, "impact", finding.impact);
    auto evidence = Value::array();
    for (const auto& entry : finding.evidence) evidence.push_back(evidence_value(entry));
    value.set("evidence", std::move(evidence));
    auto remedies = Value::array();
    for (const auto& remedy : finding.remedies) {
        auto entry = Value::object();
        entry.set("text", remedy.text);
        set_text(entry, "command", remedy.command);
        entry.set("risk", to_string(remedy.risk));
        remedies.push_back(std::move(entry));
    }
    value.set("remedies", std::move(remedies));
    return value;
}

Value skipped_value(const SkippedCheck& skipped) {
    auto value = Value::object();
    value.set("reason", skipped.reason).set("detail", skipped.detail);
    if (!skipped.rules.empty()) value.set("rules", texts(skipped.rules));
    set_text(value, "namespace", skipped.namespace_name);
    if (!skipped.needs_verb.empty()) {
        auto needs = Value::object();
        needs.set("verb", skipped.needs_verb).set("group", skipped.needs_group).set("resource", skipped.needs_resource);
        set_text(needs, "subresource", skipped.needs_subresource);
        value.set("needs", std::move(needs));
    }
    return value;
}

Value head_value(const Report& report) {
    auto tool = Value::object();
    tool.set("name", "kdiag").set("version", KDIAG_VERSION).set("ruleset", "1.0");
    auto run = Value::object();
    run.set("command", report.command).set("startedAt", to_rfc3339(report.started_at)).set("durationMs", report.duration_ms);
    run.set("targets", texts(report.targets)).set("namespaces", texts(report.namespaces));
    set_text(run, "selector", report.selector);
    run.set("failOn", report.fail_on).set("exitCode", report.exit_code);
    auto cluster = Value::object();
    cluster.set("source", report.source);
    set_text(cluster, "context", report.context);
    set_text(cluster, "server", report.server);
    set_text(cluster, "version", report.server_version);
    if (report.source != "live") set_time(cluster, "snapshotTakenAt", report.now);
    auto value = Value::object();
    value.set("apiVersion", "kdiag.dev/v1").set("kind", "Report").set("schemaVersion", "1.0");
    value.set("tool", std::move(tool)).set("run", std::move(run)).set("cluster", std::move(cluster));
    return value;
}

Value summary_value(const Report& report) {
    const auto number = [](std::size_t n) { return static_cast<std::int64_t>(n); };
    auto counts = Value::object();
    counts.set("critical", number(report.counts.critical)).set("error", number(report.counts.error)).set("warning", number(report.counts.warning));
    counts.set("info", number(report.counts.info)).set("suppressed", number(report.counts.suppressed));
    auto summary = Value::object();
    summary.set("verdict", to_string(report.verdict)).set("complete", report.complete).set("headline", report.headline).set("counts", std::move(counts));
    summary.set("rootCauses", texts(report.root_causes)).set("objectsChecked", number(report.objects_checked)).set("rulesRun", number(report.rules_run));
    return summary;
}

Value stats_value(const Report& report) {
    auto stats = Value::object();
    stats.set("apiRequests", report.api_requests).set("logRequests", report.log_requests).set("bytesReceived", report.bytes_received).set("retries", report.retries);
    if (report.rule_times.empty()) return stats;
    auto times = Value::array();
    for (const auto& [rule, microseconds] : report.rule_times) {
        auto time = Value::object();
        time.set("id", rule->id).set("microseconds", microseconds);
        times.push_back(std::move(time));
    }
    stats.set("rules", std::move(times));
    return stats;
}

/// The document of report.schema.json as a tree.
class Tree {
public:
    void member(std::string_view key, Value value) { m_value.set(key, std::move(value)); }
    template <class List, class ToValue> void array(std::string_view key, const List& list, ToValue to_value) {
        auto array = Value::array();
        for (const auto& element : list) array.push_back(to_value(element));
        m_value.set(key, std::move(array));
    }
    Value take() { return std::move(m_value); }

private:
    Value m_value = Value::object();
};

/// `document`: a Tree, or a stream with the same two functions.
template <class Document> void fill(Document& document, const Report& report) {
    const auto head = head_value(report);
    for (const auto& [key, value] : head.as_object()) document.member(key, value);
    document.member("summary", summary_value(report));
    document.array("findings", report.findings, finding_value);
    Tree coverage;
    coverage.array("skipped", report.skipped, skipped_value);
    document.member("coverage", coverage.take());
    document.member("stats", stats_value(report));
}

} // namespace

Value report_as_value(const Report& report) {
    Tree tree;
    fill(tree, report);
    return tree.take();
}

void write_json(const Report& report, std::ostream& out) {
    data::JsonObjectStream document(out);
    fill(document, report);
    document.end();
    out << '\n';
}

std::string render_yaml(const Report& report) {
    return data::to_yaml(report_as_value(report));
}

void write_jsonl(const Report& report, std::ostream& out) {
    const auto add = [&](std::string_view type, const Value& value) {
        auto line = Value::object();
        line.set("type", type);
        for (const auto& [key, member] : value.as_object()) line.set(key, member);
        out << data::to_json(line) << '\n';
    };
    add("start", head_value(report));
    for (const auto& finding : report.findings) add("finding", finding_value(finding));
    for (const auto& skipped : report.skipped) add("skipped", skipped_value(skipped));
    auto summary = summary_value(report);
    summary.set("stats", stats_value(report));
    add("summary", summary);
}

} // namespace kdiag::report
