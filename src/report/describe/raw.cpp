// SPDX-License-Identifier: Apache-2.0
#include "report/describe/describe.hpp"

#include "data/yaml.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::report {

namespace {

constexpr std::string_view k_last_applied = "kubectl.kubernetes.io/last-applied-configuration";

DescribeSection map_section(std::string title, const data::Value& map, bool full_only) {
    DescribeSection section{.title = std::move(title), .full_only = full_only};
    for (const auto& [key, value] : map.as_object())
        if (key != k_last_applied) section.lines.push_back(format("{}={}", key, value.as_string()));
    return section;
}

/// Secret data and the literal values of variables that come from Secrets are never shown.
void hide_secrets(data::Value& value, bool is_secret) {
    if (is_secret)
        for (const char* name : {"data", "stringData"}) {
            if (value.find(name) == nullptr) continue;
            auto hidden = data::Value::object();
            for (const auto& [key, secret] : value[name].as_object()) hidden.set(key, format("<{} bytes, not shown>", secret.as_string().size() * 3 / 4));
            value.set(name, std::move(hidden));
        }
}

DescribeSection yaml_section(std::string title, const data::Value& value, bool full_only) {
    DescribeSection section{.title = std::move(title), .full_only = full_only};
    if (value.is_null()) return section;
    const std::string text = data::to_yaml(value);
    for (const auto line : split(trim(text), '\n')) section.lines.emplace_back(line);
    return section;
}

} // namespace

void describe_raw(const DescribeInput& input, DescribeView& view, bool has_screen) {
    const auto add = [&](DescribeSection section) {
        if (!section.lines.empty()) view.sections.push_back(std::move(section));
    };
    const auto& metadata = input.raw["metadata"];
    if (!has_screen) {
        if (const auto created = parse_rfc3339(metadata["creationTimestamp"].as_string())) view.facts.emplace_back("Age", to_age(input.now - *created));
        for (const auto& owner : metadata["ownerReferences"].as_array()) view.facts.emplace_back("Owner", format("{}/{}", owner["kind"].as_string(), owner["name"].as_string()));
    }
    for (const auto& finalizer : metadata["finalizers"].as_array()) view.facts.emplace_back("Finalizer", std::string(finalizer.as_string()));
    add(map_section("Labels", metadata["labels"], has_screen));
    add(map_section("Annotations", metadata["annotations"], true));
    data::Value rest = input.raw;
    hide_secrets(rest, input.raw["kind"].as_string() == "Secret" && input.raw["apiVersion"].as_string() == "v1");
    for (const auto& [name, value] : rest.as_object())
        if (name != "apiVersion" && name != "kind" && name != "metadata" && name != "status") add(yaml_section(name, value, has_screen));
    data::Value status = rest["status"];
    status.remove("conditions");
    if (!status.as_object().empty()) add(yaml_section("status", status, has_screen));
}

} // namespace kdiag::report
