// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace kdiag::test {

/// kdiag as a user runs it at a terminal: the binary of this build, the leader of a session whose terminal this is, 80 columns by 24 lines.
class KdiagTerminal {
public:
    /// `redirections` are the shell's: `>/dev/full`.
    explicit KdiagTerminal(const std::string& arguments, const std::string& redirections = "");
    ~KdiagTerminal();
    KdiagTerminal(const KdiagTerminal&) = delete;
    KdiagTerminal& operator=(const KdiagTerminal&) = delete;

    void type(std::string_view keys);
    void resize(unsigned columns, unsigned rows);
    void signal(int number) const;
    /// Keys come as they are typed, and output goes out as it is.
    bool is_raw() const;
    /// Everything that was printed so far.
    const std::string& screen() const { return m_screen; }
    /// Reads what is printed until it is so, at most ten seconds.
    bool until(const std::function<bool()>& is_so);
    bool until_printed(std::string_view text);
    /// Until the process is stopped, as by Ctrl-Z.
    bool until_stopped();
    /// The exit code; 1000 and more: killed by that signal. -1: it did not end in ten seconds.
    int wait();

private:
    void read_some(int milliseconds);
    int m_master = -1, m_slave = -1;
    pid_t m_pid = -1;
    std::string m_screen;
};

} // namespace kdiag::test
