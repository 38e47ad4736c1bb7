// SPDX-License-Identifier: Apache-2.0
#include "app/pod_choice.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <algorithm>
#include <array>

namespace kdiag::app {

namespace {

/// Phases that are none of these rank as Pending, as a lookup in kubectl's map gives 0.
int phase_rank(const kube::Pod& pod) {
    return pod.status.phase == "Running" ? 2 : pod.status.phase == "Unknown" ? 1 : 0;
}

Timestamp ready_since(const kube::Pod& pod) {
    const auto* condition = kube::find_condition(pod.status.conditions, "Ready");
    return condition != nullptr && condition->status == "True" ? condition->changed : Timestamp{};
}

struct Restarts {
    std::int64_t regular = 0, sidecar = 0;
    auto operator<=>(const Restarts&) const = default;
};

bool is_sidecar(const kube::Pod& pod, std::string_view name) {
    return std::any_of(pod.spec.init_containers.begin(), pod.spec.init_containers.end(),
                       [&](const auto& container) { return container.name == name && container.restart_policy == "Always"; });
}

Restarts most_restarts(const kube::Pod& pod) {
    Restarts most;
    for (const auto& status : pod.status.container_statuses) most.regular = std::max(most.regular, status.restart_count);
    for (const auto& status : pod.status.init_container_statuses)
        if (is_sidecar(pod, status.name)) most.sidecar = std::max(most.sidecar, status.restart_count);
    return most;
}

/// The earlier time first; an unset one last.
bool is_earlier(Timestamp a, Timestamp b) {
    return a && (!b || a < b);
}

bool serves_better(const kube::Pod& a, const kube::Pod& b, std::string_view newest_owner_uid) {
    if (a.spec.node_name.empty() != b.spec.node_name.empty()) return b.spec.node_name.empty();
    if (phase_rank(a) != phase_rank(b)) return phase_rank(a) > phase_rank(b);
    if (is_ready(a) != is_ready(b)) return is_ready(a);
    if (static_cast<bool>(a.meta.deleted) != static_cast<bool>(b.meta.deleted)) return !a.meta.deleted;
    if (a.meta.deleted != b.meta.deleted) return a.meta.deleted > b.meta.deleted;
    const auto is_newest = [&](const kube::Pod& pod) { return pod.meta.controller() != nullptr && pod.meta.controller()->uid == newest_owner_uid; };
    if (is_newest(a) != is_newest(b)) return is_newest(a);
    if (is_ready(a) && ready_since(a) != ready_since(b)) return is_earlier(ready_since(a), ready_since(b));
    if (const auto x = most_restarts(a), y = most_restarts(b); x != y) return x < y;
    return is_earlier(a.meta.created, b.meta.created);
}

template <class Container> const Container* named_in(const kube::List<Container>& containers, std::string_view name) {
    const auto found = std::find_if(containers.begin(), containers.end(), [&](const auto& container) { return container.name == name; });
    return found == containers.end() ? nullptr : &*found;
}

Error no_container(const kube::Pod& pod, std::string_view name) {
    std::vector<std::string> names;
    for (const auto* list : {&pod.spec.containers, &pod.spec.init_containers, &pod.spec.ephemeral_containers})
        for (const auto& container : *list) names.emplace_back(container.name);
    Error error{.kind = ErrorKind::not_found, .message = format("pod `{}` has no container `{}`", pod.meta.name, name),
                .notes = {format("its containers: {}", container_names(pod))}};
    if (const auto near = nearest(name, names, 1); !near.empty()) error.help.push_back(format("did you mean {}?", near.front()));
    return error;
}

std::string waiting_words(const kube::ContainerStatus& status) {
    if (!status.state.waiting || status.state.waiting->reason.empty()) return {};
    const auto& waiting = *status.state.waiting;
    return waiting.message.empty() ? std::string(waiting.reason) : format("{}, {}", waiting.reason, waiting.message);
}

} // namespace

bool is_ready(const kube::Pod& pod) {
    const auto* condition = kube::find_condition(pod.status.conditions, "Ready");
    return condition != nullptr && condition->status == "True";
}

void rank_pods(std::vector<kube::Pod>& pods, std::string_view newest_owner_uid) {
    std::stable_sort(pods.begin(), pods.end(), [&](const auto& a, const auto& b) { return serves_better(a, b, newest_owner_uid); });
}

std::optional<FoundContainer> find_container(const kube::Pod& pod, std::string_view name) {
    if (const auto* found = named_in(pod.spec.containers, name)) return FoundContainer{found, ContainerKind::regular};
    if (const auto* found = named_in(pod.spec.init_containers, name)) return FoundContainer{found, ContainerKind::init};
    if (const auto* found = named_in(pod.spec.ephemeral_containers, name)) return FoundContainer{found, ContainerKind::ephemeral};
    return std::nullopt;
}

const kube::ContainerStatus* find_container_status(const kube::Pod& pod, std::string_view name) {
    for (const auto* list : {&pod.status.container_statuses, &pod.status.init_container_statuses, &pod.status.ephemeral_container_statuses})
        if (const auto* found = named_in(*list, name)) return found;
    return nullptr;
}

std::string container_names(const kube::Pod& pod) {
    std::vector<std::string> names;
    for (const auto& container : pod.spec.containers) names.emplace_back(container.name);
    for (const auto& container : pod.spec.ephemeral_containers) names.push_back(format("{} (ephem)", container.name));
    for (const auto& container : pod.spec.init_containers) names.push_back(format("{} (init)", container.name));
    return format("{}", join(names, ", "));
}

Result<ContainerChoice> choose_container(const kube::Pod& pod, std::string_view named) {
    if (pod.spec.containers.empty()) return Error{.kind = ErrorKind::not_found, .message = format("pod `{}` has no containers", pod.meta.name)};
    const auto annotated = kube::value_of(pod.meta.annotations, k_default_container);
    const auto wanted = named.empty() ? annotated : named;
    if (!wanted.empty()) {
        if (const auto found = find_container(pod, wanted)) return ContainerChoice{.name = std::string(wanted), .kind = found->kind, .notice = {}};
        Error error = no_container(pod, wanted);
        if (named.empty()) {
            error.notes.push_back(format("the name is from its annotation {}", k_default_container));
            error.help.push_back("name a container with -c");
        }
        return error;
    }
    ContainerChoice choice{.name = std::string(pod.spec.containers.front().name)};
    if (pod.spec.containers.size() + pod.spec.init_containers.size() + pod.spec.ephemeral_containers.size() > 1)
        choice.notice = format("Defaulted container \"{}\" out of: {}", choice.name, container_names(pod));
    return choice;
}

std::string why_not_running(const kube::Pod& pod) {
    if (const auto* scheduled = kube::find_condition(pod.status.conditions, "PodScheduled"); scheduled != nullptr && scheduled->status == "False")
        return scheduled->message.empty() ? format("not scheduled: {}", scheduled->reason) : format("not scheduled: {}", scheduled->message);
    for (const auto* list : {&pod.status.init_container_statuses, &pod.status.container_statuses})
        for (const auto& status : *list)
            if (auto words = waiting_words(status); !words.empty() && words != "PodInitializing") return format("container {} waits: {}", status.name, words);
    return std::string(pod.status.message);
}

Status check_not_completed(const kube::Pod& pod) {
    if (pod.status.phase != "Succeeded" && pod.status.phase != "Failed") return {};
    Error error{.kind = ErrorKind::not_found, .message = format("pod `{}` has ended: its phase is {}, and nothing runs in it any more", pod.meta.name, pod.status.phase)};
    if (!pod.status.reason.empty() || !pod.status.message.empty())
        error.notes.push_back(pod.status.message.empty() ? std::string(pod.status.reason) : format("{}: {}", pod.status.reason, pod.status.message));
    error.help.push_back(format("what it said: kdiag logs {} -n {}", shell_quote(pod.meta.name), shell_quote(pod.meta.namespace_name)));
    error.help.push_back(format("a copy that runs: kdiag debug {} -n {} --copy-to NAME", shell_quote(pod.meta.name), shell_quote(pod.meta.namespace_name)));
    return error;
}

Status check_running(const kube::Pod& pod) {
    KD_TRY(check_not_completed(pod));
    if (pod.status.phase == "Running") return {};
    Error error{.kind = ErrorKind::timeout, .message = format("pod `{}` does not run: its phase is {}", pod.meta.name, pod.status.phase.empty() ? "unknown" : pod.status.phase)};
    if (auto why = why_not_running(pod); !why.empty()) error.notes.push_back(std::move(why));
    error.help.push_back(format("the cause: kdiag diagnose pod/{} -n {}", shell_quote(pod.meta.name), shell_quote(pod.meta.namespace_name)));
    return error;
}

bool can_be_entered(const kube::Pod& pod, std::string_view named) {
    if (pod.status.phase == "Running") return true;
    const auto choice = choose_container(pod, named);
    if (!choice) return true;
    const auto* status = find_container_status(pod, choice->name);
    return status != nullptr && (status->state.running || status->state.terminated);
}

} // namespace kdiag::app
