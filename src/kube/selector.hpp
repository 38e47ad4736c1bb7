// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/meta.hpp"
#include "util/result.hpp"

#include <string>
#include <string_view>

namespace kdiag::kube {

/// Whether labels meet a selector; an empty selector matches everything (a null one is the caller's affair).
bool matches(const LabelSelector& selector, const TextMap& labels);
/// Whether labels hold every pair, as a Service or a ReplicationController selects.
bool matches(const TextMap& selector, const TextMap& labels);
bool matches(const LabelRequirement& requirement, const TextMap& labels);
/// `app=web,tier in (a, b)`.
std::string show(const LabelSelector& selector);
std::string show(const TextMap& selector);
std::string show(const LabelRequirement& requirement);

/// A selector from the command line (`-l`), which owns its text.
class OwnedSelector {
public:
    /// kubectl's grammar: `k=v`, `k==v`, `k!=v`, `k`, `!k`, `k in (a,b)`, `k notin (a,b)`, joined by commas.
    static Result<OwnedSelector> parse(std::string_view text);
    bool matches(const TextMap& labels) const;
    const std::string& text() const { return m_text; }

private:
    struct Requirement {
        std::string key, op;
        std::vector<std::string> values;
    };
    std::string m_text;
    std::vector<Requirement> m_requirements;
};

} // namespace kdiag::kube
