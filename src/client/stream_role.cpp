// SPDX-License-Identifier: Apache-2.0
#include "client/stream_role.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::client {

void explain_role(Error& error, const std::optional<Error>& websocket_refusal, std::string_view resource) {
    error.help = {format("the role needs the verb `create` on {}; over WebSocket `get` as well", resource)};
    if (!websocket_refusal || websocket_refusal->kind != ErrorKind::forbidden) return;
    const auto& notes = websocket_refusal->notes;
    const bool may_get = std::none_of(notes.begin(), notes.end(), [](const auto& note) { return contains(note, "cannot get"); });
    if (may_get) { // the second check of 1.35 gives no reason
        error.help = {format("the role needs the verb `create` on {}: `get` alone is not enough", resource)};
        return;
    }
    error.notes.insert(error.notes.end(), notes.begin(), notes.end());
    error.help = {format("neither `get` nor `create` on {} is allowed: the role needs `create`, and `get` for WebSocket", resource)};
}

} // namespace kdiag::client
