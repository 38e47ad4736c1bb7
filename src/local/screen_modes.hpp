// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace kdiag::local {

/// What a program has switched on in the terminal and not yet off: alternate screen, hidden cursor, mouse reports, bracketed paste,
/// keypad modes. A full-screen program that is cut off leaves them behind, and tcsetattr knows nothing of them.
class ScreenModes {
public:
    /// Output of the program, in any pieces.
    void watch(std::string_view bytes);
    /// What undoes them; empty when nothing is left on.
    std::string undo() const;

private:
    enum class State { text, escape, control, parameters };
    void take_final(char final);
    void set(int mode, bool on);

    State m_state = State::text;
    std::string m_parameters;
    std::set<int> m_on;
    bool m_cursor_hidden = false, m_keypad = false;
};

} // namespace kdiag::local
