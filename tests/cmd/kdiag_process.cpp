// SPDX-License-Identifier: Apache-2.0
#include "kdiag_process.hpp"

#include "support/golden.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kdiag::test {

namespace {

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

KdiagProcess::KdiagProcess(const std::string& arguments, const std::string& variables) {
    std::string pattern = (std::filesystem::temp_directory_path() / "kdiag-run-XXXXXX").string();
    m_folder = mkdtemp(pattern.data());
    // The first exec gives the files, the second one the process: what is measured and signalled is kdiag, not a shell.
    const std::string line = "cd '" + m_folder + "' && exec >out 2>err && exec env -i PATH=\"$PATH\" HOME=/nonexistent LANG=C.UTF-8 " + variables + " '" KDIAG_BINARY "' " + arguments;
    m_started = now();
    m_pid = fork();
    if (m_pid == 0) {
        execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
        _exit(127);
    }
    REQUIRE(m_pid > 0);
}

KdiagProcess::~KdiagProcess() {
    if (m_pid > 0) {
        kill(m_pid, SIGKILL);
        waitpid(m_pid, nullptr, 0);
    }
    std::error_code ignored;
    std::filesystem::remove_all(m_folder, ignored);
}

void KdiagProcess::signal(int number) const {
    kill(m_pid, number);
}

Ended KdiagProcess::wait() {
    int status = 0;
    rusage usage{};
    while (wait4(m_pid, &status, 0, &usage) < 0 && errno == EINTR) {}
    m_pid = -1;
    return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status), .out = read_file(m_folder + "/out"), .err = read_file(m_folder + "/err"),
            .most_kib = usage.ru_maxrss, .seconds = now() - m_started};
}

Ended run_kdiag(const std::string& arguments, const std::string& variables) {
    return KdiagProcess(arguments, variables).wait();
}

} // namespace kdiag::test
