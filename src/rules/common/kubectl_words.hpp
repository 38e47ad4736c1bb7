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

/// `kdiag logs pod/web-1 -c app -n shop`: a command of kdiag's own on an object, that can be pasted. `flags` are already quoted, and may be empty.
inline std::string kdiag_on(std::string_view command, std::string_view object, std::string_view flags, std::string_view namespace_name) {
    std::string words = "kdiag " + std::string(command) + " " + std::string(object);
    if (!flags.empty()) words += " " + std::string(flags);
    return namespace_name.empty() ? words : words + " -n " + shell_quote(namespace_name);
}

} // namespace kdiag::rules
