// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/json.hpp"

#include <ostream>
#include <string_view>

namespace kdiag::data {

/// Writes an object member by member, indented by two as to_json does, and its arrays element by element: of a report with ten thousand
/// findings one is held as a tree. `end` must be called.
class JsonObjectStream {
public:
    explicit JsonObjectStream(std::ostream& out) : m_out(out) { m_out << '{'; }

    void member(std::string_view key, const Value& value) {
        begin(key);
        m_out << to_json(value, 2, 1);
    }

    /// `to_value` makes an element of each of `list`.
    template <class List, class ToValue> void array(std::string_view key, const List& list, ToValue to_value) {
        begin(key);
        const char* before = "[\n    ";
        for (const auto& element : list) {
            m_out << before << to_json(to_value(element), 2, 2);
            before = ",\n    ";
        }
        m_out << (list.empty() ? "[]" : "\n  ]");
    }

    void end() { m_out << (m_first ? "}" : "\n}"); }

private:
    void begin(std::string_view key) {
        m_out << (m_first ? "\n  " : ",\n  ") << to_json(Value(key)) << ": ";
        m_first = false;
    }

    std::ostream& m_out;
    bool m_first = true;
};

} // namespace kdiag::data
