// SPDX-License-Identifier: Apache-2.0
#include "rules/lifecycle/eviction_message.hpp"

#include "util/strings.hpp"

namespace kdiag::rules::lifecycle {

namespace {

/// Up to the first character of `ends`, or all of it.
std::string_view up_to(std::string_view text, std::string_view ends) {
    return trim(text.substr(0, text.find_first_of(ends)));
}

std::string_view after(std::string_view text, std::string_view word) {
    const auto at = text.find(word);
    return at == std::string_view::npos ? std::string_view{} : text.substr(at + word.size());
}

/// Ends a quantity: the full stop of the sentence, not one inside `1.5Gi`.
std::string_view quantity(std::string_view text) {
    text = up_to(text, " ,");
    while (text.ends_with('.')) text.remove_suffix(1);
    return text;
}

Eviction node_low(std::string_view message) {
    Eviction eviction{.kind = EvictionKind::node_low, .name = quantity(after(message, "low on resource: "))};
    // `Container c was using 5Gi, request is 1Gi, has larger ...`, before 1.26 `..., which exceeds its request of 1Gi.`
    const std::string_view container = after(message, "Container ");
    eviction.container = up_to(container, " ");
    eviction.usage = quantity(after(container, "was using "));
    eviction.request = quantity(contains(container, "request is ") ? after(container, "request is ") : after(container, "its request of "));
    return eviction;
}

} // namespace

Eviction parse_eviction(std::string_view message) {
    if (contains(message, "EmptyDir volume "))
        return {.kind = EvictionKind::empty_dir_limit,
                .name = between(message, "volume \"", "\""),
                .limit = between(message, "limit \"", "\"")};
    if (contains(message, "exceeded its local ephemeral storage limit"))
        return {.kind = EvictionKind::container_limit,
                .name = between(message, "Container ", " exceeded"),
                .limit = between(message, "limit \"", "\"")};
    if (contains(message, "ephemeral local storage usage exceeds the total limit of containers"))
        return {.kind = EvictionKind::pod_limit, .limit = quantity(after(message, "limit of containers "))};
    if (contains(message, "low on resource: ")) return node_low(message);
    if (contains(message, "node had condition")) return {.kind = EvictionKind::node_condition, .name = between(message, "[", "]")};
    return {};
}

} // namespace kdiag::rules::lifecycle
