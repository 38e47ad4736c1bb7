// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/connect.hpp"

namespace kdiag::app {

struct VersionOptions {
    ConnectOptions connect;
    bool json = false;
    bool ask_server = false; ///< without it nothing is contacted, so that it always works and starts fast
};

Result<ExitCode> run_version(const VersionOptions& options, Environment& environment);

} // namespace kdiag::app
