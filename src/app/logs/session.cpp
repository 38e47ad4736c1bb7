// SPDX-License-Identifier: Apache-2.0
#include "app/logs/session.hpp"

#include "app/logs/wait_reason.hpp"
#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <chrono>

namespace kdiag::app {

namespace {

using State = ContainerSeen::State;

/// So long a line waits for older ones of other logs that are followed.
constexpr std::int64_t k_hold_ms = 200;
/// So long lines of others wait for a log that was asked for and has not answered.
constexpr std::int64_t k_answer_ms = 2000;
/// What the status says comes later than the log's end; then it is asked again.
constexpr std::int64_t k_status_ms = 1000;
constexpr std::int64_t k_longest_pause_ms = 5000;
/// A line in the middle of which nothing comes any more gives way to others.
constexpr std::int64_t k_pen_ms = 3000;
constexpr std::size_t k_batch = 64 * 1024;
/// All that is held of logs that are read at once.
constexpr std::size_t k_held_in_all = 6u << 20;

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

std::vector<std::string> wanted_containers(const PodSeen& pod, const ContainerWish& wish) {
    std::vector<std::string> names;
    if (!wish.named.empty()) {
        if (pod.find(wish.named) != nullptr) names.push_back(wish.named);
        return names;
    }
    const auto* chosen = pod.find(pod.default_container);
    const bool initialises = chosen != nullptr && !chosen->has_log() && chosen->kind == ContainerKind::regular;
    for (const auto& container : pod.containers) {
        const bool init_now = initialises && container.kind == ContainerKind::init;
        if (wish.all || container.name == pod.default_container || init_now) names.push_back(container.name);
    }
    return names;
}

struct LogSession::Stream {
    enum class Phase { waiting, reading, between, done };
    Stream(client::ApiClient& client, LogOrigin origin, LogRequest request, const LineFilter& filter, PodEntry& of, ContainerSeen first)
        : log(client, std::move(origin), std::move(request), filter), pod(of), seen(std::move(first)) {}

    ContainerLog log;
    PodEntry& pod;
    ContainerSeen seen; ///< as it was told of last
    Phase phase = Phase::waiting;
    std::int64_t asked_ms = 0, arrived_ms = 0, due_ms = 0, events_since_ms = 0;
    std::int64_t read_restarts = -1; ///< which instance was asked for
    int failures = 0;
    bool clean_end = true, reading_previous = false, trouble = false, told_loss = false, explained = false;
    std::deque<LogEvent> events;
};

LogSession::LogSession(client::ApiClient& client, Environment& environment, LogSessionOptions options, LineFilter filter)
    : m_client(client), m_environment(environment), m_options(std::move(options)), m_filter(std::move(filter)), m_painter(m_options.paint, m_filter), m_started(now_ms()) {
    m_output = std::make_unique<local::Output>(client.loop(), m_options.output);
    if (m_options.request.raw)
        m_options.request.raw = [this](std::string_view bytes) {
            m_output->write(bytes);
            return m_output->full();
        };
}

LogSession::~LogSession() = default;

void LogSession::add_pods(const std::vector<kube::Pod>& pods) {
    for (const auto& pod : pods) take_pod(pod, {}, true);
    m_sequential = !m_options.request.follow && (!m_options.merge || m_streams.size() > m_options.max_requests);
    if (m_sequential && m_options.merge && !m_options.quiet)
        m_environment.err << format("note: {} logs are read one after the other; --max-log-requests {} merges them by time\n", m_streams.size(), m_streams.size());
    const std::size_t share = k_held_in_all / std::max<std::size_t>(m_streams.size(), 1);
    for (auto& stream : m_streams) stream->log.hold_at_most(std::clamp<std::size_t>(share, 16 * 1024, 256 * 1024));
}

void LogSession::watch_pods(std::string list_path, std::string single, std::string resource_version, std::function<bool(const kube::Pod&)> is_wanted) {
    const std::string watch = list_path;
    for (auto& pod : m_pods)
        if (pod->watch.empty()) pod->watch = watch;
    PodWatch::Events events;
    const auto wanted = [is_wanted](const kube::Pod& pod) { return !is_wanted || is_wanted(pod); };
    events.on_pod = [this, watch, wanted](const kube::Pod& pod) {
        if (wanted(pod)) take_pod(pod, watch, false);
    };
    events.on_deleted = [this](const kube::Pod& pod) {
        for (auto& entry : m_pods)
            if (entry->seen.uid == pod.meta.uid) drop_pod(*entry);
    };
    events.on_listed = [this, watch](const std::vector<kube::Pod>& pods) {
        for (auto& entry : m_pods)
            if (entry->watch == watch && std::none_of(pods.begin(), pods.end(), [&](const auto& pod) { return pod.meta.uid == entry->seen.uid; })) drop_pod(*entry);
    };
    m_watches.push_back(std::make_unique<PodWatch>(m_client, std::move(list_path), std::move(single), std::move(resource_version), std::move(events)));
}

bool LogSession::waits() const {
    return std::any_of(m_streams.begin(), m_streams.end(), [](const auto& stream) { return !stream->seen.has_log(); });
}

void LogSession::add_streams(PodEntry& entry, bool initial) {
    for (const auto& name : wanted_containers(entry.seen, m_options.containers)) {
        const bool known = std::any_of(m_streams.begin(), m_streams.end(), [&](const auto& stream) { return &stream->pod == &entry && stream->log.origin().container == name; });
        if (known) continue;
        LogOrigin origin{.namespace_name = entry.seen.namespace_name, .pod = entry.seen.name, .container = name, .short_pod = short_name(entry.seen), .number = entry.number};
        auto request = m_options.request;
        if (!initial) { // what it said since it was there is wanted, not the last lines of something that is just seen
            request.tail.reset();
            request.since_seconds.reset();
            request.since_time.clear();
        }
        m_painter.make_room(origin);
        const auto* container = entry.seen.find(name);
        auto stream = std::make_unique<Stream>(m_client, std::move(origin), std::move(request), m_filter, entry, *container);
        for (auto& event : tell_changes(entry.seen, nullptr, *container, m_environment.clock())) tell(*stream, std::move(event));
        m_streams.push_back(std::move(stream));
        if (!container->has_log()) explain_wait(*m_streams.back());
    }
}

void LogSession::take_pod(const kube::Pod& pod, const std::string& watch, bool initial) {
    auto seen = see_pod(pod);
    const auto found = std::find_if(m_pods.begin(), m_pods.end(), [&](const auto& entry) { return entry->seen.uid == seen.uid && entry->seen.name == seen.name; });
    if (found == m_pods.end()) {
        if (!initial && !m_options.request.follow) return;
        m_pods.push_back(std::make_unique<PodEntry>(PodEntry{.seen = std::move(seen), .number = m_pods.size(), .gone = false, .watch = watch}));
        add_streams(*m_pods.back(), initial);
        return;
    }
    auto& entry = **found;
    const bool leaves = seen.deleting && !entry.seen.deleting;
    entry.seen = std::move(seen);
    if (leaves) tell_pod(entry, {.name = "podDeleting", .words = "pod is being deleted"});
    for (auto& stream : m_streams) {
        const auto* now = &stream->pod == &entry ? entry.seen.find(stream->log.origin().container) : nullptr;
        if (now == nullptr || stream->phase == Stream::Phase::done) continue;
        for (auto& event : tell_changes(entry.seen, &stream->seen, *now, m_environment.clock())) tell(*stream, std::move(event));
        stream->seen = *now;
        if (stream->phase != Stream::Phase::reading && now->has_log()) stream->due_ms = std::min(stream->due_ms, now_ms());
    }
    if (m_options.request.follow) add_streams(entry, false); // ephemeral containers come later
}

void LogSession::drop_pod(PodEntry& entry) {
    if (std::exchange(entry.gone, true)) return;
    tell_pod(entry, {.name = "podDeleted", .words = "pod is gone"});
}

/// Of a pod it is told once, not for each container.
void LogSession::tell_pod(PodEntry& entry, LogEvent event) {
    for (auto& stream : m_streams)
        if (&stream->pod == &entry && stream->phase != Stream::Phase::done) return tell(*stream, std::move(event));
}

void LogSession::tell(Stream& stream, LogEvent event) {
    if (stream.events.empty()) stream.events_since_ms = now_ms();
    stream.events.push_back(std::move(event));
}

/// Why a container is still being created is in the events of its pod.
void LogSession::explain_wait(Stream& stream) {
    if (m_options.quiet || stream.explained || stream.seen.waiting_reason != "ContainerCreating") return;
    stream.explained = true;
    const std::string container = stream.log.origin().container;
    const std::string uid = stream.pod.seen.uid;
    auto opened = m_client.open(wait_reason_request(stream.pod.seen), [this, uid, container](const client::ApiAnswer& answer) {
        const auto words = answer.error ? std::string() : wait_reason(answer.body, container);
        for (auto& waiting : m_streams)
            if (!words.empty() && waiting->pod.seen.uid == uid && waiting->log.origin().container == container && !waiting->seen.has_log()) tell(*waiting, {.name = "waiting", .words = "waiting: " + words});
    });
    if (opened) m_explanations.push_back(*std::move(opened));
}

std::size_t LogSession::reading() const {
    return static_cast<std::size_t>(std::count_if(m_streams.begin(), m_streams.end(), [](const auto& stream) { return stream->phase == Stream::Phase::reading; }));
}

void LogSession::look_again(std::int64_t at) {
    m_look_again = std::min(m_look_again, at);
}

void LogSession::start(Stream& stream, bool previous, std::int64_t now) {
    if (reading() >= (m_sequential ? 1 : m_options.max_requests)) {
        if (m_options.request.follow && !std::exchange(m_told_limit, true))
            m_environment.err << format("warning: not all containers are followed, {} logs at once is the limit; raise it with --max-log-requests\n", m_options.max_requests);
        return;
    }
    stream.reading_previous = previous;
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
    stream.phase = Stream::Phase::done;
    if (m_pen == &stream) m_pen = nullptr;
}

void LogSession::note_error(const LogOrigin& origin, const Error& error) {
    ++m_errors;
    if (!m_first_error) m_first_error = error;
    if (m_options.single) return; // it becomes the command's own
    end_open_line();
    m_environment.err << format("error: {}/{}: {}\n", sanitize_line(origin.pod), sanitize_line(origin.container), sanitize_line(error.notes.empty() ? error.message : error.notes.front()));
}

void LogSession::handle_end(Stream& stream, const client::ApiAnswer& answer, std::int64_t now) {
    const bool follow = m_options.request.follow && !m_options.request.previous;
    if (m_pen == &stream && !stream.log.has_broken_line()) m_pen = nullptr;
    if (answer.error && answer.error->kind == ErrorKind::interrupted) return finish(stream);
    if (!answer.error || answer.status == 204) {
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
    const bool too_early = contains(error.notes.empty() ? error.message : error.notes.front(), "is waiting to start");
    stream.clean_end = too_early;
    stream.phase = Stream::Phase::between;
    stream.due_ms = now + std::min<std::int64_t>(500LL << std::min(stream.failures++, 4), k_longest_pause_ms);
    if (too_early || stream.trouble) return;
    stream.trouble = true;
    tell(stream, {.name = "connectionLost", .words = format("connection lost ({}); trying again", error.notes.empty() ? error.message : error.notes.front())});
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
    start(stream, next_instance && !stream.clean_end, now);
}

void LogSession::advance(Stream& stream, std::int64_t now) {
    if (stream.phase == Stream::Phase::reading) {
        if (stream.log.reading() && stream.log.has_answered()) connected(stream);
        if (stream.log.lost_lines() && !std::exchange(stream.told_loss, true))
            tell(stream, {.name = "linesLost", .words = "lines are missing here: the log was rotated while it could not be read"});
        if (stream.log.is_full()) return finish(stream);
        if (const auto answer = stream.log.take_end()) handle_end(stream, *answer, now);
        else if (!m_output->full()) stream.log.resume();
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

void LogSession::end_open_line() {
    if (!std::exchange(m_line_open, false)) return;
    m_painter.break_line(m_batch);
}

void LogSession::print_event(const LogOrigin& origin, const LogEvent& event) {
    if (m_options.quiet) return;
    std::string line;
    m_painter.paint_event(line, origin, event, to_rfc3339(m_environment.clock()));
    if (m_options.paint.format == LogFormat::raw || (!m_options.paint.terminal && m_options.paint.format != LogFormat::json)) {
        m_environment.err << line << std::flush;
        return;
    }
    end_open_line();
    m_batch += line;
}

/// Events stand where they belong: after the lines that came before them.
void LogSession::flush_events(Stream& stream, std::int64_t now) {
    if (stream.events.empty() || m_pen != nullptr || stream.log.front()) return;
    if (stream.phase == Stream::Phase::waiting && stream.seen.has_log() && !stream.pod.gone) return; // its lines come first
    const bool is_end = stream.events.front().name == "containerEnded" || stream.events.front().name == "containerRestarts";
    if (stream.phase == Stream::Phase::reading && !stream.trouble && is_end) { // the end of the log is on its way
        if (!m_options.request.follow) return;
        if (now < stream.events_since_ms + k_pen_ms) return look_again(stream.events_since_ms + k_pen_ms);
    }
    for (const auto& event : stream.events) print_event(stream.log.origin(), event);
    stream.events.clear();
}

LogSession::Stream* LogSession::next_stream(std::int64_t now) {
    if (m_pen != nullptr) {
        if (m_pen->log.front()) return m_pen;
        if (!m_options.request.follow) return nullptr;
        if (now < m_pen_moved + k_pen_ms) {
            look_again(m_pen_moved + k_pen_ms);
            return nullptr;
        }
        m_pen = nullptr; // its rest will stand in a line of its own
    }
    if (m_streams.size() == 1) return m_streams.front()->log.front() ? m_streams.front().get() : nullptr;
    std::vector<MergeInput> inputs;
    inputs.reserve(m_streams.size());
    for (auto& stream : m_streams) {
        const auto piece = stream->log.front();
        if (!piece) stream->arrived_ms = 0;
        else if (stream->arrived_ms == 0) stream->arrived_ms = now;
        const bool asked = stream->phase == Stream::Phase::reading;
        inputs.push_back({.has_line = piece.has_value(), .time = piece && piece->time != 0 ? piece->time : stream->log.newest(),
                          .more_may_come = m_sequential ? false : asked && stream->log.reading(), .arrived_ms = stream->arrived_ms,
                          .waited_for_until_ms = asked && !stream->log.has_answered() ? stream->asked_ms + k_answer_ms : 0});
    }
    const auto choice = choose_next(inputs, now, !m_options.merge ? 0 : m_options.request.follow ? k_hold_ms : -1);
    if (choice.look_again_ms != 0) look_again(choice.look_again_ms);
    return choice.input ? m_streams[*choice.input].get() : nullptr;
}

void LogSession::print_piece(Stream& stream, const LinePiece& piece) {
    if (stream.log.take_broken_line()) end_open_line();
    auto shown = piece;
    if (m_pen != &stream && !shown.starts) shown.starts = true; // the part before it has given way
    if (shown.starts) end_open_line();
    m_painter.paint(m_batch, stream.log.origin(), shown);
    m_pen = shown.ends ? nullptr : &stream;
    if (!shown.ends) m_pen_moved = now_ms();
    m_line_open = !shown.ends || (!shown.newline && m_options.paint.format != LogFormat::json);
    stream.arrived_ms = 0;
}

void LogSession::write_batch(bool all) {
    if (m_batch.empty() || (!all && m_batch.size() < k_batch)) return;
    m_output->write(m_batch);
    m_batch.clear();
}

/// Prints what can be printed now. False: the output is full.
bool LogSession::drain(std::int64_t now) {
    while (!m_output->full() && m_output->error() == 0) {
        Stream* stream = next_stream(now);
        if (stream == nullptr) break;
        if (!stream->events.empty() && stream->phase != Stream::Phase::reading && !m_pen) flush_events(*stream, now);
        // More lines of the same log as long as it is alone; the others have a say after each.
        do {
            const auto piece = stream->log.front();
            if (!piece) break;
            print_piece(*stream, *piece);
            stream->log.pop();
            write_batch(false);
        } while (m_streams.size() == 1 && !m_output->full());
    }
    const bool room = !m_output->full();
    if (room)
        for (auto& stream : m_streams) flush_events(*stream, now);
    write_batch(true);
    return room;
}

bool LogSession::finished() const {
    if (std::any_of(m_streams.begin(), m_streams.end(), [](const auto& stream) { return stream->phase != Stream::Phase::done || !stream->events.empty(); })) return false;
    return !m_options.request.follow || (!m_options.endless && !m_streams.empty());
}

Result<ExitCode> LogSession::result() {
    if (m_output->error() != 0 && m_output->error() != EPIPE) // a reader that has seen enough is no failure
        return Error{.kind = ErrorKind::io, .message = format("cannot write the output: {}", std::generic_category().message(m_output->error()))};
    if (m_environment.interrupted != nullptr && m_environment.interrupted->load())
        return m_environment.signal != nullptr && m_environment.signal->load() == SIGTERM ? ExitCode::terminated : ExitCode::interrupted;
    if (m_output->error() == EPIPE || m_errors == 0 || m_options.ignore_errors) return ExitCode::ok;
    if (m_options.single) return *std::move(m_first_error);
    return exit_code_of(m_first_error->kind);
}

Result<ExitCode> LogSession::run() {
    KD_TRY_ASSIGN(const auto signals, local::Signals::watch(m_client.loop(), {SIGINT, SIGTERM, SIGHUP}, [](int) {}));
    const auto stopped = [this] { return m_output->error() != 0 || (m_environment.interrupted != nullptr && m_environment.interrupted->load()); };
    while (!stopped()) {
        const std::int64_t now = now_ms();
        m_look_again = now + 60'000;
        drain(now);
        for (std::size_t i = 0; i < m_streams.size(); ++i) advance(*m_streams[i], now); // may grow
        if (!drain(now_ms())) m_look_again = now + 60'000;
        if (finished()) break;
        const bool more = std::any_of(m_streams.begin(), m_streams.end(), [](const auto& stream) { return stream->phase == Stream::Phase::done && !stream->events.empty(); });
        m_client.loop().turn(Duration{more ? 0 : std::clamp<std::int64_t>(m_look_again - now_ms(), 0, 60'000)});
    }
    m_pen = nullptr;
    if (m_options.paint.format == LogFormat::json) end_open_line();
    write_batch(true);
    while (!m_output->empty() && m_output->error() == 0 && !(m_environment.interrupted != nullptr && m_environment.interrupted->load())) m_client.loop().turn(Duration::seconds(1));
    return result();
}

} // namespace kdiag::app
