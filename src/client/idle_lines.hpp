// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/forward_line.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>

namespace kdiag::client {

/// Upgraded connections to a pod that carry nothing at the moment: made ahead, or left by a forwarded connection that has ended in order.
class IdleLines {
public:
    explicit IdleLines(net::EventLoop& loop) : m_loop(loop) {}
    ~IdleLines() { m_loop.cancel(m_timer); }
    IdleLines(const IdleLines&) = delete;
    IdleLines& operator=(const IdleLines&) = delete;

    /// So many stay however long nobody needs them, others for a few seconds. `on_lost` is told when one breaks.
    void keep(std::size_t count, std::function<void()> on_lost);
    bool has_room() const;
    void put(std::unique_ptr<ForwardLine> line);
    /// The one that was used last; null: there is none.
    std::unique_ptr<ForwardLine> take();
    /// None is left, and none is taken any more.
    void close();
    bool wants_more() const { return m_lines.size() < m_kept; }

private:
    void lost(const ForwardLine* line);
    void let_go();

    net::EventLoop& m_loop;
    std::deque<std::unique_ptr<ForwardLine>> m_lines;
    std::size_t m_kept = 0;
    bool m_closed = false;
    std::size_t m_unneeded = 0; ///< at the front, since the timer began
    std::function<void()> m_on_lost;
    net::EventLoop::TimerId m_timer = 0;
};

} // namespace kdiag::client
