// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/pod_list.hpp"
#include "kube/codec/item_splitter.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace kdiag::app {

/// Pods as they change, for as long as this object lives: a watch that begins again where it ended, lists again when the server has
/// forgotten that place (410), and asks from time to time where watching is not allowed. It never gives up.
class PodWatch {
public:
    /// All are called from the loop, and may not destroy the watch.
    struct Events {
        /// The texts live as long as the call.
        std::function<void(const kube::Pod&)> on_pod;
        std::function<void(const kube::Pod&)> on_deleted;
        /// Pods were listed again: any that is known and not among these is gone.
        std::function<void(const std::vector<kube::Pod>&)> on_listed;
        /// It cannot be watched for now; told once until it can again.
        std::function<void(const Error&)> on_trouble = {};
    };

    /// `list_path` is watched from `resource_version` on. `single`: the path of the one pod that it lists, which may be allowed to be read
    /// where lists are not; else empty.
    PodWatch(client::ApiClient& client, std::string list_path, std::string single, std::string resource_version, Events events);
    ~PodWatch();
    PodWatch(const PodWatch&) = delete;
    PodWatch& operator=(const PodWatch&) = delete;

private:
    void watch();
    void list();
    void watch_ended(const client::ApiAnswer& answer);
    void list_ended(const client::ApiAnswer& answer);
    Status take(std::string_view event);
    void later(void (PodWatch::*next)());
    void trouble(const Error& error);

    client::ApiClient& m_client;
    std::string m_list_path, m_single, m_version;
    Events m_events;
    std::optional<kube::ItemSplitter> m_splitter;
    std::unique_ptr<client::OpenRequest> m_open;
    net::EventLoop::TimerId m_timer = 0;
    int m_failures = 0;
    bool m_expired = false;
    bool m_may_watch = true;
    bool m_told = false;
};

/// Where one pod, or the pods that a selector matches (empty: all), are listed and watched.
std::string pod_watch_path(std::string_view namespace_name, std::string_view pod_name, std::string_view label_selector);

} // namespace kdiag::app
