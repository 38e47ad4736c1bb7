// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/error.hpp"

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace kdiag {

/// A value or the Error that prevented it; shaped like std::expected, which g++ 12 only has in C++23.
template <class T> class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return m_state.index() == 0; }
    bool has_value() const { return m_state.index() == 0; }

    T& value() & { return std::get<0>(m_state); }
    const T& value() const& { return std::get<0>(m_state); }
    T&& value() && { return std::get<0>(std::move(m_state)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    Error& error() & { return std::get<1>(m_state); }
    const Error& error() const& { return std::get<1>(m_state); }
    Error&& error() && { return std::get<1>(std::move(m_state)); }

private:
    std::variant<T, Error> m_state;
};

template <> class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)) {}

    explicit operator bool() const { return !m_error; }
    bool has_value() const { return !m_error; }
    Error& error() & { return *m_error; }
    const Error& error() const& { return *m_error; }
    Error&& error() && { return *std::move(m_error); }

private:
    std::optional<Error> m_error;
};

using Status = Result<void>;

} // namespace kdiag

#define KD_JOIN_(a, b) a##b
#define KD_JOIN(a, b) KD_JOIN_(a, b)

/// Return the Error of a Result from the enclosing function, or go on.
#define KD_TRY(expression)                                                                                                                 \
    do {                                                                                                                                   \
        if (auto kd_result = (expression); !kd_result) return std::move(kd_result).error();                                                \
    } while (false)

/// `KD_TRY_ASSIGN(auto x, f())`: declare x with the value of f(), or return its Error.
#define KD_TRY_ASSIGN_(result, declaration, expression)                                                                                    \
    auto result = (expression);                                                                                                            \
    if (!result) return std::move(result).error();                                                                                         \
    declaration = std::move(result).value()
#define KD_TRY_ASSIGN(declaration, expression) KD_TRY_ASSIGN_(KD_JOIN(kd_result_, __COUNTER__), declaration, expression)
