// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include "../support/golden.hpp"
#include "../support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>

#include <cstdlib>

namespace kdiag::test {

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

std::string kubectl_program() {
    const auto named = variable("KDIAG_TEST_KUBECTL");
    return named.empty() ? "kubectl" : named;
}

} // namespace

std::string cluster_kubeconfig() {
    auto path = variable("KDIAG_TEST_KUBECONFIG");
    if (path.empty()) MESSAGE("skipped: KDIAG_TEST_KUBECONFIG names no cluster to try");
    return path;
}

CommandResult shell(const std::string& line) {
    const TemporaryFolder folder;
    const std::string out = folder.path("out"), err = folder.path("err");
    const int status = std::system(("export KUBECONFIG='" + cluster_kubeconfig() + "'; (" + line + ") >" + out + " 2>" + err).c_str());
    return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), .out = read_file(out), .err = read_file(err)};
}

CommandResult kdiag(const std::string& arguments) {
    return shell(std::string(KDIAG_BINARY) + " " + arguments);
}

CommandResult kubectl(const std::string& arguments) {
    return shell(kubectl_program() + " " + arguments);
}

bool clean_up(const std::string& arguments) {
    return std::system(("KUBECONFIG='" + variable("KDIAG_TEST_KUBECONFIG") + "' " + kubectl_program() + " " + arguments + " >/dev/null 2>&1").c_str()) == 0;
}

} // namespace kdiag::test
