// SPDX-License-Identifier: Apache-2.0
#include "net/event_loop.hpp"

#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace kdiag::net {

namespace {

constexpr std::chrono::microseconds k_awake{100};

/// Milliseconds of a clock that nobody sets.
std::int64_t steady_now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Readiness readiness_of(short events) {
    return {.readable = (events & (POLLIN | POLLHUP)) != 0, .writable = (events & POLLOUT) != 0, .failed = (events & (POLLERR | POLLHUP | POLLNVAL)) != 0};
}

} // namespace

EventLoop::EventLoop() : m_wakeup(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

EventLoop::~EventLoop() {
    if (m_wakeup >= 0) close(m_wakeup);
}

void EventLoop::watch(int descriptor, bool read, bool write, OnReady on_ready) {
    m_watches[descriptor] = {read, write, ++m_last_id, std::make_shared<OnReady>(std::move(on_ready))};
}

void EventLoop::want(int descriptor, bool read, bool write) {
    const auto found = m_watches.find(descriptor);
    if (found == m_watches.end()) return;
    found->second.read = read;
    found->second.write = write;
}

void EventLoop::unwatch(int descriptor) {
    m_watches.erase(descriptor);
}

EventLoop::TimerId EventLoop::after(Duration delay, Task task) {
    const TimerId id = ++m_last_id;
    m_timers.emplace(id, Timer{steady_now() + std::max<std::int64_t>(0, delay.milliseconds), std::move(task)});
    return id;
}

void EventLoop::cancel(TimerId timer) {
    m_timers.erase(timer);
}

void EventLoop::post(Task task) {
    {
        const std::lock_guard lock(m_mutex);
        m_posted.push_back(std::move(task));
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(m_wakeup, &one, sizeof one); // full means that a wake-up is under way already
}

int EventLoop::wait_milliseconds(Duration longest) const {
    std::int64_t wait = std::max<std::int64_t>(0, longest.milliseconds);
    for (const auto& [id, timer] : m_timers) wait = std::min(wait, std::max<std::int64_t>(0, timer.due - steady_now()));
    return static_cast<int>(std::min<std::int64_t>(wait, 60'000));
}

void EventLoop::run_posted() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = read(m_wakeup, &count, sizeof count);
    std::vector<Task> tasks;
    {
        const std::lock_guard lock(m_mutex);
        tasks.swap(m_posted);
    }
    for (auto& task : tasks) task();
}

void EventLoop::run_timers() {
    const std::int64_t now = steady_now();
    std::vector<std::pair<std::int64_t, TimerId>> due;
    for (const auto& [id, timer] : m_timers)
        if (timer.due <= now) due.emplace_back(timer.due, id);
    std::sort(due.begin(), due.end());
    for (const auto& [when, id] : due) {
        auto timer = m_timers.extract(id); // empty: one that ran before has cancelled it
        if (!timer.empty()) timer.mapped().task();
    }
}

/// As poll. The others have the processor in between: they are who is waited for.
int EventLoop::wait(std::vector<pollfd>& polled, int milliseconds) {
    int ready = 0;
    if (m_stays_awake && m_was_ready && milliseconds > 0) {
        const auto end = std::chrono::steady_clock::now() + k_awake;
        do ready = poll(polled.data(), polled.size(), 0);
        while (ready == 0 && sched_yield() == 0 && std::chrono::steady_clock::now() < end);
    }
    if (ready == 0) ready = poll(polled.data(), polled.size(), milliseconds);
    m_was_ready = ready > 0;
    return ready;
}

void EventLoop::turn(Duration longest) {
    std::vector<pollfd> polled{{.fd = m_wakeup, .events = POLLIN, .revents = 0}};
    std::vector<std::uint64_t> generations{0};
    for (const auto& [descriptor, watch] : m_watches) {
        if (!watch.read && !watch.write) continue; // poll would tell of a hang-up again and again
        polled.push_back({.fd = descriptor, .events = static_cast<short>((watch.read ? POLLIN : 0) | (watch.write ? POLLOUT : 0)), .revents = 0});
        generations.push_back(watch.generation);
    }
    const int ready = wait(polled, wait_milliseconds(longest));
    if (ready > 0 && polled[0].revents != 0) run_posted();
    for (std::size_t i = 1; ready > 0 && i < polled.size(); ++i) {
        if (polled[i].revents == 0) continue;
        const auto found = m_watches.find(polled[i].fd);
        if (found == m_watches.end() || found->second.generation != generations[i]) continue;
        const auto on_ready = found->second.on_ready; // lives on if the callback unwatches itself
        (*on_ready)(readiness_of(polled[i].revents));
    }
    run_timers();
}

} // namespace kdiag::net
