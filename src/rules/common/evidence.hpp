// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/event.hpp"
#include "rules/finding.hpp"

#include <string>

namespace kdiag::rules {

/// A fact from a field. `object` is empty when it is the finding's subject.
inline Evidence field_evidence(std::string path, std::string value, std::string text, kube::ObjectRef object = {}) {
    return {.text = std::move(text), .object = std::move(object), .path = std::move(path), .value = std::move(value)};
}

/// A condition by its type: its reason and its message, at the time it changed.
inline Evidence condition_evidence(const kube::Condition& condition, kube::ObjectRef object = {}) {
    std::string text = std::string(condition.type) + "=" + std::string(condition.status);
    if (!condition.reason.empty()) text += ", " + std::string(condition.reason);
    if (!condition.message.empty()) text += ": " + std::string(condition.message);
    return {.text = std::move(text),
            .object = std::move(object),
            .path = ".status.conditions[?(@.type==\"" + std::string(condition.type) + "\")]",
            .value = std::string(condition.status),
            .time = condition.changed};
}

/// What an event said, when and how often.
inline Evidence event_evidence(const kube::Event& event, kube::ObjectRef object = {}) {
    return {.type = EvidenceType::event,
            .text = std::string(event.reason) + ": " + std::string(event.message),
            .object = std::move(object),
            .time = event.last_seen(),
            .first_time = event.first_seen(),
            .count = event.count()};
}

/// What follows from several facts.
inline Evidence derived_evidence(std::string text, kube::ObjectRef object = {}) {
    return {.type = EvidenceType::derived, .text = std::move(text), .object = std::move(object)};
}

} // namespace kdiag::rules
