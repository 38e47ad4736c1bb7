// SPDX-License-Identifier: Apache-2.0
#include "report/describe/kinds.hpp"
#include "report/describe/relations.hpp"

#include "report/redact.hpp"
#include "rules/common/pod_references.hpp"
#include "util/digest.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

/// The workloads whose pods read a ConfigMap or Secret.
std::string readers_of(const kube::ObjectRef& object, const facts::Snapshot& facts) {
    std::vector<std::string> readers;
    for (const auto* pod : facts.pods_in(object.namespace_name)) {
        const auto references = rules::config_references(pod->spec);
        if (std::none_of(references.begin(), references.end(), [&](const auto& reference) { return reference.kind == object.kind && reference.name == object.name; })) continue;
        const std::string reader = facts.top_owner(*pod).display();
        if (std::find(readers.begin(), readers.end(), reader) == readers.end()) readers.push_back(reader);
    }
    if (!readers.empty()) return comma_list(readers);
    return facts.knows<kube::Pod>() ? "<none> of the pods that exist now" : "<unknown>, pods could not be read";
}

std::string size_text(std::size_t bytes) {
    return counted(bytes, "byte");
}

std::size_t decoded_size(const data::Value& value) {
    const auto decoded = base64_decode(value.as_string());
    return decoded ? decoded->size() : value.as_string().size();
}

void set_verdict(const kube::ObjectRef& object, std::size_t keys, DescribeView& view) {
    view.verdict = format("{} has {}", object.display(), keys == 0 ? "no keys" : counted(keys, "key"));
}

} // namespace

bool describe_config_map(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto* found = input.facts.find<kube::ConfigMap>(object.namespace_name, object.name);
    if (found == nullptr) return false;
    set_verdict(object, found->keys.size() + found->binary_keys.size(), view);
    view.fact("Read by", readers_of(object, input.facts));
    if (input.raw["immutable"].as_bool()) view.fact("Immutable", "yes: it can only be replaced");
    view.fact("Age", to_age(input.now - found->meta.created));
    DescribeSection keys{.table = {.rows = {{"KEY", "SIZE"}}}, .brief_only = true};
    for (const auto& [key, value] : input.raw["data"].as_object()) keys.table.rows.push_back({key, size_text(value.as_string().size())});
    for (const auto& [key, value] : input.raw["binaryData"].as_object()) keys.table.rows.push_back({key, size_text(decoded_size(value)) + ", binary"});
    view.add(std::move(keys));
    return true;
}

bool describe_secret(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto* found = input.facts.find<kube::Secret>(object.namespace_name, object.name);
    if (found == nullptr) return false;
    set_verdict(object, found->keys.size(), view);
    view.fact("Type", std::string(found->type));
    view.fact("Read by", readers_of(object, input.facts));
    if (input.raw["immutable"].as_bool()) view.fact("Immutable", "yes: it can only be replaced");
    view.fact("Age", to_age(input.now - found->meta.created));
    DescribeSection keys{.table = {.rows = {{"KEY", "SIZE"}}}};
    for (const auto& [key, value] : input.raw["data"].as_object()) keys.table.rows.push_back({key, size_text(decoded_size(value))});
    view.add(std::move(keys));
    return true;
}

} // namespace kdiag::report
