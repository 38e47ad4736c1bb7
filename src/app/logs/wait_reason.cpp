// SPDX-License-Identifier: Apache-2.0
#include "app/logs/wait_reason.hpp"

#include "data/json.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::app {

namespace {

constexpr std::size_t k_longest_message = 300;

std::string_view time_of(const data::Value& event) {
    for (const char* field : {"lastTimestamp", "eventTime", "firstTimestamp"})
        if (const auto time = event[field].as_string(); !time.empty()) return time;
    return event.at("metadata", "creationTimestamp").as_string();
}

/// An event of another container says nothing of this one.
bool is_about(const data::Value& event, std::string_view container) {
    const auto field = event.at("involvedObject", "fieldPath").as_string();
    return field.empty() || contains(field, format("{{{}}}", container));
}

} // namespace

client::ApiRequest wait_reason_request(const PodSeen& pod) {
    return {.path = format("/api/v1/namespaces/{}/events?fieldSelector={}", client::escape(pod.namespace_name), client::escape(format("involvedObject.name={},involvedObject.uid={}", pod.name, pod.uid))),
            .doing = "list events"};
}

std::string wait_reason(std::string_view events, std::string_view container) {
    const auto list = data::parse_json(events);
    if (!list) return {};
    const data::Value* newest = nullptr;
    for (const auto& event : (*list)["items"].as_array())
        if (is_about(event, container) && (newest == nullptr || time_of(event) >= time_of(*newest))) newest = &event;
    if (newest == nullptr) return {};
    const auto reason = (*newest)["reason"].as_string(), message = (*newest)["message"].as_string().substr(0, k_longest_message);
    if (reason == "Pulling") return format("pulling image {}", between(message, "\"", "\""));
    if ((*newest)["type"].as_string() == "Warning") return format("{}: {}", reason, message);
    return {};
}

} // namespace kdiag::app
