// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/debug/container.hpp"
#include "app/environment.hpp"
#include "client/api_client.hpp"

#include <functional>
#include <string>

namespace kdiag::app::debug {

/// A debug container that has been asked for.
struct Place {
    std::string namespace_name, pod, container;
    std::string image;
    bool stdin_open = false, tty = false;
    bool is_new = true;
    bool is_shell = true; ///< its program prints a prompt when a line comes
    std::string reference() const;
};

using Tell = std::function<void(const std::string&)>;

/// The pod as it is now.
Result<data::Value> read_pod(client::ApiClient& client, const std::string& namespace_name, const std::string& pod);

/// Waits until the container runs or has ended; the pod as it is then. Gives up at once when it never will.
Result<data::Value> wait_for_start(client::ApiClient& client, const Place& place, Duration timeout, const Tell& tell, Environment& environment);

/// Joins the container with the standard streams until it ends, and gives what its program exited with. Without input its log is shown
/// from the beginning; what a terminal or a pipe is joined with is attached to.
Result<ExitCode> join(client::ApiClient& client, const Place& place, const data::Value& pod, const Tell& tell, Environment& environment);

} // namespace kdiag::app::debug
