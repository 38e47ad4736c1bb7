// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/logs/cursor.hpp"
#include "app/logs/filter.hpp"
#include "app/logs/line_buffer.hpp"
#include "app/logs/painter.hpp"
#include "client/api_client.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kdiag::app {

/// How many lines longer than `most_held` are held whole at once, of all logs that are read, to be judged by a filter.
class LongLines {
public:
    bool take() { return m_left > 0 && m_left-- > 0; }
    void give_back() { ++m_left; }

private:
    std::size_t m_left = 2;
};
/// Longer lines are judged by their beginning: what an application writes as one line of 10 MB is seen whole.
inline constexpr std::size_t k_longest_judged = 10u << 20;

/// What is asked of the API for a container's log, and how much of it is held at a time.
struct LogRequest {
    bool follow = false, previous = false;
    bool with_times = true; ///< without them lines can neither be merged nor read on after a break
    std::optional<std::int64_t> tail, since_seconds, limit_bytes;
    std::string since_time; ///< RFC 3339
    bool counts_times = false; ///< the limit of bytes counts them too, as the kubelet does when they are asked for
    bool insecure_backend = false;
    std::size_t most_held = 256 * 1024;
    std::size_t longest_piece = 64 * 1024;
    /// Takes bytes as they are, in place of lines; says whether it wants to pause.
    std::function<bool(std::string_view)> raw = {};
};

/// `/api/v1/namespaces/shop/pods/web-1/log?container=app&follow=true...`.
std::string log_path(const LogOrigin& origin, const LogRequest& request);

/// The log of one container through breaks of the connection and restarts: lines in order, each once, as far as the kubelet has them.
class ContainerLog {
public:
    ContainerLog(client::ApiClient& client, LogOrigin origin, LogRequest request, const LineFilter& filter, LongLines& long_lines);
    ~ContainerLog();
    ContainerLog(const ContainerLog&) = delete;
    ContainerLog& operator=(const ContainerLog&) = delete;

    /// Asks for the log; after a break for what is new. `previous`: of the instance before the one that runs.
    Status open(bool previous = false);
    bool reading() const { return m_open != nullptr && !m_answer; }
    /// Something has come of the request that is being read.
    bool has_answered() const { return m_bytes_of_request > 0 || m_answer.has_value(); }
    /// How the last request ended, once its lines have all been taken; clears it.
    std::optional<client::ApiAnswer> take_end();

    /// What the kubelet said behind the lines of a request that has ended, because it could not read on; clears it.
    std::string take_failure() { return std::exchange(m_failure, {}); }

    /// The first line that is to be shown, or a part of it.
    std::optional<LinePiece> front();
    void pop();
    /// A line was shown in part and the connection broke: its rest comes when the log is asked for again.
    bool has_broken_line() const { return m_broken.has_value(); }
    /// A line was shown in part and its rest will never come.
    bool take_broken_line();
    /// Bytes that come before the transfer is paused; before it is opened.
    void hold_at_most(std::size_t bytes);
    void resume();
    /// Nothing more is wanted.
    void close() { m_open.reset(); }

    const LogOrigin& origin() const { return m_origin; }
    LogTime newest() const { return m_cursor.newest(); }
    std::uint64_t lines() const { return m_lines; }
    bool lost_lines() const { return m_cursor.lost_lines(); }
    /// The limit of bytes was reached: nothing more is wanted. It is counted as the kubelet counts: what a filter leaves out, too.
    bool is_full() const { return m_request.limit_bytes && m_request.with_times && m_given >= *m_request.limit_bytes; }

private:
    struct Broken {
        std::uint64_t fingerprint;
        std::size_t bytes;
    };
    LogRequest next_request(bool previous) const;
    Result<net::Flow> take(std::string_view bytes);
    bool pass_on(std::string_view bytes);
    void note_last_line(std::string_view bytes);
    bool is_failure(const LinePiece& piece) const;
    void end(client::ApiAnswer answer);
    enum class Skip { none, repeated, unwanted };
    bool waits_for_whole_line(const LinePiece& piece);
    void end_long_line();
    Skip judge(const LinePiece& piece);
    void skip_piece();
    LinePiece shown(LinePiece piece) const;
    LinePiece limited(LinePiece piece) const;
    std::int64_t cost(const LinePiece& piece) const;

    client::ApiClient& m_client;
    LogOrigin m_origin;
    LogRequest m_request;
    const LineFilter& m_filter;
    LongLines& m_long_lines;
    LineBuffer m_buffer;
    LogCursor m_cursor;
    std::optional<client::ApiAnswer> m_answer;
    Timestamp m_first_asked;
    std::uint64_t m_bytes_of_request = 0, m_lines = 0;
    std::int64_t m_given = 0;      ///< bytes that the limit counts
    bool m_holds_long = false;     ///< one of LongLines
    bool m_wants_whole = false;    ///< and its line is not judged yet
    bool m_waits = false;          ///< for the rest of the line that is to be judged
    bool m_paused = false;
    std::string m_failure;   ///< the kubelet's own words
    std::string m_last_line; ///< of bytes that are passed on as they are; without its beginning when it is long
    std::string m_held;      ///< the end of such bytes that may be the kubelet's words
    Skip m_skipping = Skip::none;  ///< the rest of a line that is not shown
    bool m_judged = false;         ///< the first piece was found to be wanted
    std::optional<Broken> m_line;  ///< the line that is being shown, and how much of it was
    std::optional<Broken> m_broken; ///< one whose connection broke in the middle
    std::size_t m_skip_bytes = 0;  ///< of a broken line that comes again
    bool m_continues = false;      ///< it was begun before
    bool m_line_was_lost = false;
    std::unique_ptr<client::OpenRequest> m_open; ///< last: it calls back
};

} // namespace kdiag::app
