// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/logs/painter.hpp"
#include "app/pod_choice.hpp"
#include "kube/pod.hpp"
#include "util/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kdiag::app {

/// How an instance of a container ended.
struct Ending {
    std::int64_t exit_code = 0, signal = 0;
    std::string reason;
    Timestamp finished;
};

/// What is known of a container when its pod was last heard of; owns its texts.
struct ContainerSeen {
    enum class State { unknown, waiting, running, ended };
    std::string name;
    ContainerKind kind = ContainerKind::regular;
    bool sidecar = false;
    State state = State::unknown;
    std::int64_t restarts = 0;
    std::string waiting_reason, waiting_message;
    std::optional<Ending> ending;      ///< of this instance
    std::optional<Ending> last_ending; ///< of the instance before

    /// The kubelet has something to give: this instance has started, or one before it.
    bool has_log() const { return state == State::running || state == State::ended || last_ending || restarts > 0; }
};

struct PodSeen {
    std::string namespace_name, name, uid, phase, restart_policy, scheduling, default_container;
    std::string controller_kind, controller; ///< what makes another pod when this one is gone; empty: nothing
    Timestamp created;
    bool deleting = false, generated_name = false;
    std::vector<ContainerSeen> containers; ///< init, regular and ephemeral ones, as they run

    bool has_ended() const { return phase == "Succeeded" || phase == "Failed"; }
    const ContainerSeen* find(std::string_view container) const;
    /// Whether an instance that has ended is the container's last one.
    bool is_last_instance(const ContainerSeen& container) const;
};

PodSeen see_pod(const kube::Pod& pod);

/// `checkout-58d5c7b6f-2xkqj` -> `2xkqj`, when a controller made the name; others stay whole.
std::string short_name(const PodSeen& pod);

/// What to tell of a container between two sights of it (`before` null: the first), in order. The first sight tells only what explains
/// a silence: that it waits, or how it ended.
std::vector<LogEvent> tell_changes(const PodSeen& pod, const ContainerSeen* before, const ContainerSeen& now, Timestamp time);

/// `container ended: OOMKilled, exit 137`.
std::string ending_words(const Ending& ending);
/// `waiting: ImagePullBackOff: Back-off pulling image "x"`.
std::string waiting_words(const PodSeen& pod, const ContainerSeen& container);
/// A reason to wait that does not pass by itself, such as an image that cannot be pulled.
bool waits_in_vain(const ContainerSeen& container);

} // namespace kdiag::app
