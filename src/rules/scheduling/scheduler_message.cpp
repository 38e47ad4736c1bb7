// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/scheduler_message.hpp"

#include "util/strings.hpp"

#include <algorithm>
#include <charconv>

namespace kdiag::rules::scheduling {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Takes a leading integer; nullopt leaves the text as it was. Numbers that do not fit are no numbers.
std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

/// Whether a counted reason starts here: `3 node(s) ...`.
bool starts_with_count(std::string_view text) {
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits])) ++digits;
    return digits > 0 && digits + 1 < text.size() && text[digits] == ' ';
}

/// Reasons hold commas themselves (`taint {a: b}, that ...`), so only a comma before a count separates.
std::vector<std::string_view> split_counted(std::string_view text) {
    std::vector<std::string_view> parts;
    std::size_t start = 0;
    for (std::size_t at = text.find(", "); at != std::string_view::npos; at = text.find(", ", at + 2))
        if (starts_with_count(text.substr(at + 2))) {
            parts.push_back(text.substr(start, at - start));
            start = at + 2;
        }
    parts.push_back(text.substr(start));
    return parts;
}

std::string_view without_end(std::string_view text) {
    text = trim(text);
    while (!text.empty() && text.back() == '.') text.remove_suffix(1);
    return trim(text);
}

struct Word {
    std::string_view part;
    Constraint constraint;
};

/// In order: the first part that a reason contains decides. Names in one word are those of the predicates before 1.18.
constexpr Word k_words[] = {
    {"didn't match the requested node name", Constraint::node_name},
    {"didn't match the requested hostname", Constraint::node_name},
    {"HostName", Constraint::node_name},
    {"were unschedulable", Constraint::cordoned},
    {"NodeUnschedulable", Constraint::cordoned},
    {"unknown conditions", Constraint::node_condition},
    {"were not ready", Constraint::node_condition},
    {"were out of disk", Constraint::node_condition},
    {"had unavailable network", Constraint::node_condition},
    {"NodeNotReady", Constraint::node_condition},
    {"NodeOutOfDisk", Constraint::node_condition},
    {"NodeUnderDiskPressure", Constraint::node_condition},
    {"NodeUnderMemoryPressure", Constraint::node_condition},
    {"untolerated taint", Constraint::taint},
    {"had taint", Constraint::taint},
    {"PodToleratesNodeTaints", Constraint::taint},
    {"TaintToleration", Constraint::taint},
    {"NodeResourcesFit", Constraint::resource},
    {"topology spread constraints (missing required label)", Constraint::topology_label},
    {"topology spread constraints", Constraint::topology_spread},
    {"PodTopologySpread", Constraint::topology_spread},
    {"pod affinity/anti-affinity", Constraint::inter_pod},
    {"didn't match pod affinity rules", Constraint::pod_affinity},
    {"didn't match pod anti-affinity rules", Constraint::pod_anti_affinity},
    {"existing pods anti-affinity rules", Constraint::existing_anti_affinity},
    {"ExistingPodsAntiAffinityRulesNotMatch", Constraint::existing_anti_affinity},
    {"PodAntiAffinityRulesNotMatch", Constraint::pod_anti_affinity},
    {"PodAffinityRulesNotMatch", Constraint::pod_affinity},
    {"InterPodAffinity", Constraint::inter_pod},
    {"volume node affinity conflict", Constraint::volume_affinity},
    {"no available volume zone", Constraint::volume_affinity},
    {"NoVolumeZoneConflict", Constraint::volume_affinity},
    {"VolumeZone", Constraint::volume_affinity},
    {"pod affinity terms conflict", Constraint::node_selector},
    {"node affinity", Constraint::node_selector},
    {"node selector", Constraint::node_selector},
    {"MatchNodeSelector", Constraint::node_selector},
    {"requested labels", Constraint::node_selector},
    {"NodeAffinity", Constraint::node_selector},
    {"free ports for the requested pod ports", Constraint::host_port},
    {"PodFitsHostPorts", Constraint::host_port},
    {"NodePorts", Constraint::host_port},
    {"find available persistent volumes", Constraint::no_volume},
    {"did not have enough free storage", Constraint::storage_space},
    {"non-existent pv", Constraint::claim_lost},
    {"non-existent PersistentVolume", Constraint::claim_lost},
    {"ReadWriteOncePod access mode", Constraint::claim_in_use},
    {"unbound immediate PersistentVolumeClaims", Constraint::claim_unbound},
    {"unbound PersistentVolumeClaims", Constraint::claim_unbound},
    {"exceed max volume count", Constraint::volume_limit},
    {"MaxVolumeCount", Constraint::volume_limit},
    {"node(s) had no available disk", Constraint::disk_in_use},
    {"NoDiskConflict", Constraint::disk_in_use},
    {"non-empty scheduling gates", Constraint::gate},
    {"waiting for scheduling gates", Constraint::gate},
    {"cannot allocate all claims", Constraint::device_claim},
    {"resourceclaim", Constraint::device_claim},
    {"resource claim", Constraint::device_claim},
    {"device class", Constraint::device_claim},
    {"pods from a gang", Constraint::gang},
    {"minCount", Constraint::gang},
    {"pod group", Constraint::gang},
    {"gang", Constraint::gang},
    {"node declared features", Constraint::node_features},
    {"Pod's required features", Constraint::node_features},
};

/// Reasons about a claim name it: `persistentvolumeclaim "data" not found`, `PVC shop/data was not created for pod ...`.
std::optional<Refusal> claim_refusal(std::string_view text) {
    const bool classic = contains_ignoring_case(text, "persistentvolumeclaim \"");
    if (!classic && !text.starts_with("PVC ")) return std::nullopt;
    Refusal refusal{.text = text};
    refusal.detail = classic ? between(text, "\"", "\"") : between(text, "/", " ");
    if (contains(text, "not created for"))
        refusal.constraint = Constraint::claim_foreign;
    else if (contains(text, "is being deleted"))
        refusal.constraint = Constraint::claim_deleting;
    else if (contains(text, "not found") || contains(text, "waiting for ephemeral volume controller"))
        refusal.constraint = Constraint::claim_missing;
    else if (contains(text, "lost") || contains(text, "non-existent"))
        refusal.constraint = Constraint::claim_lost;
    else
        return std::nullopt;
    return refusal;
}

Refusal classify(std::string_view text) {
    constexpr std::string_view k_insufficient = "Insufficient ";
    if (text.starts_with(k_insufficient))
        return {.constraint = Constraint::resource, .text = text, .detail = trim(text.substr(k_insufficient.size()))};
    constexpr std::string_view k_too_many = "Too many ";
    if (const auto at = text.find("Too many pods"); at != std::string_view::npos)
        return {.constraint = Constraint::resource, .text = text, .detail = text.substr(at + k_too_many.size(), 4)};
    if (auto claim = claim_refusal(text)) return *claim;
    for (const auto& word : k_words)
        if (contains(text, word.part)) {
            Refusal refusal{.constraint = word.constraint, .text = text};
            if (word.constraint == Constraint::taint) refusal.detail = trim(between(text, "{", "}"));
            return refusal;
        }
    return {.constraint = Constraint::other, .text = text};
}

/// Takes the wrapper of a plugin's or predicate's error away: `running "VolumeBinding" filter plugin for pod "x": REASON`.
std::string_view without_plugin(std::string_view text) {
    const bool wrapped = contains(text, "running \"") || contains(text, "plugin \"") || contains(text, " predicate");
    if (!wrapped) return text;
    const auto colon = text.find(": ");
    return colon == std::string_view::npos || colon + 2 >= text.size() ? text : text.substr(colon + 2);
}

void add(SchedulerMessage& message, std::string_view part) {
    part = trim(part);
    std::optional<std::int64_t> count;
    if (starts_with_count(part)) {
        std::string_view rest = part;
        count = take_number(rest);
        if (count) part = trim(rest);
    }
    const auto repeated = part.find(" (repeated "); // 1.9 to 1.11 count the same reason of several nodes so
    if (repeated != std::string_view::npos) part = part.substr(0, repeated);
    if (part.empty()) return;
    Refusal refusal = classify(part);
    refusal.nodes = count;
    message.refusals.push_back(refusal);
}

void add_counted(SchedulerMessage& message, std::string_view text) {
    for (const auto part : split_counted(without_end(text))) add(message, part);
}

/// `Insufficient cpu (3), MatchNodeSelector (2)`: 1.6 to 1.8 put the count behind.
void add_with_count_behind(SchedulerMessage& message, std::string_view text) {
    for (const auto part : split(without_end(text), ',')) {
        const auto open = part.rfind(" (");
        std::string_view number = open == std::string_view::npos ? std::string_view{} : part.substr(open + 2);
        const auto count = take_number(number);
        add(message, count && number == ")" ? part.substr(0, open) : part);
        if (count && number == ")" && !message.refusals.empty()) message.refusals.back().nodes = count;
    }
}

/// `fit failure on node (worker-1): Insufficient cpu`, a line for each node: 1.2 to 1.5.
void add_fit_failures(SchedulerMessage& message, std::string_view text) {
    std::int64_t nodes = 0;
    for (const auto line : split(text, '\n')) {
        if (!contains(line, "fit failure on node")) continue;
        ++nodes;
        const auto colon = line.find("): ");
        if (colon == std::string_view::npos) continue;
        const Refusal refusal = classify(without_end(line.substr(colon + 3)));
        const auto same =
            std::find_if(message.refusals.begin(), message.refusals.end(), [&](const Refusal& r) { return r.text == refusal.text; });
        if (same != message.refusals.end()) {
            same->nodes = *same->nodes + 1;
        } else {
            message.refusals.push_back(refusal);
            message.refusals.back().nodes = 1;
        }
    }
    message.nodes_total = nodes;
}

/// Cuts ` preemption: ...` and what introduces it off the text, and returns what stands behind.
std::string_view take_preemption(std::string_view& text) {
    constexpr std::string_view k_word = "preemption: ";
    const auto at = text.find(k_word);
    if (at == std::string_view::npos) return {};
    const auto tail = without_end(text.substr(at + k_word.size()));
    text = text.substr(0, at);
    for (const std::string_view lead : {"no new claims to deallocate, ", "still not schedulable, "})
        if (text.ends_with(lead)) text.remove_suffix(lead.size());
    return tail;
}

} // namespace

SchedulerMessage parse_scheduler_message(std::string_view text) {
    SchedulerMessage message;
    text = trim(text);
    if (contains(text, "no nodes available to schedule pods")) {
        message.no_nodes = true;
        return message;
    }
    if (contains(text, "fit failure on node")) {
        add_fit_failures(message, text);
        return message;
    }
    message.preemption = take_preemption(text);
    for (const std::string_view start :
         {"pod didn't trigger scale-up: ", "pod didn't trigger scale-up (it wouldn't fit if a new node is added): "})
        if (text.starts_with(start)) {
            add_counted(message, text.substr(start.size()));
            return message;
        }
    constexpr std::string_view k_predicates = "all of the predicates: ";
    if (const auto at = text.find(k_predicates); at != std::string_view::npos) {
        add_with_count_behind(message, text.substr(at + k_predicates.size()));
        return message;
    }
    if (text.starts_with("0/")) {
        std::string_view rest = text.substr(2);
        message.nodes_total = take_number(rest);
        const auto colon = rest.find(": ");
        if (message.nodes_total && colon != std::string_view::npos) {
            message.no_nodes = *message.nodes_total == 0;
            add_counted(message, rest.substr(colon + 2));
            return message;
        }
    }
    if (const std::string_view all = "all nodes are unavailable: "; text.starts_with(all)) {
        add_counted(message, text.substr(all.size()));
        return message;
    }
    add(message, without_end(without_plugin(text)));
    return message;
}

} // namespace kdiag::rules::scheduling
