// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/forward/forward_words.hpp"
#include "app/pod_watch.hpp"
#include "client/port_forward.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kdiag::app {

/// The object that ports are forwarded to, and the pod that stands for it now. When that pod goes away another takes its place.
class ForwardTarget {
public:
    struct Events {
        std::function<void(const std::string&)> tell; ///< a line for people
        std::function<void()> on_pod;                 ///< there is a pod (again)
        /// This pod (a UID) is deleted, and nothing will come from it any more.
        std::function<void(const std::string&)> on_deleted;
    };
    ForwardTarget(client::ApiClient& client, PodFinder& finder, ForwardWords words, bool follow, Events events);
    ~ForwardTarget();
    ForwardTarget(const ForwardTarget&) = delete;
    ForwardTarget& operator=(const ForwardTarget&) = delete;

    /// Finds the object, waits for a pod of it that runs, and makes sure that forwarding to it is possible at all. Turns the loop meanwhile.
    Status start(Duration pod_running_timeout, const std::atomic<bool>* interrupted);
    /// Looks for another pod when there is a reason to. Turns the loop meanwhile, so it is for its owner's own turn, not for events. An
    /// Error: the pod is gone, and no other is to be used.
    Status tend();

    /// Null: there is no pod now.
    client::PortForward* forward() { return m_forward.get(); }
    /// A connection failed in a way that says the pod is no more.
    void doubt();
    const std::string& pod() const { return m_pod; }
    const std::string& pod_uid() const { return m_pod_uid; }
    const std::vector<TargetPort>& ports() const { return m_ports; }
    const std::vector<PortSpec>& specs() const { return m_words.ports; }
    /// `Service/checkout`, `Pod/web`.
    std::string display() const { return m_target.named.display(); }
    bool is_pod() const { return m_target.is_pod(); }
    /// Why there is no pod, for connections that cannot wait any longer.
    Error no_pod() const;

private:
    Status use(const TargetPods& found, const kube::Pod& pod);
    Result<std::optional<TargetPods>> look();
    const kube::Pod* best_of(const TargetPods& found) const;
    void watch(const std::string& resource_version);
    void seen(const kube::Pod& pod);
    void deleted(const std::string& uid);
    void gone(std::string_view how);

    client::ApiClient& m_client;
    PodFinder& m_finder;
    ForwardWords m_words;
    bool m_follow;
    Events m_events;
    PodTarget m_target;
    std::vector<TargetPort> m_ports;
    std::string m_pod, m_pod_uid;
    std::vector<std::string> m_left; ///< UIDs of pods that were used before, and may still be there
    std::unique_ptr<client::PortForward> m_forward;
    std::unique_ptr<PodWatch> m_watch;
    Timestamp m_lost_at, m_next_look;
    Duration m_pause;
    bool m_better_wanted = false, m_doubted = false;
};

} // namespace kdiag::app
