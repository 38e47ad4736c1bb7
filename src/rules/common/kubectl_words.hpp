// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/object_ref.hpp"
#include "util/strings.hpp"

#include <string>

namespace kdiag::rules {

/// `kubectl -n shop`, or `kubectl` for cluster kinds: the start of a command that can be pasted.
inline std::string kubectl_in(std::string_view namespace_name) {
    return namespace_name.empty() ? "kubectl" : "kubectl -n " + shell_quote(namespace_name);
}
/// `deployment/web`, quoted where the shell needs it.
inline std::string kubectl_name(const kube::ObjectRef& ref) {
    return to_lower(ref.kind) + "/" + shell_quote(ref.name);
}

} // namespace kdiag::rules
