// SPDX-License-Identifier: Apache-2.0
#include "app/forward/forward_pair.hpp"

#include <utility>

namespace kdiag::app {

namespace {

// An end of input ends the whole connection in most runtimes (containerd waits a second and closes): it is held back while an answer is due.
constexpr Duration k_answer_due = Duration::seconds(10), k_answer_begun = Duration::seconds(2);
constexpr Duration k_half_open = Duration::seconds(10);

} // namespace

ForwardPair::ForwardPair(net::EventLoop& loop, int descriptor, OnOver on_over) : m_loop(loop), m_on_over(std::move(on_over)) {
    m_local = std::make_unique<net::SocketStream>(loop, descriptor,
                                                  net::SocketStream::Events{.on_bytes = [this](std::string_view bytes) { local_bytes(bytes); },
                                                                            .on_drained = [this] {
                                                                                if (m_pod) m_pod->resume();
                                                                            },
                                                                            .on_written = [this] { look(); },
                                                                            .on_end = [this](int error) { local_ended(error); }});
}

ForwardPair::~ForwardPair() {
    m_loop.cancel(m_silence);
    m_loop.cancel(m_over_timer);
}

void ForwardPair::start(client::PortForward& forward, std::uint16_t port) {
    m_pod = forward.connect(port, {.on_open = [this] { m_local->resume(); }, .on_bytes = [this](std::string_view bytes) { pod_bytes(bytes); },
                                   .on_drained = [this] {
                                       if (!m_local_ended) m_local->resume();
                                   },
                                   .on_end_of_bytes = [this] {
                                       m_local->end_writing();
                                       after_silence(k_half_open, &ForwardPair::give_up);
                                       look();
                                   },
                                   .on_end = [this](std::optional<Error> error) { pod_ended(std::move(error)); }});
}

void ForwardPair::pod_deleted() {
    if (std::exchange(m_pod_deleted, true)) return; // it may be told again and again
    if (m_pod_over || m_local_ended) return;        // ends by itself
    after_silence(k_half_open, &ForwardPair::give_up_pod);
}

void ForwardPair::refuse(Error why) {
    m_local->reset();
    over(std::move(why));
}

void ForwardPair::local_bytes(std::string_view bytes) {
    if (m_pod_over) return; // nobody is left to take them
    m_in += bytes.size();
    m_answer_due = true;
    m_pod->write(bytes);
    if (m_pod->full()) m_local->pause();
}

void ForwardPair::pod_bytes(std::string_view bytes) {
    m_out += bytes.size();
    m_answer_due = false;
    m_local->write(bytes);
    if (m_local->full()) m_pod->pause();
    if (m_pod_deleted && !m_local_ended) after_silence(k_half_open, &ForwardPair::give_up_pod);
    if (m_local_ended) m_input_ended ? after_silence(k_half_open, &ForwardPair::give_up) : after_silence(k_answer_begun, &ForwardPair::end_input);
}

void ForwardPair::local_ended(int error) {
    m_local_ended = true;
    if (error != 0) return over(std::nullopt); // it has gone for good
    if (m_pod_over) return look();
    if (m_answer_due) return after_silence(k_answer_due, &ForwardPair::end_input);
    end_input();
}

void ForwardPair::end_input() {
    m_input_ended = true;
    m_pod->end_writing();
    after_silence(k_half_open, &ForwardPair::give_up);
}

void ForwardPair::pod_ended(std::optional<Error> error) {
    m_pod_over = true;
    if (error) {
        m_local->reset(); // so that nobody takes what came for all there is
        return over(std::move(error));
    }
    m_local->end_writing();
    if (!m_local_ended) m_local->resume(); // to see its end, and not to answer unread bytes with a reset
    after_silence(k_half_open, &ForwardPair::give_up);
    look();
}

void ForwardPair::after_silence(Duration time, void (ForwardPair::*action)()) {
    m_loop.cancel(m_silence);
    m_unsent_before = m_local->unsent();
    m_silence = m_loop.after(time, [this, action] {
        m_silence = 0;
        (this->*action)();
    });
}

/// Half-open for too long; a local program that still takes its bytes, slowly, has all the time it needs.
void ForwardPair::give_up() {
    if (m_local->unsent() > 0 && m_local->unsent() != m_unsent_before) return after_silence(k_half_open, &ForwardPair::give_up);
    over(std::nullopt);
}

/// What a local program has not taken yet keeps its time: the rest may wait behind it.
void ForwardPair::give_up_pod() {
    if (m_local->unsent() > 0) return after_silence(k_half_open, &ForwardPair::give_up_pod);
    pod_ended(Error{.kind = ErrorKind::network, .message = "its pod is deleted, and nothing came from it any more"});
}

void ForwardPair::look() {
    if (m_pod_over && m_local_ended && m_local->written()) over(std::nullopt);
}

/// Told in a turn of its own, where the pair may be destroyed.
void ForwardPair::over(std::optional<Error> error) {
    if (std::exchange(m_over, true)) return;
    m_loop.cancel(std::exchange(m_silence, 0));
    m_local->pause();
    m_over_timer = m_loop.after({}, [this, error = std::move(error)]() mutable {
        m_over_timer = 0;
        const auto on_over = std::move(m_on_over);
        on_over(*this, std::move(error));
    });
}

} // namespace kdiag::app
