// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/event_loop.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>

namespace kdiag::net {

/// Lets so many of something go on at once; the others wait, in the order in which they came.
class Turns {
public:
    using Id = std::uint64_t; ///< 0 is none

    Turns(EventLoop& loop, std::size_t at_once) : m_loop(loop), m_at_once(at_once) {}
    ~Turns();
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;

    /// `begin` is called from the loop when there is room.
    Id ask(std::function<void()> begin);
    /// The turn is over, or not wanted any more. Nothing for 0 and for one that was given back.
    void give_back(Id id);

private:
    void serve_soon();
    void serve();

    EventLoop& m_loop;
    std::size_t m_at_once;
    Id m_last_id = 0;
    std::map<Id, std::function<void()>> m_waiting;
    std::set<Id> m_running;
    EventLoop::TimerId m_timer = 0;
};

} // namespace kdiag::net
