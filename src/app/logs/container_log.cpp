// SPDX-License-Identifier: Apache-2.0
#include "app/logs/container_log.hpp"

#include "util/format.hpp"

#include <algorithm>

namespace kdiag::app {

std::string log_path(const LogOrigin& origin, const LogRequest& request) {
    std::string query;
    const auto add = [&](std::string_view name, std::string_view value) { query += format("{}{}={}", query.empty() ? "?" : "&", name, client::escape(value)); };
    if (!origin.container.empty()) add("container", origin.container);
    if (request.follow) add("follow", "true");
    if (request.previous) add("previous", "true");
    if (request.with_times) add("timestamps", "true");
    if (request.tail) add("tailLines", std::to_string(*request.tail));
    if (request.since_seconds) add("sinceSeconds", std::to_string(*request.since_seconds));
    if (!request.since_time.empty()) add("sinceTime", request.since_time);
    if (request.limit_bytes && (!request.with_times || request.raw)) add("limitBytes", std::to_string(*request.limit_bytes)); // it would count the times
    if (request.insecure_backend) add("insecureSkipTLSVerifyBackend", "true");
    return format("/api/v1/namespaces/{}/pods/{}/log{}", client::escape(origin.namespace_name), client::escape(origin.pod), query);
}

ContainerLog::ContainerLog(client::ApiClient& client, LogOrigin origin, LogRequest request, const LineFilter& filter)
    : m_client(client), m_origin(std::move(origin)), m_request(std::move(request)), m_filter(filter), m_buffer(m_request.with_times, m_request.longest_piece) {}

/// After the first request it is not the user's window that counts, but what has not been read yet.
LogRequest ContainerLog::next_request(bool previous) const {
    LogRequest next = m_request;
    next.previous = next.previous || previous;
    next.follow = next.follow && !next.previous;
    if (!m_cursor.empty()) {
        next.tail.reset();
        next.since_seconds.reset();
        next.since_time = whole_second(m_cursor.since());
    } else if (m_first_asked && next.tail) { // nothing came yet: the window stays where it was, by the clock of the server
        next.tail.reset();
        next.since_seconds = std::max<std::int64_t>(1, (now_utc() - m_first_asked).milliseconds / 1000 + 1);
        next.since_time.clear();
    }
    return next;
}

Status ContainerLog::open(bool previous) {
    const auto request = next_request(previous);
    if (!m_first_asked) m_first_asked = now_utc();
    m_buffer = LineBuffer(m_request.with_times, m_request.longest_piece);
    m_answer.reset();
    m_open.reset();
    m_skipping = m_judged = m_paused = false;
    m_bytes_of_request = 0;
    m_cursor.resume();
    client::ApiRequest api{.path = log_path(m_origin, request), .doing = format("read the log of container {} in pod {}", m_origin.container, m_origin.pod), .accept = "*/*"};
    api.on_data = [this](std::string_view bytes) { return take(bytes); };
    KD_TRY_ASSIGN(m_open, m_client.open(std::move(api), [this](client::ApiAnswer answer) { end(std::move(answer)); }));
    return {};
}

Result<net::Flow> ContainerLog::take(std::string_view bytes) {
    m_bytes_of_request += bytes.size();
    if (m_request.raw) {
        m_paused = m_request.raw(bytes);
    } else {
        m_buffer.push(bytes);
        m_paused = m_buffer.size() >= m_request.most_held;
    }
    return m_paused ? net::Flow::pause : net::Flow::go_on;
}

void ContainerLog::end(client::ApiAnswer answer) {
    m_answer = std::move(answer);
    if (m_request.follow && m_answer->error)
        m_buffer.drop_incomplete(); // it comes again, whole
    else
        m_buffer.finish();
}

std::optional<client::ApiAnswer> ContainerLog::take_end() {
    if (!m_answer || front()) return std::nullopt;
    if (m_line) m_broken = std::exchange(m_line, std::nullopt);
    m_open.reset();
    return std::exchange(m_answer, std::nullopt);
}

void ContainerLog::resume() {
    if (!m_paused || m_open == nullptr) return;
    if (!m_request.raw && m_buffer.size() > m_request.most_held / 4) return;
    m_paused = false;
    m_open->resume();
}

/// Whether a line that begins is not to be shown: it was before, or the filter is against it. Also finds the line that broke off.
bool ContainerLog::is_unwanted(const LinePiece& piece) {
    if (m_broken && LogCursor::fingerprint(piece) == m_broken->fingerprint) {
        static_cast<void>(m_cursor.is_repeat(piece));
        m_skip_bytes = m_broken->bytes;
        m_continues = true;
        m_broken.reset();
        return false;
    }
    if (m_cursor.is_repeat(piece)) return true;
    if (m_broken) { // later lines come, so its rest will not
        m_broken.reset();
        m_line_was_lost = true;
    }
    return !m_filter.passes(piece.text);
}

bool ContainerLog::take_broken_line() {
    return std::exchange(m_line_was_lost, false);
}

void ContainerLog::skip_line() {
    const auto piece = m_buffer.front();
    if (piece->starts) m_cursor.note(*piece);
    m_skipping = !piece->ends;
    m_buffer.pop();
}

LinePiece ContainerLog::limited(LinePiece piece) const {
    if (!m_request.limit_bytes || !m_request.with_times) return piece;
    const auto left = static_cast<std::size_t>(std::max<std::int64_t>(0, *m_request.limit_bytes - m_given));
    if (piece.text.size() + (piece.newline ? 1 : 0) <= left) return piece;
    piece.newline = piece.newline && left > piece.text.size();
    piece.text = piece.text.substr(0, left);
    return piece;
}

std::optional<LinePiece> ContainerLog::front() {
    while (auto piece = m_buffer.front()) {
        if (is_full()) return std::nullopt;
        if (m_skipping) {
            skip_line();
            continue;
        }
        if (piece->starts && !m_judged && is_unwanted(*piece)) {
            const bool repeated = piece->time != 0 && piece->time <= m_cursor.newest();
            if (repeated) { // it is remembered already
                m_skipping = !piece->ends;
                m_buffer.pop();
            } else {
                skip_line();
            }
            continue;
        }
        m_judged = true;
        if (m_skip_bytes >= piece->text.size() && m_skip_bytes > 0 && !piece->ends) {
            m_skip_bytes -= piece->text.size();
            if (piece->starts) m_line = Broken{LogCursor::fingerprint(*piece), 0};
            m_line->bytes += piece->text.size();
            m_buffer.pop();
            continue;
        }
        piece->text.remove_prefix(std::min(m_skip_bytes, piece->text.size()));
        piece->starts = piece->starts && !m_continues;
        return limited(*piece);
    }
    return std::nullopt;
}

void ContainerLog::pop() {
    const auto whole = m_buffer.front();
    if (!whole) return;
    const auto shown = limited(*whole);
    m_given += static_cast<std::int64_t>(shown.text.size()) + (shown.newline ? 1 : 0);
    if (whole->starts) {
        if (!m_continues) m_cursor.note(*whole);
        m_line = Broken{LogCursor::fingerprint(*whole), 0};
    }
    if (m_line) m_line->bytes += whole->text.size();
    m_skip_bytes = 0;
    if (whole->ends) {
        ++m_lines;
        m_line.reset();
        m_judged = m_continues = false;
    }
    m_buffer.pop();
}

} // namespace kdiag::app
