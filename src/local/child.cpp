// SPDX-License-Identifier: Apache-2.0
#include "local/child.hpp"

#include "util/format.hpp"

#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <map>
#include <system_error>

extern char** environ;

namespace kdiag::local {

namespace {

constexpr Duration k_look = Duration{50}; // where the kernel has no descriptors of processes

std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& variables) {
    std::map<std::string, std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        all[text.substr(0, text.find('='))] = text;
    }
    for (const auto& [name, value] : variables) all[name] = name + "=" + value;
    std::vector<std::string> lines;
    for (const auto& [name, line] : all) lines.push_back(line);
    return lines;
}

std::vector<char*> pointers_to(std::vector<std::string>& lines) {
    std::vector<char*> pointers;
    for (auto& line : lines) pointers.push_back(line.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// Signals that this process ignores or blocks are as usual in the program, and of its descriptors it gets only the standard streams.
int spawn(pid_t& process, std::vector<std::string> words, std::vector<std::string> environment) {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
    sigset_t usual, none;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    auto arguments = pointers_to(words), variables = pointers_to(environment);
    const int error = posix_spawnp(&process, arguments[0], &actions, &attributes, arguments.data(), variables.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

} // namespace

Result<std::unique_ptr<Child>> Child::start(net::EventLoop& loop, const std::vector<std::string>& words, const std::vector<std::pair<std::string, std::string>>& variables, OnExit on_exit) {
    std::unique_ptr<Child> child(new Child(loop, std::move(on_exit)));
    if (const int error = spawn(child->m_process, words, environment_with(variables)); error != 0) {
        child->m_process = -1;
        return Error{.kind = error == ENOENT ? ErrorKind::not_found : ErrorKind::config, .message = format("cannot run `{}`: {}", words.front(), std::generic_category().message(error)),
                     .help = {"it is looked up in PATH and run without a shell: `-- sh -c '...'` brings one"}};
    }
    child->wait();
    return child;
}

void Child::wait() {
    m_descriptor = static_cast<int>(syscall(SYS_pidfd_open, m_process, 0));
    if (m_descriptor >= 0) {
        m_loop.watch(m_descriptor, true, false, [this](net::Readiness) { look(); });
    } else {
        m_timer = m_loop.after(k_look, [this] { look(); });
    }
}

void Child::look() {
    int status = 0;
    const pid_t ended = waitpid(m_process, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) {
        if (m_descriptor < 0) m_timer = m_loop.after(k_look, [this] { look(); });
        return;
    }
    m_process = -1;
    if (m_descriptor >= 0) m_loop.unwatch(m_descriptor);
    const auto on_exit = std::move(m_on_exit);
    on_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

void Child::send(int signal) {
    if (m_process > 0) kill(m_process, signal);
}

Child::~Child() {
    m_loop.cancel(m_timer);
    if (m_descriptor < 0) return;
    m_loop.unwatch(m_descriptor);
    close(m_descriptor);
}

} // namespace kdiag::local
