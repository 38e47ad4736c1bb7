// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kdiag::data {

/// Where a value began in its file; 0 means unknown. Lines and columns count from 1.
struct Mark {
    std::uint32_t line = 0, column = 0;
};

/// A small document tree with ordered members: what JSON and YAML have in common. For reports, configuration and single
/// objects; lists of objects are never held like this.
class Value {
public:
    using Array = std::vector<Value>;
    using Member = std::pair<std::string, Value>;
    using Object = std::vector<Member>;

    Value() = default;
    Value(std::nullptr_t) {}
    Value(bool value) : m_data(value) {}
    Value(int value) : m_data(static_cast<std::int64_t>(value)) {}
    Value(std::int64_t value) : m_data(value) {}
    Value(std::uint64_t value) : m_data(static_cast<std::int64_t>(value)) {}
    Value(double value) : m_data(value) {}
    Value(std::string value) : m_data(std::move(value)) {}
    Value(std::string_view value) : m_data(std::string(value)) {}
    Value(const char* value) : m_data(std::string(value)) {}
    Value(Array value) : m_data(std::move(value)) {}
    Value(Object value) : m_data(std::move(value)) {}
    static Value object() { return Value(Object{}); }
    static Value array() { return Value(Array{}); }

    bool is_null() const { return std::holds_alternative<std::monostate>(m_data); }
    bool is_bool() const { return std::holds_alternative<bool>(m_data); }
    bool is_integer() const { return std::holds_alternative<std::int64_t>(m_data); }
    bool is_number() const { return is_integer() || std::holds_alternative<double>(m_data); }
    bool is_string() const { return std::holds_alternative<std::string>(m_data); }
    bool is_array() const { return std::holds_alternative<Array>(m_data); }
    bool is_object() const { return std::holds_alternative<Object>(m_data); }

    /// The value as a type, or a default when it is another type: reading never fails, it finds nothing.
    bool as_bool(bool otherwise = false) const;
    std::int64_t as_integer(std::int64_t otherwise = 0) const;
    double as_double(double otherwise = 0) const;
    std::string_view as_string() const;
    const Array& as_array() const;
    const Object& as_object() const;
    Array& make_array();
    Object& make_object();

    /// A member of an object, or null when there is none (or this is no object).
    const Value* find(std::string_view key) const;
    /// As find, but an absent member is a null value, so that paths can be chained.
    const Value& operator[](std::string_view key) const;
    /// `at("metadata", "labels", "app")`.
    template <class... Keys> const Value& at(std::string_view key, Keys... rest) const {
        if constexpr (sizeof...(rest) == 0)
            return (*this)[key];
        else
            return (*this)[key].at(rest...);
    }
    /// A member to change; made as null where there is none.
    Value& member(std::string_view key);
    /// Sets or replaces a member; makes this an object. Returns this object, so that calls chain.
    Value& set(std::string_view key, Value value);
    void remove(std::string_view key);
    void push_back(Value value);

    bool operator==(const Value& other) const { return m_data == other.m_data; }

    Mark mark = {};

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> m_data;
};

} // namespace kdiag::data
