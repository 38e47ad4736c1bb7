// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/environment.hpp"
#include "app/logs/ended_jobs.hpp"
#include "app/logs/log_output.hpp"
#include "app/logs/log_stream.hpp"
#include "app/pod_watch.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kdiag::app {

/// Which containers of a pod are read.
struct ContainerWish {
    std::string named; ///< `-c`; empty: as follows
    bool all = false;  ///< else the default container, and while the pod initialises its init containers
};

std::vector<std::string> wanted_containers(const PodSeen& pod, const ContainerWish& wish);

struct LogSessionOptions {
    LogRequest request;
    PaintOptions paint;
    ContainerWish containers;
    bool merge = true;
    bool until_exit = false;    ///< the end of an instance is the end of its log
    bool ignore_errors = false;
    bool quiet = false;         ///< nothing about what happens between lines
    bool endless = false;       ///< pods may come at any time: only an interrupt ends it
    bool replaced = false;      ///< so they may while a pod that was seen has a controller, which makes another one
    bool single = false;        ///< one container of one pod: a log that is not there is an error
    std::size_t max_requests = 50;
    Duration patience = Duration::seconds(20); ///< for a container that has not started, when nothing is followed
    int output = 1;
};

/// Reads the logs of containers at once and prints their lines, and what happens between them, until all have ended.
class LogSession {
public:
    LogSession(client::ApiClient& client, Environment& environment, LogSessionOptions options, LineFilter filter);
    ~LogSession();

    /// Pods that are there at the beginning.
    void add_pods(const std::vector<kube::Pod>& pods);
    /// Pods that come, change and go are told by this watch. `is_wanted` chooses among them.
    void watch_pods(std::string list_path, std::string single, std::string resource_version, std::function<bool(const kube::Pod&)> is_wanted = {});
    /// Whether a container waits to be started, so that a watch is needed even if nothing is followed.
    bool waits() const;
    std::size_t containers() const { return m_streams.size(); }

    /// Until everything is read, the output is gone, or an interrupt.
    Result<ExitCode> run();

private:
    using PodEntry = LoggedPod;
    using Stream = LogStream;

    void take_pod(const kube::Pod& pod, const std::string& watch, bool initial);
    void drop_pod(PodEntry& entry);
    void add_streams(PodEntry& entry, bool initial);
    void advance(Stream& stream, std::int64_t now);
    void start(Stream& stream, bool previous, std::int64_t now);
    void handle_end(Stream& stream, const client::ApiAnswer& answer, std::int64_t now);
    void connected(Stream& stream);
    void after_break(Stream& stream, const Error& error, std::int64_t now);
    void after_failure(Stream& stream, const std::string& failure, std::int64_t now);
    void wait_or_go_on(Stream& stream, std::int64_t now);
    void finish(Stream& stream);
    void tell(Stream& stream, LogEvent event);
    void tell_pod(PodEntry& entry, LogEvent event);
    void explain_wait(Stream& stream);
    void note_error(const LogOrigin& origin, const Error& error);
    void flush_events(Stream& stream, std::int64_t now);
    bool drain(std::int64_t now);
    Stream* next_stream(std::int64_t now);
    void print_piece(Stream& stream, const LinePiece& piece);
    bool finished(std::int64_t now);
    bool may_be_replaced(const PodSeen& pod, std::int64_t now);
    std::size_t reading() const;
    int stopping_signal() const;
    Result<ExitCode> result();
    void look_again(std::int64_t at);

    client::ApiClient& m_client;
    Environment& m_environment;
    LogSessionOptions m_options;
    LineFilter m_filter;
    LongLines m_long_lines;
    LogOutput m_output;
    std::vector<std::unique_ptr<PodEntry>> m_pods;
    std::vector<std::unique_ptr<Stream>> m_streams;
    std::vector<std::unique_ptr<PodWatch>> m_watches;
    std::vector<std::unique_ptr<client::OpenRequest>> m_explanations;
    EndedJobs m_ended_jobs;
    Stream* m_pen = nullptr;        ///< is in the middle of a line
    std::int64_t m_pen_moved = 0;
    bool m_sequential = false;
    bool m_told_limit = false;
    std::int64_t m_started = 0, m_look_again = 0;
    std::optional<Error> m_first_error;
    std::size_t m_errors = 0;
    int m_signal = 0;
};

} // namespace kdiag::app
