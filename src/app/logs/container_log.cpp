// SPDX-License-Identifier: Apache-2.0
#include "app/logs/container_log.hpp"

#include "app/logs/kubelet_words.hpp"
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

ContainerLog::ContainerLog(client::ApiClient& client, LogOrigin origin, LogRequest request, const LineFilter& filter, LongLines& long_lines)
    : m_client(client), m_origin(std::move(origin)), m_request(std::move(request)), m_filter(filter), m_long_lines(long_lines), m_buffer(m_request.with_times, m_request.longest_piece) {}

ContainerLog::~ContainerLog() {
    end_long_line();
}

void ContainerLog::hold_at_most(std::size_t bytes) {
    m_request.most_held = bytes;
    m_request.longest_piece = std::min(m_request.longest_piece, bytes / 2); // a piece has to fit in
}

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
    m_skipping = Skip::none;
    m_judged = m_paused = false;
    end_long_line();
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
        m_paused = pass_on(bytes);
    } else {
        m_buffer.push(bytes);
        m_paused = m_buffer.size() >= (m_wants_whole ? k_longest_judged + m_request.longest_piece : m_request.most_held);
    }
    return m_paused ? net::Flow::pause : net::Flow::go_on;
}

/// The bytes as they are; but a last line that may be the kubelet's waits for what follows, or for the end.
bool ContainerLog::pass_on(std::string_view bytes) {
    note_last_line(bytes);
    bool full = false;
    if (!m_held.empty()) full = m_request.raw(std::exchange(m_held, {}));
    if (is_kubelet_failure(m_last_line)) {
        const auto line = bytes.substr(bytes.rfind('\n') + 1); // all of it without a newline: npos + 1 is 0
        m_held = line;
        bytes.remove_suffix(line.size());
    }
    return bytes.empty() ? full : m_request.raw(bytes);
}

/// Enough of it to tell whether it is the kubelet's.
void ContainerLog::note_last_line(std::string_view bytes) {
    if (const auto newline = bytes.rfind('\n'); newline != std::string_view::npos) {
        m_last_line.clear();
        bytes.remove_prefix(newline + 1);
    }
    m_last_line += bytes.substr(0, k_longest_kubelet_words + 1 - std::min(k_longest_kubelet_words + 1, m_last_line.size()));
}

bool ContainerLog::is_failure(const LinePiece& piece) const {
    return m_answer && !m_answer->error && piece.starts && piece.ends && !piece.newline && piece.time == 0 && is_kubelet_failure(piece.text);
}

void ContainerLog::end(client::ApiAnswer answer) {
    m_answer = std::move(answer);
    if (m_request.raw && !m_answer->error && is_kubelet_failure(m_last_line))
        m_failure = m_last_line;
    else if (!m_held.empty())
        m_request.raw(m_held);
    m_held.clear();
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
    if (!m_request.raw && !m_waits && m_buffer.size() > m_request.most_held / 4) return;
    m_paused = false;
    m_open->resume();
}

/// How a line that begins is to be taken: it was before, or the filter is against it. Also finds the line that broke off.
ContainerLog::Skip ContainerLog::judge(const LinePiece& piece) {
    if (m_broken && LogCursor::fingerprint(piece) == m_broken->fingerprint) {
        static_cast<void>(m_cursor.is_repeat(piece));
        m_skip_bytes = m_broken->bytes;
        m_continues = true;
        m_broken.reset();
        return Skip::none;
    }
    if (m_cursor.is_repeat(piece)) return Skip::repeated;
    if (m_broken) { // later lines come, so its rest will not
        m_broken.reset();
        m_line_was_lost = true;
    }
    return m_filter.passes(piece.ends ? piece.text : m_buffer.line().text) ? Skip::none : Skip::unwanted;
}

/// A filter sees a whole line, as far as that can be held.
bool ContainerLog::waits_for_whole_line(const LinePiece& piece) {
    m_waits = m_wants_whole = false;
    if (!m_filter.active() || piece.ends) return false;
    const auto line = m_buffer.line();
    if (line.whole || line.text.size() >= k_longest_judged) return false;
    if (m_buffer.size() < m_request.most_held) return m_waits = true;
    if (!m_holds_long) {
        m_holds_long = m_long_lines.take();
        if (m_holds_long) m_buffer.reserve(k_longest_judged + 2 * m_request.longest_piece);
    }
    return m_waits = m_wants_whole = m_holds_long;
}

void ContainerLog::end_long_line() {
    if (std::exchange(m_holds_long, false)) m_long_lines.give_back();
    m_waits = m_wants_whole = false;
}

bool ContainerLog::take_broken_line() {
    return std::exchange(m_line_was_lost, false);
}

/// A piece of a line that is not shown. One that was taken before is remembered and counted already.
void ContainerLog::skip_piece() {
    const auto piece = m_buffer.front();
    const bool was_taken = m_skipping == Skip::repeated && piece->time != 0;
    if (piece->starts && !was_taken) m_cursor.note(*piece);
    if (m_skipping == Skip::unwanted) m_given += cost(*piece);
    if (piece->ends) {
        m_skipping = Skip::none;
        end_long_line();
    }
    m_buffer.pop();
}

/// What the kubelet counts of a piece: its limit is of the bytes that it sends.
std::int64_t ContainerLog::cost(const LinePiece& piece) const {
    const std::size_t time = m_request.counts_times && piece.starts && !piece.stamp.empty() ? piece.stamp.size() + 1 : 0;
    return static_cast<std::int64_t>(time + piece.text.size() + (piece.newline ? 1 : 0));
}

LinePiece ContainerLog::limited(LinePiece piece) const {
    if (!m_request.limit_bytes || !m_request.with_times) return piece;
    auto left = static_cast<std::size_t>(std::max<std::int64_t>(0, *m_request.limit_bytes - m_given));
    if (cost(piece) <= static_cast<std::int64_t>(left)) return piece;
    if (m_request.counts_times && piece.starts && !piece.stamp.empty()) {
        if (left <= piece.stamp.size()) { // it ends inside the time, which is then all there is of the line
            piece.text = piece.stamp.substr(0, left);
            piece.stamp = {};
            piece.newline = false;
            piece.ends = true;
            return piece;
        }
        left -= piece.stamp.size() + 1;
    }
    piece.newline = piece.newline && left > piece.text.size();
    piece.text = piece.text.substr(0, left);
    piece.ends = true;
    return piece;
}

/// A piece without what was shown before, or is beyond the limit.
LinePiece ContainerLog::shown(LinePiece piece) const {
    piece.text.remove_prefix(std::min(m_skip_bytes, piece.text.size()));
    piece.starts = piece.starts && !m_continues;
    return limited(piece);
}

std::optional<LinePiece> ContainerLog::front() {
    while (auto piece = m_buffer.front()) {
        if (is_full()) return std::nullopt;
        if (is_failure(*piece)) {
            m_failure = piece->text;
            m_buffer.pop();
            continue;
        }
        if (piece->starts && !m_judged) {
            if (waits_for_whole_line(*piece)) return std::nullopt;
            m_skipping = judge(*piece);
            m_judged = m_skipping == Skip::none;
        }
        if (m_skipping != Skip::none) {
            skip_piece();
            continue;
        }
        if (m_skip_bytes >= piece->text.size() && m_skip_bytes > 0 && !piece->ends) {
            m_skip_bytes -= piece->text.size();
            if (piece->starts) m_line = Broken{LogCursor::fingerprint(*piece), 0};
            m_line->bytes += piece->text.size();
            m_buffer.pop();
            continue;
        }
        return shown(*piece);
    }
    return std::nullopt;
}

void ContainerLog::pop() {
    const auto whole = m_buffer.front();
    if (!whole) return;
    m_given += cost(shown(*whole));
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
        end_long_line();
    }
    m_buffer.pop();
}

} // namespace kdiag::app
