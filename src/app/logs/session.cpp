// SPDX-License-Identifier: Apache-2.0
#include "app/logs/session.hpp"

#include "app/logs/merge.hpp"
#include "app/logs/wait_reason.hpp"
#include "local/signals.hpp"
#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <chrono>

namespace kdiag::app {

namespace {

/// So long a line waits for older ones of other logs that are followed.
constexpr std::int64_t k_hold_ms = 200;
/// So long lines of others wait for a log that was asked for and has not answered.
constexpr std::int64_t k_answer_ms = 2000;
/// A line in the middle of which nothing comes any more gives way to others.
constexpr std::int64_t k_pen_ms = 3000;
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

LogSession::LogSession(client::ApiClient& client, Environment& environment, LogSessionOptions options, LineFilter filter)
    : m_client(client), m_environment(environment), m_options(std::move(options)), m_filter(std::move(filter)), m_output(client.loop(), m_options.output, environment.err, m_options.paint, m_filter), m_ended_jobs(client), m_started(now_ms()) {
    if (m_options.request.raw)
        m_options.request.raw = [this](std::string_view bytes) {
            m_output.write_raw(bytes);
            return m_output.full();
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
        m_output.make_room(origin);
        const auto* container = entry.seen.find(name);
        auto stream = std::make_unique<Stream>(m_client, std::move(origin), std::move(request), m_filter, m_long_lines, entry, *container);
        const bool is_error = m_options.single && !m_options.request.follow && waits_in_vain(*container); // which will say it
        if (!is_error)
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

/// Of a pod it is told once, not for each container; and to the end, also when its containers have ended meanwhile.
void LogSession::tell_pod(PodEntry& entry, LogEvent event) {
    Stream* teller = nullptr;
    for (auto& stream : m_streams) {
        const bool may_tell = &stream->pod == &entry && (entry.told || stream->phase != Stream::Phase::done);
        if (may_tell && (teller == nullptr || teller->phase == Stream::Phase::done)) teller = stream.get();
    }
    if (teller == nullptr) return;
    entry.told = true;
    tell(*teller, std::move(event));
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

/// Events stand where they belong: after the lines that came before them.
void LogSession::flush_events(Stream& stream, std::int64_t now) {
    if (stream.events.empty() || m_pen != nullptr || stream.log.front()) return;
    if (stream.phase == Stream::Phase::waiting && stream.seen.has_log() && !stream.pod.gone) return; // its lines come first
    const bool is_end = stream.events.front().name == "containerEnded" || stream.events.front().name == "containerRestarts";
    if (stream.phase == Stream::Phase::reading && !stream.trouble && is_end) { // the end of the log is on its way
        if (!m_options.request.follow) return;
        if (now < stream.events_since_ms + k_pen_ms) return look_again(stream.events_since_ms + k_pen_ms);
    }
    if (!m_options.quiet)
        for (const auto& event : stream.events) m_output.print_event(stream.log.origin(), event, to_rfc3339(m_environment.clock()));
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
    if (stream.log.take_broken_line()) m_output.end_open_line();
    auto shown = piece;
    if (m_pen != &stream && !shown.starts) shown.starts = true; // the part before it has given way
    m_output.print(stream.log.origin(), shown);
    m_pen = shown.ends ? nullptr : &stream;
    if (!shown.ends) m_pen_moved = now_ms();
    stream.arrived_ms = 0;
}

/// Prints what can be printed now. False: the output is full.
bool LogSession::drain(std::int64_t now) {
    while (!m_output.full() && m_output.error() == 0) {
        Stream* stream = next_stream(now);
        if (stream == nullptr) break;
        if (!stream->events.empty() && stream->phase != Stream::Phase::reading && !m_pen) flush_events(*stream, now);
        // More lines of the same log as long as it is alone; the others have a say after each.
        do {
            const auto piece = stream->log.front();
            if (!piece) break;
            print_piece(*stream, *piece);
            stream->log.pop();
            m_output.flush(false);
        } while (m_streams.size() == 1 && !m_output.full());
    }
    const bool room = !m_output.full();
    if (room)
        for (auto& stream : m_streams) flush_events(*stream, now);
    m_output.flush(true);
    return room;
}

/// Whether its controller may make another pod in its place. Jobs end.
bool LogSession::may_be_replaced(const PodSeen& pod, std::int64_t now) {
    if (pod.controller_kind != "Job") return !pod.controller_kind.empty();
    if (m_ended_jobs.is_over(pod.namespace_name, pod.controller, now)) return false;
    look_again(now + EndedJobs::k_between_ms);
    return true;
}

bool LogSession::finished(std::int64_t now) {
    if (std::any_of(m_streams.begin(), m_streams.end(), [](const auto& stream) { return stream->phase != Stream::Phase::done || !stream->events.empty(); })) return false;
    if (!m_options.request.follow) return true;
    if (m_options.endless || m_streams.empty()) return false;
    return !m_options.replaced || std::none_of(m_pods.begin(), m_pods.end(), [&](const auto& pod) { return may_be_replaced(pod->seen, now); });
}

/// The signal that ends it; 0: none has come.
int LogSession::stopping_signal() const {
    if (m_signal != 0) return m_signal;
    if (m_environment.interrupted == nullptr || !m_environment.interrupted->load()) return 0;
    return m_environment.signal != nullptr && m_environment.signal->load() != 0 ? m_environment.signal->load() : SIGINT;
}

Result<ExitCode> LogSession::result() {
    if (m_output.error() != 0 && m_output.error() != EPIPE) // a reader that has seen enough is no failure
        return Error{.kind = ErrorKind::io, .message = format("cannot write the output: {}", std::generic_category().message(m_output.error()))};
    if (const int number = stopping_signal(); number != 0) return static_cast<ExitCode>(128 + number);
    if (m_output.error() == EPIPE || m_errors == 0 || m_options.ignore_errors) return ExitCode::ok;
    if (m_options.single) return *std::move(m_first_error);
    return exit_code_of(m_first_error->kind);
}

Result<ExitCode> LogSession::run() {
    KD_TRY_ASSIGN(const auto signals, local::Signals::watch(m_client.loop(), {SIGINT, SIGTERM, SIGHUP}, [this](int number) { m_signal = number; }));
    if (!m_options.request.follow) m_client.loop().stay_awake(); // the kubelet sends every line by itself
    const auto stopped = [this] { return m_output.error() != 0 || stopping_signal() != 0; };
    while (!stopped()) {
        const std::int64_t now = now_ms();
        m_look_again = now + 60'000;
        drain(now);
        for (std::size_t i = 0; i < m_streams.size(); ++i) advance(*m_streams[i], now); // may grow
        if (!drain(now_ms())) m_look_again = now + 60'000;
        if (finished(now)) break;
        const bool more = std::any_of(m_streams.begin(), m_streams.end(), [](const auto& stream) { return stream->phase == Stream::Phase::done && !stream->events.empty(); });
        m_client.loop().turn(Duration{more ? 0 : std::clamp<std::int64_t>(m_look_again - now_ms(), 0, 60'000)});
    }
    m_pen = nullptr;
    m_output.end_open_object();
    m_output.flush(true);
    while (!m_output.empty() && m_output.error() == 0 && stopping_signal() == 0) m_client.loop().turn(Duration::seconds(1));
    return result();
}

} // namespace kdiag::app
