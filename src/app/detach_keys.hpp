// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace kdiag::app {

/// Keys that leave a session while its program goes on, as `ctrl-p,ctrl-q` (docker's and kubectl's syntax: moby/term, ToBytes). They are looked
/// for in what is typed; what may be the beginning of them is held back until the next key decides.
class DetachKeys {
public:
    DetachKeys() = default; ///< none
    /// Empty: none. Each is one character, or `ctrl-` with a letter or one of @ [ \ ] ^ _
    static Result<DetachKeys> parse(std::string_view text);

    bool none() const { return m_keys.empty(); }
    struct Typed {
        std::string bytes; ///< for the program
        bool detached = false; ///< the keys were typed; what came after them is dropped
    };
    Typed take(std::string_view bytes);

private:
    std::string m_keys;
    std::size_t m_matched = 0;
};

} // namespace kdiag::app
