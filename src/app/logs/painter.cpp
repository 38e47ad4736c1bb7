// SPDX-License-Identifier: Apache-2.0
#include "app/logs/painter.hpp"

#include "data/json.hpp"
#include "util/format.hpp"
#include "util/sanitize.hpp"

#include <algorithm>
#include <array>

namespace kdiag::app {

namespace {

/// Colours of the user's theme that can be told apart on light and dark: cyan, green, magenta, yellow, blue, and their bright kin.
constexpr std::array<std::string_view, 10> k_colors = {"36", "32", "35", "33", "34", "96", "92", "95", "93", "94"};

/// The text inside a JSON string's quotes.
std::string json_inside(std::string_view text) {
    const auto quoted = data::to_json(data::Value(text));
    return quoted.substr(1, quoted.size() - 2);
}

void append_padded(std::string& out, std::string_view text, std::size_t width) {
    out += text;
    if (text.size() < width) out.append(width - text.size(), ' ');
}

} // namespace

void Painter::make_room(const LogOrigin& origin) {
    m_pod_width = std::max(m_pod_width, origin.short_pod.size());
    m_container_width = std::max(m_container_width, origin.container.size());
}

void Painter::paint(std::string& out, const LogOrigin& origin, const LinePiece& piece) {
    if (m_options.format == LogFormat::json)
        paint_json(out, origin, piece);
    else
        paint_text(out, origin, piece);
}

void Painter::break_line(std::string& out) {
    out += m_options.format == LogFormat::json ? "\"}\n" : "\n";
}

/// kubectl's `[pod/web-1/app] ` where a program may read it, aligned columns on a terminal.
void Painter::append_prefix(std::string& out, const LogOrigin& origin) const {
    if (!m_options.terminal) {
        out += format("[pod/{}/{}] ", origin.pod, origin.container);
        return;
    }
    if (m_options.color) out += format("\x1b[{}m", k_colors[origin.number % k_colors.size()]);
    append_padded(out, origin.short_pod, m_pod_width);
    out += ' ';
    append_padded(out, origin.container, m_container_width);
    if (m_options.color) out += "\x1b[0m";
    out += ' ';
}

void Painter::paint_text(std::string& out, const LogOrigin& origin, const LinePiece& piece) {
    if (piece.starts && m_options.format != LogFormat::raw) {
        if (m_options.prefix) append_prefix(out, origin);
        if (m_options.timestamps && !piece.stamp.empty()) {
            out += piece.stamp;
            out += ' ';
        }
    }
    if (m_options.terminal && m_options.format == LogFormat::text)
        append_for_terminal(out, piece);
    else
        out += piece.text;
    if (piece.ends && piece.newline) out += '\n';
}

void Painter::append_for_terminal(std::string& out, const LinePiece& piece) const {
    const auto text = piece.ends && piece.text.ends_with('\r') ? piece.text.substr(0, piece.text.size() - 1) : piece.text;
    if (!m_options.color) {
        out += sanitize_log(text, false);
        return;
    }
    std::string_view rest = text;
    for (const auto part : m_filter.highlights(text, piece.starts, piece.ends)) {
        out += sanitize_log(rest.substr(0, static_cast<std::size_t>(part.data() - rest.data())), true);
        out += "\x1b[7m" + sanitize_log(part, true) + "\x1b[27m"; // reverse leaves the application's colours alone
        rest.remove_prefix(static_cast<std::size_t>(part.data() + part.size() - rest.data()));
    }
    out += sanitize_log(rest, true);
    if (text.find('\x1b') != std::string_view::npos) out += "\x1b[0m";
}

void Painter::paint_json(std::string& out, const LogOrigin& origin, const LinePiece& piece) {
    if (piece.starts) {
        auto line = data::Value::object();
        if (!piece.stamp.empty()) line.set("time", piece.stamp);
        line.set("namespace", origin.namespace_name).set("pod", origin.pod).set("container", origin.container).set("line", "");
        out += data::to_json(line);
        out.resize(out.size() - 2); // the closing quote and brace
    }
    out += json_inside(piece.text);
    if (piece.ends) out += "\"}\n";
}

void Painter::paint_event(std::string& out, const LogOrigin& origin, const LogEvent& event, std::string_view time) const {
    if (m_options.format == LogFormat::json) {
        auto value = data::Value::object();
        value.set("time", time).set("namespace", origin.namespace_name).set("pod", origin.pod);
        if (!origin.container.empty()) value.set("container", origin.container);
        out += data::to_json(value.set("event", event.name).set("message", event.words)) + "\n";
        return;
    }
    const auto words = sanitize_line(event.words);
    if (!m_options.terminal) {
        out += format("--- pod/{}{}{}: {} ---\n", origin.pod, origin.container.empty() ? "" : "/", origin.container, words);
        return;
    }
    if (m_options.prefix) append_prefix(out, origin);
    out += m_options.color ? format("\x1b[2m--- {} ---\x1b[0m\n", words) : format("--- {} ---\n", words);
}

} // namespace kdiag::app
