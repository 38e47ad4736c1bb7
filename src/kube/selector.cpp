// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <charconv>

namespace kdiag::kube {

namespace {

std::optional<std::int64_t> integer_of(Text text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

template <class Values> bool holds(const Values& values, std::string_view value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

/// Gt and Lt compare integers; a label that is none does not match.
bool compares(const LabelRequirement& requirement, Text value) {
    const auto own = integer_of(value);
    const auto bound = requirement.values.size() == 1 ? integer_of(requirement.values[0]) : std::nullopt;
    if (!own || !bound) return false;
    return requirement.op == "Gt" ? *own > *bound : *own < *bound;
}

} // namespace

bool matches(const LabelRequirement& requirement, const TextMap& labels) {
    const bool present = has_key(labels, requirement.key);
    const Text value = value_of(labels, requirement.key);
    if (requirement.op == "In") return present && holds(requirement.values, value);
    if (requirement.op == "NotIn") return !present || !holds(requirement.values, value);
    if (requirement.op == "Exists") return present;
    if (requirement.op == "DoesNotExist") return !present;
    if (requirement.op == "Gt" || requirement.op == "Lt") return present && compares(requirement, value);
    return false;
}

bool matches(const TextMap& selector, const TextMap& labels) {
    return std::all_of(selector.begin(), selector.end(), [&](const auto& pair) { return has_key(labels, pair.first) && value_of(labels, pair.first) == pair.second; });
}

bool matches(const LabelSelector& selector, const TextMap& labels) {
    return matches(selector.match_labels, labels) && std::all_of(selector.match_expressions.begin(), selector.match_expressions.end(),
                                                                 [&](const auto& requirement) { return matches(requirement, labels); });
}

std::string show(const LabelRequirement& requirement) {
    if (requirement.op == "Exists") return std::string(requirement.key);
    if (requirement.op == "DoesNotExist") return format("!{}", requirement.key);
    if (requirement.op == "Gt") return format("{}>{}", requirement.key, join(requirement.values, ","));
    if (requirement.op == "Lt") return format("{}<{}", requirement.key, join(requirement.values, ","));
    if (requirement.op == "In" && requirement.values.size() == 1) return format("{}={}", requirement.key, requirement.values[0]);
    return format("{} {} ({})", requirement.key, to_lower(requirement.op), join(requirement.values, ", "));
}

std::string show(const TextMap& selector) {
    std::string text;
    for (const auto& [key, value] : selector) text += format("{}{}={}", text.empty() ? "" : ",", key, value);
    return text;
}

std::string show(const LabelSelector& selector) {
    std::string text = show(selector.match_labels);
    for (const auto& requirement : selector.match_expressions) text += (text.empty() ? "" : ",") + show(requirement);
    return text;
}

namespace {

/// Reads `-l` from left to right.
class SelectorReader {
public:
    explicit SelectorReader(std::string_view text) : m_text(text) {}

    bool at_end() {
        skip_blanks();
        return m_at == m_text.size();
    }
    bool take(std::string_view word) {
        skip_blanks();
        if (!m_text.substr(m_at).starts_with(word)) return false;
        m_at += word.size();
        return true;
    }
    /// A key, value or operator word: letters, digits, `-`, `_`, `.`, `/`.
    std::string word() {
        skip_blanks();
        const std::size_t first = m_at;
        while (m_at < m_text.size() && is_word(m_text[m_at])) ++m_at;
        return std::string(m_text.substr(first, m_at - first));
    }
    /// An operator that must be followed by a blank or a parenthesis.
    bool take_operator(std::string_view name) {
        const std::size_t before = m_at;
        if (word() == name) return true;
        m_at = before;
        return false;
    }
    std::size_t column() const { return m_at + 1; }

private:
    static bool is_word(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '/';
    }
    void skip_blanks() {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\t')) ++m_at;
    }
    std::string_view m_text;
    std::size_t m_at = 0;
};

Error bad_selector(std::string_view text, std::size_t column, std::string_view what) {
    return {.kind = ErrorKind::usage, .message = format("the selector `{}` is malformed at column {}: {}", text, column, what),
            .help = {"selectors are written as in app=web,tier!=cache,env in (prod, stage),!canary"}};
}

} // namespace

Result<OwnedSelector> OwnedSelector::parse(std::string_view text) {
    OwnedSelector selector;
    selector.m_text = std::string(text);
    SelectorReader reader(text);
    const auto bad = [&](std::string_view what) { return bad_selector(text, reader.column(), what); };
    while (!reader.at_end()) {
        Requirement requirement;
        const bool negated = reader.take("!");
        requirement.key = reader.word();
        if (requirement.key.empty()) return bad("a label's key is missing");
        if (negated) {
            requirement.op = "DoesNotExist";
        } else if (reader.take("==") || reader.take("=")) {
            requirement.op = "In";
            requirement.values = {reader.word()};
        } else if (reader.take("!=")) {
            requirement.op = "NotIn";
            requirement.values = {reader.word()};
        } else if (const bool in = reader.take_operator("in"); in || reader.take_operator("notin")) {
            requirement.op = in ? "In" : "NotIn";
            if (!reader.take("(")) return bad("`(` is missing");
            do requirement.values.push_back(reader.word());
            while (reader.take(","));
            if (!reader.take(")")) return bad("`)` is missing");
        } else {
            requirement.op = "Exists";
        }
        selector.m_requirements.push_back(std::move(requirement));
        if (reader.at_end()) break;
        if (!reader.take(",")) return bad("a comma or an operator is missing");
        if (reader.at_end()) return bad("nothing follows the comma");
    }
    if (selector.m_requirements.empty()) return bad("it is empty");
    return selector;
}

bool OwnedSelector::matches(const TextMap& labels) const {
    return std::all_of(m_requirements.begin(), m_requirements.end(), [&](const Requirement& requirement) {
        LabelRequirement view{.key = requirement.key, .op = requirement.op, .values = {requirement.values.begin(), requirement.values.end()}};
        return kube::matches(view, labels);
    });
}

} // namespace kdiag::kube
