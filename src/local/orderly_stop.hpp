// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <utility>
#include <vector>

namespace kdiag::local {

/// For what has to be undone before the process ends. While it lives:
/// - the first SIGINT, SIGTERM or SIGHUP goes to the process's own handler (a hang-up to that of SIGTERM), and those after it do nothing;
/// - what was ignored stays ignored (nohup);
/// - a hang-up behind the first is ignored for good: it would end the process before it has its exit code;
/// - SIGPIPE is ignored: a reader that has gone is an error of the write.
/// One at a time in a process; Signals may come and go within its life.
class OrderlyStop {
public:
    OrderlyStop();
    ~OrderlyStop();
    OrderlyStop(const OrderlyStop&) = delete;
    OrderlyStop& operator=(const OrderlyStop&) = delete;

    /// From now on even the first does nothing.
    static void hold();

private:
    void install(int number, void (*handler)(int));
    std::vector<std::pair<int, struct sigaction>> m_before;
};

} // namespace kdiag::local
