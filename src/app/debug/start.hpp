// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/debug/profile.hpp"
#include "data/value.hpp"
#include "util/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kdiag::app::debug {

/// A container as its pod's status has it.
struct ContainerNow {
    enum class Phase { unknown, waiting, running, ended } phase = Phase::unknown;
    std::string reason, message;
    int exit_code = 0; ///< once it has ended
    std::string id = {}; ///< of this run; empty before there is one
};
ContainerNow container_now(const data::Value& pod, std::string_view name);

/// What one run of a container exited with; nullopt: it goes on, or is not to be seen any more. A restart (a copy keeps its restartPolicy)
/// moves the end of the run before to `lastState`.
std::optional<int> exit_code_of_run(const data::Value& pod, std::string_view container, std::string_view id);

/// Why a container will not start, or has not been able to: a reason that no waiting changes (kubectl waits for ever, k/k#108135).
/// nullopt: it may still start. `reference`: `POD -n NS`, for commands to paste.
std::optional<Error> why_never(const data::Value& pod, std::string_view container, std::string_view image, const std::string& reference);

/// The runtime's words about a program that is missing in the image, or that is none (exec's 127 and 126); empty: that is not the trouble.
std::string failed_program(const data::Value& pod, std::string_view container);

/// One line about what a container that has not started waits for; may be empty.
std::string waiting_line(const data::Value& pod, std::string_view container);

/// A refusal of the API server to let the container or pod in, with what to do about it. `profile`: of the container that was refused.
Error explain_refusal(Error error, Profile profile, const std::string& namespace_name);

/// What the server says when it has no ephemeral containers (before 1.23, or switched off).
Error no_ephemeral_containers(const std::string& pod);

} // namespace kdiag::app::debug
