// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/pod.hpp"

#include <cstdint>
#include <string>

namespace kdiag::facts {

/// The STATUS, READY and RESTARTS columns of `kubectl get pods`.
struct PodColumns {
    std::string status;
    std::int64_t ready = 0, total = 0, restarts = 0;
};

/// As the API server computes them (pkg/printers/internalversion/printers.go, printPod).
PodColumns pod_columns(const kube::Pod& pod);

} // namespace kdiag::facts
