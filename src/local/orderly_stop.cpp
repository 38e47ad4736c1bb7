// SPDX-License-Identifier: Apache-2.0
#include "local/orderly_stop.hpp"

#include <atomic>

namespace kdiag::local {

namespace {

using Handler = void (*)(int);

// What a handler may know.
std::atomic<Handler> g_own = nullptr;
std::atomic<bool> g_told = false;
std::atomic<bool> g_stopped = false; ///< by a signal
static_assert(std::atomic<Handler>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void on_stop(int number) {
    if (g_told.exchange(true)) return;
    g_stopped = true;
    if (const Handler own = g_own; own != nullptr) own(number);
}

} // namespace

OrderlyStop::OrderlyStop() {
    struct sigaction own {};
    sigaction(SIGTERM, nullptr, &own);
    const bool callable = (own.sa_flags & SA_SIGINFO) == 0 && own.sa_handler != SIG_DFL && own.sa_handler != SIG_IGN;
    g_own = callable ? own.sa_handler : nullptr;
    g_told = g_stopped = false;
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) install(number, on_stop);
    install(SIGPIPE, SIG_IGN);
}

void OrderlyStop::install(int number, Handler handler) {
    struct sigaction before {};
    sigaction(number, nullptr, &before);
    if (before.sa_handler == SIG_IGN) return;
    struct sigaction action {};
    action.sa_handler = handler;
    sigaction(number, &action, nullptr);
    m_before.emplace_back(number, before);
}

void OrderlyStop::hold() {
    g_told = true;
}

OrderlyStop::~OrderlyStop() {
    struct sigaction ignored {};
    ignored.sa_handler = SIG_IGN;
    for (const auto& [number, before] : m_before) sigaction(number, number == SIGHUP && g_stopped ? &ignored : &before, nullptr);
}

} // namespace kdiag::local
