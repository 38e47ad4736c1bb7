// SPDX-License-Identifier: Apache-2.0
#include "config/child_process.hpp"

#include "util/strings.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kdiag::config {

namespace {

std::string find_program(const std::string& name) {
    if (contains(name, "/")) return access(name.c_str(), X_OK) == 0 ? name : std::string();
    const char* path = std::getenv("PATH");
    for (const auto folder : split(path == nullptr ? "/usr/bin:/bin" : path, ':')) {
        if (folder.empty() || folder == ".") continue; // the working directory is not trusted
        const std::string file = std::string(folder) + "/" + name;
        if (access(file.c_str(), X_OK) == 0) return file;
    }
    return {};
}

std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& added) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        bool replaced = false;
        for (const auto& [name, value] : added) replaced = replaced || text.starts_with(name + "=");
        if (!replaced) all.emplace_back(text);
    }
    for (const auto& [name, value] : added) all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// Reads until the end, the limit or the time; how it ended otherwise.
ChildResult::End collect(int descriptor, Timestamp end, std::size_t most_output, std::string& output) {
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto left = (end - now_utc()).milliseconds;
        if (left <= 0) return ChildResult::End::timed_out;
        pollfd poll_request{.fd = descriptor, .events = POLLIN, .revents = 0};
        if (poll(&poll_request, 1, static_cast<int>(left)) <= 0) continue;
        const auto got = read(descriptor, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return ChildResult::End::exited;
        output.append(buffer.data(), static_cast<std::size_t>(got));
        if (output.size() > most_output) return ChildResult::End::too_much_output;
    }
}

/// Whether the child has ended in time: one may close its output and go on.
bool has_ended(pid_t child, Timestamp end, int& status) {
    constexpr int k_pause_ms = 1;
    for (;;) {
        const pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended == child || (ended < 0 && errno != EINTR)) return true;
        if (now_utc() >= end) return false;
        poll(nullptr, 0, k_pause_ms);
    }
}

} // namespace

ChildResult run_child(const ChildRequest& request) {
    ChildResult result;
    const std::string program = find_program(request.program);
    if (program.empty()) {
        result.end = ChildResult::End::not_found;
        return result;
    }
    std::array<int, 2> pipe_ends{};
    if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
        result.code = errno;
        return result;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    if (!request.pass_stdin) posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP); // so that its own children are stopped with it
    std::vector<std::string> arguments{program};
    arguments.insert(arguments.end(), request.args.begin(), request.args.end());
    auto environment = environment_with(request.env);
    pid_t child = 0;
    const int error = posix_spawn(&child, program.c_str(), &actions, request.pass_stdin ? nullptr : &attributes, pointers_to(arguments).data(), pointers_to(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(pipe_ends[1]);
    if (error != 0) {
        close(pipe_ends[0]);
        result.code = error;
        return result;
    }
    const Timestamp end = now_utc() + request.timeout;
    result.end = collect(pipe_ends[0], end, request.most_output, result.output);
    close(pipe_ends[0]);
    int status = 0;
    if (result.end == ChildResult::End::exited && !has_ended(child, end, status)) result.end = ChildResult::End::timed_out;
    if (result.end != ChildResult::End::exited) {
        kill(request.pass_stdin ? child : -child, SIGKILL);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    }
    if (result.end == ChildResult::End::exited && WIFSIGNALED(status)) result.end = ChildResult::End::signalled;
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return result;
}

} // namespace kdiag::config
