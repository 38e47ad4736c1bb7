// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <sys/types.h>

namespace kdiag::test {

/// What became of one run of the built kdiag.
struct Ended {
    int code = -1; ///< 1000 and more: killed by that signal
    std::string out, err;
    long most_kib = 0; ///< the most memory it held at once
    double seconds = 0;
};

/// kdiag as a user runs it: the binary of this build in a process of its own, through a shell, with no kubeconfig and no variables but
/// PATH and those of `variables` (`A=1 B=2`, as a shell reads them). `arguments` may redirect: standard output and error go to files otherwise.
class KdiagProcess {
public:
    explicit KdiagProcess(const std::string& arguments, const std::string& variables = "");
    ~KdiagProcess();
    KdiagProcess(const KdiagProcess&) = delete;
    KdiagProcess& operator=(const KdiagProcess&) = delete;

    void signal(int number) const;
    Ended wait();

private:
    std::string m_folder;
    pid_t m_pid = -1;
    double m_started = 0;
};

Ended run_kdiag(const std::string& arguments, const std::string& variables = "");

/// A sanitised build needs memory of its own, so that bounds say nothing.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool k_memory_is_measured = false;
#else
inline constexpr bool k_memory_is_measured = true;
#endif

} // namespace kdiag::test
