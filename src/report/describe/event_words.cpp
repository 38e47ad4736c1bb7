// SPDX-License-Identifier: Apache-2.0
#include "report/describe/event_words.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

bool has_reason(const kube::Event& event, const std::vector<const kube::Event*>& siblings, std::string_view reason) {
    return std::any_of(siblings.begin(), siblings.end(), [&](const kube::Event* other) {
        return other->reason == reason && other->involved.field_path == event.involved.field_path;
    });
}

/// The text after the last `mark`, or all of it.
std::string_view after(std::string_view text, std::string_view mark) {
    const auto at = text.rfind(mark);
    return at == std::string_view::npos ? text : text.substr(at + mark.size());
}

/// `Successfully pulled image "x" in 3.2s (3.2s including waiting)...`
std::string pulled_words(std::string_view message) {
    const auto time = between(message, "\" in ", " ");
    return time.empty() ? std::string() : format("image pulled in {}", time);
}

/// `Scaled up replica set web-1 from 0 to 3`, and without `from` before 1.31.
std::string scaling_words(std::string_view message) {
    const auto name = between(message, "replica set ", " ");
    const auto to = after(message, " to ");
    if (name.empty() || to == message) return std::string(message);
    return format("scaled {} {} to {}", contains_ignoring_case(message, "scaled down") ? "down" : "up", name, to);
}

std::string unhealthy_words(std::string_view message) {
    const auto kind = message.substr(0, message.find(' '));
    return format("{} fails: {}", to_lower(kind), short_probe_failure(message));
}

/// `Failed` stands for a pull, a creation and a start; the short ones only repeat the state.
bool is_mere_echo(const kube::Event& event, const std::vector<const kube::Event*>& siblings) {
    if (event.reason != "Failed" || !event.message.starts_with("Error: ") || contains(event.message.substr(7), " ")) return false;
    return std::any_of(siblings.begin(), siblings.end(), [&](const kube::Event* other) { return other->reason == "Failed" && !other->message.starts_with("Error: "); });
}

std::string plain_words(const kube::Event& event) {
    const std::string_view message = trim(event.message), reason = event.reason;
    if (reason == "Started") return "started";
    if (reason == "Pulled") return pulled_words(message);
    if (reason == "ScalingReplicaSet") return scaling_words(message);
    if (reason == "Unhealthy" && contains(message, " probe ")) return unhealthy_words(message);
    if (reason == "Scheduled" && contains(message, "Successfully assigned")) return format("scheduled to {}", after(message, " to "));
    if (reason == "BackOff") return contains(message, "pulling image") ? "back-off pulling the image" : "back-off";
    if (reason == "SuccessfulCreate" && contains(message, ": ")) return format("created {}", after(message, ": "));
    if (reason == "SuccessfulDelete" && contains(message, ": ")) return format("deleted {}", after(message, ": "));
    return message.empty() ? std::string(reason) : format("{}: {}", reason, message);
}

} // namespace

std::string short_probe_failure(std::string_view message) {
    if (contains(message, "connection refused")) return "connection refused";
    if (contains(message, "statuscode: ")) return format("status {}", trim(after(message, "statuscode: ")));
    if (contains(message, "deadline exceeded") || contains(message, "Client.Timeout") || contains(message, "i/o timeout") || contains(message, "timed out")) return "no answer in time";
    const auto colon = message.find(": ");
    const auto rest = trim(colon == std::string_view::npos ? message : message.substr(colon + 2));
    return rest.empty() ? "it says nothing" : std::string(rest);
}

EventWords words_of(const kube::Event& event, const std::vector<const kube::Event*>& siblings) {
    if ((event.reason == "Created" && has_reason(event, siblings, "Started")) || (event.reason == "Pulling" && has_reason(event, siblings, "Pulled"))) return {};
    if (event.reason == "Pulling" && has_reason(event, siblings, "Failed")) return {};
    if (is_mere_echo(event, siblings)) return {};
    EventWords words{.key = std::string(event.reason), .text = plain_words(event)};
    // One reason may tell several stories.
    if (event.reason == "Unhealthy") words.key += event.message.substr(0, event.message.find(' '));
    if (event.reason == "BackOff" || event.reason == "ScalingReplicaSet") words.key += words.text;
    return words;
}

} // namespace kdiag::report
