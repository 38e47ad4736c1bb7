// SPDX-License-Identifier: Apache-2.0
#include "local/input.hpp"

#include "util/format.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace kdiag::local {

namespace {
constexpr std::size_t k_read_at_once = 32 * 1024; // what one message of a stream may hold (protocol.md 3.4)
} // namespace

Input::Input(net::EventLoop& loop, int descriptor, Events events) : m_loop(loop), m_descriptor(descriptor), m_events(std::move(events)), m_bytes(k_read_at_once) {
    m_loop.watch(m_descriptor, true, false, [this](net::Readiness) { read_some(); });
}

Input::~Input() {
    if (!m_ended) m_loop.unwatch(m_descriptor);
}

void Input::pause() {
    if (!m_ended) m_loop.want(m_descriptor, false, false);
}

void Input::resume() {
    if (!m_ended) m_loop.want(m_descriptor, true, false);
}

void Input::read_some() {
    const auto got = read(m_descriptor, m_bytes.data(), m_bytes.size());
    if (got > 0) {
        m_read_before = true;
        m_events.on_data({m_bytes.data(), static_cast<std::size_t>(got)});
        return;
    }
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return; // EAGAIN: somebody else who holds it made it non-blocking, or was faster
    if (got == 0 || (errno == EBADF && !m_read_before)) {
        end(std::nullopt);
    } else {
        end(Error{.kind = ErrorKind::io, .message = format("cannot read standard input: {}", std::generic_category().message(errno)),
                  .help = {"what had been read until then was passed on"}});
    }
}

void Input::end(std::optional<Error> error) {
    m_ended = true;
    m_loop.unwatch(m_descriptor);
    m_events.on_end(std::move(error));
}

} // namespace kdiag::local
