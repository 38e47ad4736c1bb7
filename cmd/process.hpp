// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/environment.hpp"

namespace kdiag::cmd {

/// The real process as an Environment: standard streams, variables, terminal, and signals (the first Ctrl-C asks to stop, the second stops).
class Process {
public:
    Process();
    app::Environment& environment() { return m_environment; }

private:
    app::Environment m_environment;
};

} // namespace kdiag::cmd
