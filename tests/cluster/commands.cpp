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
    const auto named = variable("KDIAG_TEST_KUBECTL");
    return shell((named.empty() ? std::string("kubectl") : named) + " " + arguments);
}

} // namespace kdiag::test
