// SPDX-License-Identifier: Apache-2.0
#include "rules/network/near_labels.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <algorithm>
#include <optional>

namespace kdiag::rules::network {

namespace {

constexpr std::size_t k_most = 3;

bool is_near(std::string_view wanted, std::string_view found) {
    if (wanted == found) return false;
    return !nearest(wanted, {std::string(found)}, 1).empty() || found.starts_with(wanted) || wanted.starts_with(found) || (wanted.size() > 3 && contains(found, wanted));
}

/// How one pair of the selector is nearly met: the same key with a near value, or a near key with the same value.
std::optional<std::string> near_pair(kube::Text key, kube::Text value, const kube::TextMap& labels) {
    for (const auto& [own_key, own_value] : labels)
        if ((own_key == key && is_near(value, own_value)) || (own_value == value && is_near(key, own_key))) return format("{}={}", own_key, own_value);
    return std::nullopt;
}

void look_at(const kube::ObjectRef& object, const kube::TextMap& labels, const kube::TextMap& selector, std::vector<NearLabel>& found) {
    if (found.size() >= k_most) return;
    std::optional<NearLabel> near;
    for (const auto& [key, value] : selector) {
        if (kube::has_key(labels, key) && kube::value_of(labels, key) == value) continue;
        const auto pair = near_pair(key, value, labels);
        if (!pair || near) return; // a pair that is nowhere near, or two that differ
        near = NearLabel{.wanted = format("{}={}", key, value), .found = *pair, .object = object};
    }
    if (near) found.push_back(std::move(*near));
}

template <class T> void look_at_templates(const facts::Snapshot& facts, std::string_view namespace_name, const kube::TextMap& selector, std::vector<NearLabel>& found) {
    for (const auto& object : facts.all<T>())
        if (object.meta.namespace_name == namespace_name) look_at(kube::ref_of(object), object.spec.pod_template.meta.labels, selector, found);
}

} // namespace

std::vector<NearLabel> nearest_labels(const facts::Snapshot& facts, std::string_view namespace_name, const kube::TextMap& selector) {
    std::vector<NearLabel> found;
    look_at_templates<kube::Deployment>(facts, namespace_name, selector, found);
    look_at_templates<kube::StatefulSet>(facts, namespace_name, selector, found);
    look_at_templates<kube::DaemonSet>(facts, namespace_name, selector, found);
    if (!found.empty()) return found;
    for (const auto* pod : facts.pods_in(namespace_name)) look_at(facts.top_owner(*pod), pod->meta.labels, selector, found);
    return found;
}

} // namespace kdiag::rules::network
