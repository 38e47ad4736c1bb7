// SPDX-License-Identifier: Apache-2.0
#include "cli.hpp"
#include "process.hpp"

int main(int argc, char** argv) {
    kdiag::cmd::Process process;
    return kdiag::cmd::run_cli({argv, argv + argc}, process.environment());
}
