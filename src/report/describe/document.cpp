// SPDX-License-Identifier: Apache-2.0
#include "report/describe/kinds.hpp"

#include "data/yaml.hpp"
#include "report/redact.hpp"
#include "util/digest.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <array>

namespace kdiag::report {

namespace {

/// Holds the whole object once more, values of Secrets among it.
constexpr std::string_view k_last_applied = "kubectl.kubernetes.io/last-applied-configuration";
/// Kinds without a screen show this many lines of a section; --full has all.
constexpr std::size_t k_brief_lines = 40;

/// What add_pod_spec and the tables above say already.
constexpr std::array<std::string_view, 20> k_told_of_pods = {"containers", "initContainers", "ephemeralContainers", "volumes", "tolerations", "nodeSelector", "affinity", "nodeName",
                                                             "serviceAccount", "serviceAccountName", "priorityClassName", "priority", "restartPolicy", "dnsPolicy", "schedulerName",
                                                             "terminationGracePeriodSeconds", "securityContext", "topologySpreadConstraints", "runtimeClassName", "imagePullSecrets"};
constexpr std::array<std::string_view, 4> k_told_of_status = {"conditions", "containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"};

DescribeSection pairs_section(std::string title, const data::Value& map, bool full_only) {
    DescribeSection section{.title = std::move(title), .full_only = full_only};
    for (const auto& [key, value] : map.as_object()) {
        if (key == k_last_applied) continue;
        std::string text(value.as_string());
        redact_named(key, text);
        section.lines.push_back({"", format("{}={}", key, text)});
    }
    return section;
}

/// Values of a Secret are counted, never shown.
void hide_secret_data(const data::Value& secret, data::Value& shown) {
    for (const char* name : {"data", "stringData"}) {
        if (secret.find(name) == nullptr) continue;
        auto hidden = data::Value::object();
        for (const auto& [key, value] : secret[name].as_object()) {
            const auto decoded = base64_decode(value.as_string());
            hidden.set(key, format("<{}, not shown>", counted(decoded ? decoded->size() : value.as_string().size(), "byte")));
        }
        shown.set(name, std::move(hidden));
    }
}

DescribeSection yaml_section(std::string title, const data::Value& value, bool full_only, std::size_t limit) {
    DescribeSection section{.title = std::move(title), .full_only = full_only};
    if (value.is_null() || (value.is_object() && value.as_object().empty())) return section;
    const std::string text = data::to_yaml(value);
    const auto lines = split(trim(text), '\n');
    for (std::size_t i = 0; i < lines.size() && i < limit; ++i) {
        const auto indent = std::min(lines[i].find_first_not_of(' '), lines[i].size());
        // The indent is a label of its own, so that what is wrapped stays under it.
        section.lines.push_back({"", format("{}{}", std::string(indent, ' '), lines[i].substr(indent))});
    }
    if (lines.size() > limit) section.lines.push_back({"", format("... {} more lines (--full)", lines.size() - limit)});
    return section;
}

void add_yaml(const std::string& title, const data::Value& value, bool has_screen, DescribeView& view) {
    auto brief = yaml_section(title, value, false, k_brief_lines);
    auto full = yaml_section(title, value, true, static_cast<std::size_t>(-1));
    if (!has_screen && full.lines.size() > k_brief_lines) {
        brief.brief_only = true;
        view.add(std::move(brief));
    }
    full.full_only = has_screen || full.lines.size() > k_brief_lines;
    view.add(std::move(full));
}

/// The spec without what has been said in better words.
data::Value rest_of_spec(const data::Value& object) {
    data::Value spec = object["spec"];
    if (!spec.is_object()) return spec;
    if (object["kind"].as_string() == kube::Pod::k_kind)
        for (const auto name : k_told_of_pods) spec.remove(name);
    spec.remove("template");
    if (spec.at("jobTemplate", "spec", "template").is_object()) {
        data::Value job = spec.at("jobTemplate", "spec");
        job.remove("template");
        data::Value job_template = spec["jobTemplate"];
        job_template.set("spec", std::move(job));
        spec.set("jobTemplate", std::move(job_template));
    }
    return spec;
}

bool is_secret(const data::Value& object) {
    return object["kind"].as_string() == kube::Secret::k_kind && object["apiVersion"].as_string() == "v1";
}

} // namespace

void add_document(const DescribeInput& input, DescribeView& view, bool has_screen) {
    const auto& metadata = input.raw["metadata"];
    view.add(pairs_section("Labels", metadata["labels"], has_screen));
    view.add(pairs_section("Annotations", metadata["annotations"], true));
    DescribeSection more{.title = "Metadata", .full_only = true};
    for (const char* name : {"creationTimestamp", "uid", "generateName"})
        if (const auto text = metadata[name].as_string(); !text.empty()) more.lines.push_back({name, std::string(text)});
    for (const auto& finalizer : metadata["finalizers"].as_array()) more.lines.push_back({"finalizer", std::string(finalizer.as_string())});
    for (const auto& owner : metadata["ownerReferences"].as_array()) more.lines.push_back({"owner", format("{}/{}", owner["kind"].as_string(), owner["name"].as_string())});
    view.add(std::move(more));

    data::Value rest = input.raw;
    redact_document(rest);
    if (is_secret(rest)) hide_secret_data(input.raw, rest);
    for (const auto& [name, value] : rest.as_object())
        if (name != "apiVersion" && name != "kind" && name != "metadata" && name != "status") add_yaml(name, name == "spec" ? rest_of_spec(rest) : value, has_screen, view);
    data::Value status = rest["status"];
    if (status.is_object())
        for (const auto name : k_told_of_status) status.remove(name);
    add_yaml("status", status, has_screen, view);
}

} // namespace kdiag::report
