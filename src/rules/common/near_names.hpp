// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"
#include "util/suggest.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kdiag::rules {

/// The names of a kind's objects by namespace, and their namespaces by name, both in the order of the snapshot.
struct Names {
    std::unordered_map<std::string_view, std::vector<std::string>> by_namespace, namespaces;
};

template <class T> const Names& names_of(const RuleContext& context) {
    return context.once<Names>([](const RuleContext& own) {
        Names names;
        for (const auto& object : own.facts.all<T>()) {
            names.by_namespace[object.meta.namespace_name].emplace_back(object.meta.name);
            names.namespaces[object.meta.name].emplace_back(object.meta.namespace_name);
        }
        return names;
    });
}

/// The names of a namespace.
template <class T> const std::vector<std::string>& names_in(const RuleContext& context, std::string_view namespace_name) {
    static const std::vector<std::string> none;
    const auto& all = names_of<T>(context).by_namespace;
    const auto found = all.find(namespace_name);
    return found == all.end() ? none : found->second;
}

/// The first namespace but this one that has an object of the name; empty when none has.
template <class T> std::string elsewhere(const RuleContext& context, std::string_view namespace_name, std::string_view name) {
    const auto& all = names_of<T>(context).namespaces;
    if (const auto found = all.find(name); found != all.end())
        for (const auto& other : found->second)
            if (other != namespace_name) return other;
    return {};
}

/// Names of a namespace that are like the wanted one, nearest first; none when enough has been searched there.
template <class T> std::vector<std::string> near_names(const RuleContext& context, std::string_view namespace_name, std::string_view wanted, std::size_t limit = 1) {
    return context.may_search(namespace_name) ? nearest(wanted, names_in<T>(context, namespace_name), limit) : std::vector<std::string>();
}

} // namespace kdiag::rules
