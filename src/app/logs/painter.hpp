// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/logs/filter.hpp"
#include "app/logs/line_buffer.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace kdiag::app {

enum class LogFormat { text, json, raw };

struct PaintOptions {
    LogFormat format = LogFormat::text;
    bool prefix = false;
    bool timestamps = false;
    bool terminal = false; ///< standard output is one: nothing that could steer it, short prefixes
    bool color = false;
    bool ascii = false;
};

/// Where a line is from.
struct LogOrigin {
    std::string namespace_name, pod, container;
    std::string short_pod; ///< enough to tell its pods apart
    std::size_t number = 0; ///< of the pod, for its colour
};

/// Something that happened to a container between its lines.
struct LogEvent {
    std::string name;  ///< for JSON, in camel case: `containerEnded`
    std::string words; ///< for people: `container ended: OOMKilled, exit 137`
};

/// Turns lines and what happens between them into the bytes of the output.
class Painter {
public:
    Painter(PaintOptions options, const LineFilter& filter) : m_options(options), m_filter(filter) {}

    /// The short prefixes of all origins get the same width.
    void make_room(const LogOrigin& origin);
    void paint(std::string& out, const LogOrigin& origin, const LinePiece& piece);
    /// The end of a line that will not come any more.
    void break_line(std::string& out);
    void paint_event(std::string& out, const LogOrigin& origin, const LogEvent& event, std::string_view time) const;

private:
    void paint_text(std::string& out, const LogOrigin& origin, const LinePiece& piece);
    void paint_json(std::string& out, const LogOrigin& origin, const LinePiece& piece);
    void append_prefix(std::string& out, const LogOrigin& origin) const;
    void append_for_terminal(std::string& out, const LinePiece& piece) const;

    PaintOptions m_options;
    const LineFilter& m_filter;
    std::size_t m_pod_width = 0, m_container_width = 0;
};

} // namespace kdiag::app
