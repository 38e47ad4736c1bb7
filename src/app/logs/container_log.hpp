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

/// What is asked of the API for a container's log, and how much of it is held at a time.
struct LogRequest {
    bool follow = false, previous = false;
    bool with_times = true; ///< without them lines can neither be merged nor read on after a break
    std::optional<std::int64_t> tail, since_seconds, limit_bytes;
    std::string since_time; ///< RFC 3339
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
    ContainerLog(client::ApiClient& client, LogOrigin origin, LogRequest request, const LineFilter& filter);

    /// Asks for the log; after a break for what is new. `previous`: of the instance before the one that runs.
    Status open(bool previous = false);
    bool reading() const { return m_open != nullptr && !m_answer; }
    /// Something has come of the request that is being read.
    bool has_answered() const { return m_bytes_of_request > 0 || m_answer.has_value(); }
    /// How the last request ended, once its lines have all been taken; clears it.
    std::optional<client::ApiAnswer> take_end();

    /// The first line that is to be shown, or a part of it.
    std::optional<LinePiece> front();
    void pop();
    /// A line was shown in part and the connection broke: its rest comes when the log is asked for again.
    bool has_broken_line() const { return m_broken.has_value(); }
    /// A line was shown in part and its rest will never come.
    bool take_broken_line();
    /// Bytes that come before the transfer is paused.
    void hold_at_most(std::size_t bytes) { m_request.most_held = bytes; }
    void resume();

    const LogOrigin& origin() const { return m_origin; }
    LogTime newest() const { return m_cursor.newest(); }
    std::uint64_t lines() const { return m_lines; }
    bool lost_lines() const { return m_cursor.lost_lines(); }
    /// The limit of bytes was reached: nothing more is wanted.
    bool is_full() const { return m_request.limit_bytes && m_request.with_times && m_given >= *m_request.limit_bytes; }

private:
    struct Broken {
        std::uint64_t fingerprint;
        std::size_t bytes;
    };
    LogRequest next_request(bool previous) const;
    Result<net::Flow> take(std::string_view bytes);
    void end(client::ApiAnswer answer);
    void skip_line();
    bool is_unwanted(const LinePiece& piece);
    LinePiece limited(LinePiece piece) const;

    client::ApiClient& m_client;
    LogOrigin m_origin;
    LogRequest m_request;
    const LineFilter& m_filter;
    LineBuffer m_buffer;
    LogCursor m_cursor;
    std::optional<client::ApiAnswer> m_answer;
    Timestamp m_first_asked;
    std::uint64_t m_bytes_of_request = 0, m_lines = 0;
    std::int64_t m_given = 0;      ///< bytes of lines, for the limit
    bool m_paused = false;
    bool m_skipping = false;       ///< the rest of a line that is not shown
    bool m_judged = false;         ///< the first piece was found to be wanted
    std::optional<Broken> m_line;  ///< the line that is being shown, and how much of it was
    std::optional<Broken> m_broken; ///< one whose connection broke in the middle
    std::size_t m_skip_bytes = 0;  ///< of a broken line that comes again
    bool m_continues = false;      ///< it was begun before
    bool m_line_was_lost = false;
    std::unique_ptr<client::OpenRequest> m_open; ///< last: it calls back
};

} // namespace kdiag::app
