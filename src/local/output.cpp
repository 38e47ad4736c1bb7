// SPDX-License-Identifier: Apache-2.0
#include "local/output.hpp"

#include "util/format.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace kdiag::local {

namespace {

constexpr std::size_t k_write_at_once = 64 * 1024;

bool is_writable(int descriptor) {
    pollfd request{.fd = descriptor, .events = POLLOUT, .revents = 0};
    return poll(&request, 1, 0) > 0;
}

} // namespace

Output::Output(net::EventLoop& loop, int descriptor, std::function<void()> on_drained) : m_loop(loop), m_on_drained(std::move(on_drained)), m_descriptor(descriptor) {
    struct stat status {};
    if (fstat(descriptor, &status) == 0) {
        if (S_ISSOCK(status.st_mode)) {
            m_way = Way::socket;
        } else if (S_ISFIFO(status.st_mode) || isatty(descriptor) == 1) {
            const int again = open(format("/proc/self/fd/{}", descriptor).c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
            m_way = again >= 0 ? Way::opened_again : Way::careful; // not /proc, or somebody else's terminal (su)
            if (again >= 0) m_descriptor = again;
        }
    }
    m_loop.watch(m_descriptor, false, false, [this](net::Readiness readiness) { on_ready(readiness); });
}

Output::~Output() {
    m_loop.unwatch(m_descriptor);
    if (m_way == Way::opened_again) close(m_descriptor);
}

void Output::notice_reader() {
    struct stat status {};
    m_notices_reader = m_way == Way::opened_again && fstat(m_descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
    want_room(!empty());
}

/// The writing end of a pipe is never readable: to ask for that is to be told of an error only.
void Output::want_room(bool wanted) {
    m_loop.want(m_descriptor, m_notices_reader && m_error == 0, wanted);
}

/// A pipe without a reader is an error to poll(2), whether or not there is something to write.
void Output::on_ready(net::Readiness readiness) {
    if (m_notices_reader && readiness.failed && empty() && m_error == 0) m_error = EPIPE;
    write_waiting();
}

void Output::write(std::string_view bytes) {
    if (m_error != 0 || bytes.empty()) return;
    if (empty()) bytes.remove_prefix(write_now(bytes));
    if (m_error != 0 || bytes.empty()) return;
    if (m_written > 0) {
        m_waiting.erase(0, m_written);
        m_written = 0;
    }
    m_waiting += bytes;
    m_was_full = m_was_full || full();
    want_room(true);
}

/// How much went out without waiting; a failure is noted.
std::size_t Output::write_now(std::string_view bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        // A pipe that is ready takes PIPE_BUF bytes without blocking (pipe(7)).
        if (m_way == Way::careful && !is_writable(m_descriptor)) return done;
        const auto part = bytes.substr(done, m_way == Way::careful ? std::size_t{PIPE_BUF} : k_write_at_once);
        const auto written = m_way == Way::socket ? send(m_descriptor, part.data(), part.size(), MSG_DONTWAIT | MSG_NOSIGNAL) : ::write(m_descriptor, part.data(), part.size());
        if (written >= 0) {
            done += static_cast<std::size_t>(written);
        } else if (errno == EAGAIN) {
            return done;
        } else if (errno != EINTR) {
            m_error = errno;
            return bytes.size();
        }
    }
    return done;
}

void Output::write_waiting() {
    m_written += write_now(std::string_view(m_waiting).substr(m_written));
    if (m_error == 0 && waiting() > k_drained) return;
    if (m_error != 0 || empty()) {
        want_room(false);
        m_waiting.clear();
        m_written = 0;
    }
    if (std::exchange(m_was_full, false) && m_on_drained) m_on_drained();
}

} // namespace kdiag::local
