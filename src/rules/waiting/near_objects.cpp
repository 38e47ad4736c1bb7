// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/near_objects.hpp"

#include "rules/common/near_names.hpp"

#include <algorithm>

namespace kdiag::rules::waiting {

namespace {

/// `app-config` of `app-config-7f9gk2m4t8`: kustomize puts ten letters and digits behind a name.
std::string_view without_hash(std::string_view name) {
    const auto dash = name.rfind('-');
    if (dash == std::string_view::npos) return name;
    const auto tail = name.substr(dash + 1);
    const bool digit = std::any_of(tail.begin(), tail.end(), [](char c) { return c >= '0' && c <= '9'; });
    return tail.size() == 10 && digit ? name.substr(0, dash) : name;
}

} // namespace

bool object_exists(const RuleContext& context, std::string_view kind, std::string_view namespace_name, std::string_view name) {
    return kind == kube::ConfigMap::k_kind ? context.facts.find<kube::ConfigMap>(namespace_name, name) != nullptr
                                           : context.facts.find<kube::Secret>(namespace_name, name) != nullptr;
}

std::vector<std::string> near_objects(const RuleContext& context, std::string_view kind, std::string_view namespace_name,
                                      std::string_view name) {
    if (!context.may_search(namespace_name)) return {};
    const auto& names = kind == kube::ConfigMap::k_kind ? names_in<kube::ConfigMap>(context, namespace_name) : names_in<kube::Secret>(context, namespace_name);
    std::vector<std::string> same_stem;
    for (const auto& other : names)
        if (other != name && without_hash(other) == without_hash(name)) same_stem.push_back(other);
    return same_stem.empty() ? nearest(name, names, 2) : same_stem;
}

std::string namespace_with(const RuleContext& context, std::string_view kind, std::string_view namespace_name, std::string_view name) {
    return kind == kube::ConfigMap::k_kind ? elsewhere<kube::ConfigMap>(context, namespace_name, name) : elsewhere<kube::Secret>(context, namespace_name, name);
}

std::vector<std::string> usable_keys(const RuleContext& context, std::string_view kind, std::string_view namespace_name,
                                     std::string_view name, bool for_volume) {
    std::vector<std::string> keys;
    if (kind == kube::ConfigMap::k_kind) {
        const auto* map = context.facts.find<kube::ConfigMap>(namespace_name, name);
        if (map == nullptr) return keys;
        keys.assign(map->keys.begin(), map->keys.end());
        if (for_volume) keys.insert(keys.end(), map->binary_keys.begin(), map->binary_keys.end());
    } else if (const auto* secret = context.facts.find<kube::Secret>(namespace_name, name); secret != nullptr) {
        keys.assign(secret->keys.begin(), secret->keys.end());
    }
    return keys;
}

bool is_binary_key(const RuleContext& context, std::string_view kind, std::string_view namespace_name, std::string_view name,
                   std::string_view key) {
    if (kind != kube::ConfigMap::k_kind) return false;
    const auto* map = context.facts.find<kube::ConfigMap>(namespace_name, name);
    return map != nullptr && std::find(map->binary_keys.begin(), map->binary_keys.end(), key) != map->binary_keys.end();
}

std::string nearest_key(std::string_view wanted, const std::vector<std::string>& keys) {
    const auto near = nearest(wanted, keys, 1);
    return near.empty() ? std::string() : near.front();
}

} // namespace kdiag::rules::waiting
