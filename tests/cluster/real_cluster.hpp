// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collect/live.hpp"

#include <memory>

namespace kdiag::test {

/// The cluster of KDIAG_TEST_KUBECONFIG; null, after saying so, when there is none to try.
std::unique_ptr<collect::Source> real_cluster();

} // namespace kdiag::test
