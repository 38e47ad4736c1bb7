// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/common/kubectl_words.hpp"
#include "util/format.hpp"

#include <string>
#include <string_view>

namespace kdiag::rules {

/// A name as a JSON string. What no Kubernetes name can hold is left out rather than escaped.
inline std::string json_name(std::string_view name) {
    std::string text = "\"";
    for (const char c : name)
        if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) text += c;
    return text + '"';
}

/// `/spec/rules/0/http` of `.spec.rules[0].http`.
inline std::string json_pointer(std::string_view path) {
    std::string pointer;
    for (const char c : path) {
        if (c == '.' || c == '[')
            pointer += '/';
        else if (c != ']')
            pointer += c;
    }
    return pointer;
}

/// The command that replaces one field of an object; `value` is JSON.
inline std::string kubectl_replace(const kube::ObjectRef& ref, std::string_view path, std::string_view value) {
    const std::string patch = format(R"([{{"op":"replace","path":"{}","value":{}}}])", json_pointer(path), value);
    return format("{} patch {} --type=json -p {}", kubectl_in(ref.namespace_name), kubectl_name(ref), shell_quote(patch));
}

} // namespace kdiag::rules
