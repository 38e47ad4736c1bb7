// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kdiag::app {

/// Whether the end of a log is no line of the application but the kubelet's own word that it cannot read on: by then it has answered 200,
/// so it writes its error behind the lines, without a time and a line end (k8s.io/cri-client/pkg/logs, kuberuntime_container.go).
bool is_kubelet_failure(std::string_view text);
/// Longer words are none of these.
inline constexpr std::size_t k_longest_kubelet_words = 4096;

} // namespace kdiag::app
