// SPDX-License-Identifier: Apache-2.0
#include "local/screen_modes.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <array>
#include <algorithm>
#include <charconv>

namespace kdiag::local {

namespace {

constexpr int k_cursor = 25;
/// DEC private modes that disturb a shell (xterm's ctlseqs): cursor keys, alternate screens, mouse, focus, bracketed paste.
constexpr std::array k_disturbing = {1, 9, 47, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1047, 1049, 2004};
constexpr std::size_t k_longest_parameters = 64;

} // namespace

void ScreenModes::watch(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        if (m_state == State::text) {
            at = bytes.find('\x1b', at);
            if (at == std::string_view::npos) return;
            m_state = State::escape;
            continue;
        }
        const char c = bytes[at];
        if (c == '\x1b') {
            m_state = State::escape;
        } else if (m_state == State::escape) {
            if (c == '=' || c == '>') m_keypad = c == '=';
            m_state = c == '[' ? State::control : State::text;
        } else if (m_state == State::control) { // private modes have a question mark here
            m_parameters.clear();
            m_state = c == '?' ? State::parameters : State::text;
        } else if (((c >= '0' && c <= '9') || c == ';') && m_parameters.size() < k_longest_parameters) {
            m_parameters += c;
        } else {
            take_final(c);
            m_state = State::text;
        }
    }
}

void ScreenModes::take_final(char final) {
    if (final != 'h' && final != 'l') return;
    for (const auto part : split(m_parameters, ';')) {
        int mode = 0;
        if (std::from_chars(part.data(), part.data() + part.size(), mode).ec == std::errc{}) set(mode, final == 'h');
    }
}

void ScreenModes::set(int mode, bool on) {
    if (mode == k_cursor) m_cursor_hidden = !on;
    if (std::find(k_disturbing.begin(), k_disturbing.end(), mode) == k_disturbing.end()) return;
    if (on)
        m_on.insert(mode);
    else
        m_on.erase(mode);
}

std::string ScreenModes::undo() const {
    std::string text;
    for (const int mode : m_on) text += format("\x1b[?{}l", mode);
    if (m_cursor_hidden) text += "\x1b[?25h";
    if (m_keypad) text += "\x1b>";
    return text;
}

} // namespace kdiag::local
