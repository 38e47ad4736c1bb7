// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace kdiag::test {

struct CommandResult {
    int code = -1; ///< 128 and more: ended by a signal
    std::string out, err;
};

/// The path in KDIAG_TEST_KUBECONFIG; empty, after saying so, when there is no cluster to try.
std::string cluster_kubeconfig();
/// A shell line with KUBECONFIG set to the cluster's.
CommandResult shell(const std::string& line);
/// `kdiag` of this build with these arguments.
CommandResult kdiag(const std::string& arguments);
/// kubectl from KDIAG_TEST_KUBECTL, else from PATH.
CommandResult kubectl(const std::string& arguments);
/// kubectl without a result, for destructors of statics: doctest is gone by then.
bool clean_up(const std::string& arguments);

} // namespace kdiag::test
