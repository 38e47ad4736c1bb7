// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/timestamp.hpp"

#include <poll.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace kdiag::net {

/// What a file descriptor is ready for. `failed`: error or hang-up.
struct Readiness {
    bool readable = false;
    bool writable = false;
    bool failed = false;
};

/// One thread that waits for many things: file descriptors, times, and work posted by other threads. Callbacks run one at a time
/// inside turn(); they may watch, unwatch and cancel anything, themselves included.
class EventLoop {
public:
    using OnReady = std::function<void(Readiness)>;
    using Task = std::function<void()>;
    using TimerId = std::uint64_t; ///< 0 is none

    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// Calls on_ready whenever the descriptor is ready for what is wanted; replaces an earlier watch. The descriptor stays the caller's,
    /// who unwatches it before closing it.
    void watch(int descriptor, bool read, bool write, OnReady on_ready);
    /// Changes what is wanted of a watched descriptor; both false: it is not looked at, which is how a reader is paused.
    void want(int descriptor, bool read, bool write);
    void unwatch(int descriptor);

    TimerId after(Duration delay, Task task);
    void cancel(TimerId timer);

    /// Runs a task in the next turn; the only function that other threads may call.
    void post(Task task);

    /// After something was ready, looks for more for a while before it sleeps. For a peer on the same processors that sends much in small
    /// pieces: to wake a sleeping one for each of them costs it more than the piece.
    void stay_awake() { m_stays_awake = true; }

    /// Waits until something is ready, at most so long, and runs what is due. A signal ends the wait early.
    void turn(Duration longest);

private:
    struct Watch {
        bool read, write;
        std::uint64_t generation; ///< tells a descriptor that was closed and opened again from the one polled
        std::shared_ptr<OnReady> on_ready;
    };
    struct Timer {
        std::int64_t due;
        Task task;
    };
    int wait_milliseconds(Duration longest) const;
    int wait(std::vector<pollfd>& polled, int milliseconds);
    void run_posted();
    void run_timers();

    std::unordered_map<int, Watch> m_watches;
    std::map<TimerId, Timer> m_timers;
    std::uint64_t m_last_id = 0;
    int m_wakeup = -1; ///< an eventfd
    bool m_stays_awake = false, m_was_ready = false;
    std::mutex m_mutex;
    std::vector<Task> m_posted;
};

} // namespace kdiag::net
