// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/debug/container.hpp"
#include "app/detach_keys.hpp"
#include "app/environment.hpp"
#include "client/api_client.hpp"

#include <functional>
#include <string>
#include <vector>

namespace kdiag::app::debug {

/// A debug container that has been asked for.
struct Place {
    std::string namespace_name, pod, container;
    std::string image;
    std::vector<std::string> command; ///< empty: the image's own
    bool stdin_open = false, tty = false;
    bool is_new = true;
    bool is_shell = true; ///< its program prints a prompt when a line comes
    std::string reference() const;
};

using Tell = std::function<void(const std::string&)>;

/// The pod as it is now.
Result<data::Value> read_pod(client::ApiClient& client, const std::string& namespace_name, const std::string& pod);

/// The pod when its debug container runs or has ended. `not_started`: its program is missing or no program, in the runtime's words.
struct Started {
    data::Value pod;
    std::string not_started = {};
};
/// Waits for that. Gives up at once when it never will.
Result<Started> wait_for_start(client::ApiClient& client, const Place& place, Duration timeout, const Tell& tell, Environment& environment);

/// Joins the container with the standard streams until it ends, and gives what its program exited with. Without input its log is shown
/// from the beginning; what a terminal or a pipe is joined with is attached to, and left by `detach_keys`.
Result<ExitCode> join(client::ApiClient& client, const Place& place, const data::Value& pod, const DetachKeys& detach_keys, const Tell& tell, Environment& environment);

} // namespace kdiag::app::debug
