// SPDX-License-Identifier: Apache-2.0
#include "net/local_passage.hpp"

#include "util/format.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <random>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace kdiag::net {

namespace {

Error failure(int number) {
    return {.kind = ErrorKind::io, .message = format("cannot open a local socket: {}", std::generic_category().message(number)), .help = {"are there too many open files? (ulimit -n)"}};
}

bool is_of_this_process(int descriptor) {
    ucred who{};
    socklen_t size = sizeof who;
    return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && who.pid == getpid();
}

} // namespace

Result<std::unique_ptr<LocalPassage>> LocalPassage::open(EventLoop& loop, std::function<void(int)> on_connected) {
    std::unique_ptr<LocalPassage> passage(new LocalPassage(loop, std::move(on_connected)));
    KD_TRY(passage->listen());
    return passage;
}

Status LocalPassage::listen() {
    std::random_device random;
    m_name = format("kdiag-{}-{:08x}{:08x}", getpid(), random(), random());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, m_name.data(), m_name.size()); // its first byte 0 makes it abstract
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + m_name.size());
    m_listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (m_listener < 0 || ::bind(m_listener, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(m_listener, 4) != 0) return failure(errno);
    m_loop.watch(m_listener, true, false, [this](Readiness) { accept(); });
    return {};
}

LocalPassage::~LocalPassage() {
    if (m_listener < 0) return;
    m_loop.unwatch(m_listener);
    ::close(m_listener);
}

void LocalPassage::accept() {
    const int descriptor = ::accept4(m_listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    if (!is_of_this_process(descriptor) || !m_on_connected) {
        ::close(descriptor);
        return;
    }
    const auto on_connected = std::exchange(m_on_connected, {});
    on_connected(descriptor);
}

} // namespace kdiag::net
