// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/remote_command.hpp"

#include <optional>
#include <string_view>

namespace kdiag::client {

/// The end of a remote command as the last word of its error stream says it: a metav1.Status (KEP-1798's v4 and later; the exit code is a
/// cause of it), or a plain text of old runtimes.
RemoteExit read_remote_status(std::string_view text);

/// The API server or the kubelet never got to the runtime; by the words of the server's translator and of the kubelet. Nothing: they say
/// something else.
std::optional<Error> reason_not_started(std::string_view words);

} // namespace kdiag::client
