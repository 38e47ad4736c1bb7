// SPDX-License-Identifier: Apache-2.0
// How one log is opened, ends and goes on.
#include "app/logs/session.hpp"

#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

using State = ContainerSeen::State;

/// What the status says comes later than the log's end; then it is asked again.
constexpr std::int64_t k_status_ms = 1000;
constexpr std::int64_t k_longest_pause_ms = 5000;

} // namespace

void LogSession::start(Stream& stream, bool previous, std::int64_t now) {
    if (reading() >= (m_sequential ? 1 : m_options.max_requests)) {
        if (m_options.request.follow && !std::exchange(m_told_limit, true))
            m_environment.err << format("warning: not all containers are followed, {} logs at once is the limit; raise it with --max-log-requests\n", m_options.max_requests);
        return;
    }
    stream.reading_previous = previous;
    stream.told_loss = false;
    if (!previous) stream.read_restarts = stream.seen.restarts;
    stream.asked_ms = now;
    const auto opened = stream.log.open(previous);
    if (!opened) {
        note_error(stream.log.origin(), opened.error());
        return finish(stream);
    }
    stream.phase = Stream::Phase::reading;
}

void LogSession::finish(Stream& stream) {
    stream.log.close();
    stream.phase = Stream::Phase::done;
    if (m_pen == &stream) m_pen = nullptr;
}

void LogSession::note_error(const LogOrigin& origin, const Error& error) {
    ++m_errors;
    if (!m_first_error) m_first_error = error;
    if (m_options.single) return; // it becomes the command's own
    m_output.end_open_line();
    m_environment.err << format("error: {}/{}: {}\n", sanitize_line(origin.pod), sanitize_line(origin.container), sanitize_line(error.notes.empty() ? error.message : error.notes.front()));
}

void LogSession::handle_end(Stream& stream, const client::ApiAnswer& answer, std::int64_t now) {
    const bool follow = m_options.request.follow && !m_options.request.previous;
    if (m_pen == &stream && !stream.log.has_broken_line()) m_pen = nullptr;
    if (answer.error && answer.error->kind == ErrorKind::interrupted) return finish(stream);
    if (!answer.error || answer.status == 204) {
        if (const auto failure = stream.log.take_failure(); !failure.empty() && !stream.reading_previous) return after_failure(stream, failure, now);
        connected(stream);
        stream.clean_end = true;
        stream.phase = Stream::Phase::between;
        stream.due_ms = now + (stream.reading_previous ? 0 : k_status_ms);
        if (answer.status == 204) stream.read_restarts = -1;
        if (stream.log.has_answered() && answer.status == 200) stream.failures = 0;
        if (!follow) finish(stream);
        return;
    }
    if (stream.reading_previous) { // only what was lost with a connection, if it is still there
        stream.clean_end = true;
        stream.phase = Stream::Phase::between;
        stream.due_ms = now;
        return;
    }
    const bool too_early = answer.status == 400 && !m_options.request.previous;
    if (!follow && !(too_early && !stream.seen.has_log())) {
        note_error(stream.log.origin(), *answer.error);
        return finish(stream);
    }
    if (answer.status == 401 || answer.status == 403) {
        note_error(stream.log.origin(), *answer.error);
        return finish(stream);
    }
    if (answer.status == 404) {
        drop_pod(stream.pod);
        return finish(stream);
    }
    after_break(stream, *answer.error, now);
    if (too_early) stream.read_restarts = -1;
}

void LogSession::connected(Stream& stream) {
    if (!std::exchange(stream.trouble, false)) return;
    stream.failures = 0;
    tell(stream, {.name = "connected", .words = "connected again"});
}

/// The connection was lost or the kubelet cannot be reached: again after a while, which grows.
void LogSession::after_break(Stream& stream, const Error& error, std::int64_t now) {
    const std::string& words = error.notes.empty() ? error.message : error.notes.front();
    const bool too_early = contains(words, "is waiting to start") || (contains(words, "is not available") && !stream.seen.has_log());
    stream.clean_end = too_early;
    stream.phase = Stream::Phase::between;
    stream.due_ms = now + std::min<std::int64_t>(500LL << std::min(stream.failures++, 4), k_longest_pause_ms);
    if (too_early || stream.trouble) return;
    stream.trouble = true;
    tell(stream, {.name = "connectionLost", .words = format("connection lost ({}); trying again", error.notes.empty() ? error.message : error.notes.front())});
}

/// The kubelet has answered, and then could not read the file or watch it. What it says is told once; what has come was good.
void LogSession::after_failure(Stream& stream, const std::string& failure, std::int64_t now) {
    const bool follow = m_options.request.follow && !m_options.request.previous;
    const bool is_over = stream.pod.seen.is_last_instance(stream.seen) || stream.pod.seen.has_ended();
    if (!follow || (is_over && std::exchange(stream.failed_when_over, true))) { // of one that has ended the rest can be read without watching
        const auto& origin = stream.log.origin();
        note_error(origin, {.kind = ErrorKind::server, .message = format("the kubelet cannot read the log of container {} in pod {}", origin.container, origin.pod), .notes = {failure},
                            .help = {format("the node's own trouble: kdiag diagnose pod/{} -n {}", shell_quote(origin.pod), shell_quote(origin.namespace_name))}});
        return finish(stream);
    }
    if (stream.log.lines() > stream.lines_at_failure) stream.failures = 0;
    stream.lines_at_failure = stream.log.lines();
    stream.clean_end = false;
    stream.phase = Stream::Phase::between;
    stream.due_ms = now + std::min<std::int64_t>(500LL << std::min(stream.failures++, 4), k_longest_pause_ms);
    if (std::exchange(stream.told_failure, failure) != failure) tell(stream, {.name = "logUnreadable", .words = format("the kubelet cannot go on with the log ({}); trying again", failure)});
}

/// A log that is followed has ended: its container has too, or the connection is gone.
void LogSession::wait_or_go_on(Stream& stream, std::int64_t now) {
    const auto& seen = stream.seen;
    const bool next_instance = stream.read_restarts >= 0 && seen.restarts > stream.read_restarts;
    if (stream.pod.gone || (m_options.until_exit && stream.clean_end && stream.read_restarts >= 0)) return finish(stream);
    if (stream.clean_end && !next_instance && stream.read_restarts >= 0) {
        if (stream.pod.seen.is_last_instance(seen) || (stream.pod.seen.has_ended() && seen.state != State::running)) return finish(stream);
        if (seen.state == State::waiting || seen.state == State::ended) return; // the status will say when it goes on
    }
    if (now < stream.due_ms) return look_again(stream.due_ms);
    if (!seen.has_log()) return;
    // The instance before has what was lost with the connection, or all that one has said which was over before anybody looked.
    const bool missed = !stream.clean_end || seen.restarts > stream.read_restarts + 1;
    start(stream, next_instance && missed && !stream.reading_previous, now);
}

void LogSession::advance(Stream& stream, std::int64_t now) {
    if (stream.phase == Stream::Phase::reading) {
        if (stream.log.reading() && stream.log.has_answered()) connected(stream);
        // After an end that the kubelet told nothing is missing: what comes now is of the next instance.
        if (!stream.clean_end && stream.log.lost_lines() && !std::exchange(stream.told_loss, true))
            tell(stream, {.name = "linesLost", .words = "lines are missing here: the log was rotated while it could not be read"});
        if (stream.log.is_full()) return finish(stream);
        if (const auto answer = stream.log.take_end()) handle_end(stream, *answer, now);
        else if (!m_output.full()) stream.log.resume();
    } else if (stream.phase == Stream::Phase::between) {
        wait_or_go_on(stream, now);
    } else if (stream.phase == Stream::Phase::waiting) {
        if (stream.pod.gone) return finish(stream);
        const bool ended_without = stream.pod.seen.has_ended() && !stream.seen.has_log();
        if (stream.seen.has_log() || stream.seen.state == State::unknown || m_options.request.previous) {
            if (ended_without) return finish(stream);
            if (now >= stream.due_ms) start(stream, false, now);
            else look_again(stream.due_ms);
            return;
        }
        if (m_options.request.follow) return;
        const bool vain = waits_in_vain(stream.seen) || !m_options.single || ended_without;
        if (!vain && now < m_started + m_options.patience.milliseconds) return look_again(m_started + m_options.patience.milliseconds);
        if (m_options.single) {
            note_error(stream.log.origin(), {.kind = vain ? ErrorKind::not_found : ErrorKind::timeout,
                                             .message = format("container `{}` of pod `{}` has no log, it has not started", stream.log.origin().container, stream.log.origin().pod),
                                             .notes = {waiting_words(stream.pod.seen, stream.seen)},
                                             .help = {format("the cause: kdiag diagnose pod/{} -n {}", shell_quote(stream.log.origin().pod), shell_quote(stream.log.origin().namespace_name))}});
            stream.events.clear();
        }
        finish(stream);
    }
}

} // namespace kdiag::app
