// SPDX-License-Identifier: Apache-2.0
#include "report/describe/kinds.hpp"
#include "report/describe/relations.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <array>
#include <set>

namespace kdiag::report {

namespace {

std::string contents_of(std::string_view name, const facts::Snapshot& facts) {
    std::vector<std::string> counts;
    for (std::size_t i = 0; i < kube::k_resource_count; ++i) {
        const auto& info = kube::info_of(static_cast<kube::Resource>(i));
        if (!info.namespaced || info.resource == kube::Resource::events || info.resource == kube::Resource::endpointslices) continue;
        facts::with_type_of(info.resource, [&]<class T>() {
            std::size_t count = 0;
            for (const auto& object : facts.all<T>())
                if (object.meta.namespace_name == name) ++count;
            if (count > 0) counts.push_back(counted(count, info.singular, info.plural));
        });
    }
    if (counts.empty()) return facts.gaps().empty() ? "nothing" : "nothing that could be read";
    return comma_list(counts, 12);
}

/// Minimum, maximum and defaults, a row for each resource that a LimitRange names.
DescribeSection limits_table(const DescribeInput& input) {
    DescribeSection section{.table = {.rows = {{"LIMITRANGE", "TYPE", "RESOURCE", "MIN", "MAX", "DEFAULT-REQUEST", "DEFAULT-LIMIT", "MAX-RATIO"}}}};
    constexpr std::array columns = {"min", "max", "defaultRequest", "default", "maxLimitRequestRatio"};
    for (const auto& object : input.beside) {
        if (object["kind"].as_string() != "LimitRange") continue;
        for (const auto& limit : object.at("spec", "limits").as_array()) {
            std::set<std::string> resources;
            for (const char* column : columns)
                for (const auto& [resource, value] : limit[column].as_object()) resources.insert(resource);
            for (const auto& resource : resources) {
                std::vector<std::string> row = {std::string(object.at("metadata", "name").as_string()), std::string(limit["type"].as_string()), resource};
                for (const char* column : columns) {
                    const auto& value = limit[column][resource];
                    row.push_back(value.is_null() ? "-" : value.is_string() ? std::string(value.as_string()) : std::to_string(value.as_integer()));
                }
                section.table.rows.push_back(std::move(row));
            }
        }
    }
    return section;
}

} // namespace

bool describe_namespace(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto* found = input.facts.find<kube::Namespace>({}, object.name);
    if (found == nullptr) return false;
    view.verdict = format("{} is {}", object.display(), to_lower(found->status.phase));
    if (found->status.phase != "Active") view.state = Verdict::degraded;
    view.fact("Holds", contents_of(object.name, input.facts));
    view.fact("Age", to_age(input.now - found->meta.created));
    DescribeSection section{.table = {.rows = {{"QUOTA", "RESOURCE", "USED", "HARD"}}}};
    for (const auto& quota : input.facts.all<kube::ResourceQuota>())
        if (quota.meta.namespace_name == object.name)
            for (const auto& [resource, hard] : quota.status.hard)
                section.table.rows.push_back({std::string(quota.meta.name), std::string(resource), or_none(kube::value_of(quota.status.used, resource)), std::string(hard)});
    view.add(std::move(section));
    view.add(limits_table(input));
    return true;
}

} // namespace kdiag::report
