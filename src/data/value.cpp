// SPDX-License-Identifier: Apache-2.0
#include "data/value.hpp"

#include <algorithm>

namespace kdiag::data {

namespace {

/// Made when it is first needed: nothing is set up before main.
template <class T> const T& nothing() {
    static const T none;
    return none;
}

} // namespace

bool Value::as_bool(bool otherwise) const {
    const auto* value = std::get_if<bool>(&m_data);
    return value != nullptr ? *value : otherwise;
}

std::int64_t Value::as_integer(std::int64_t otherwise) const {
    const auto* value = std::get_if<std::int64_t>(&m_data);
    return value != nullptr ? *value : otherwise;
}

double Value::as_double(double otherwise) const {
    if (is_integer()) return static_cast<double>(as_integer());
    const auto* value = std::get_if<double>(&m_data);
    return value != nullptr ? *value : otherwise;
}

std::string_view Value::as_string() const {
    const auto* value = std::get_if<std::string>(&m_data);
    return value != nullptr ? std::string_view(*value) : std::string_view();
}

const Value::Array& Value::as_array() const {
    const auto* value = std::get_if<Array>(&m_data);
    return value != nullptr ? *value : nothing<Array>();
}

const Value::Object& Value::as_object() const {
    const auto* value = std::get_if<Object>(&m_data);
    return value != nullptr ? *value : nothing<Object>();
}

Value::Array& Value::make_array() {
    if (!is_array()) m_data = Array{};
    return std::get<Array>(m_data);
}

Value::Object& Value::make_object() {
    if (!is_object()) m_data = Object{};
    return std::get<Object>(m_data);
}

Value& Value::member(std::string_view key) {
    auto& members = make_object();
    for (auto& [name, value] : members)
        if (name == key) return value;
    return members.emplace_back(std::string(key), Value()).second;
}

const Value* Value::find(std::string_view key) const {
    for (const auto& [name, value] : as_object())
        if (name == key) return &value;
    return nullptr;
}

const Value& Value::operator[](std::string_view key) const {
    const Value* found = find(key);
    return found != nullptr ? *found : nothing<Value>();
}

Value& Value::set(std::string_view key, Value value) {
    auto& members = make_object();
    const auto found = std::find_if(members.begin(), members.end(), [&](const Member& member) { return member.first == key; });
    if (found != members.end())
        found->second = std::move(value);
    else
        members.emplace_back(key, std::move(value));
    return *this;
}

void Value::remove(std::string_view key) {
    if (is_object()) std::erase_if(make_object(), [&](const Member& member) { return member.first == key; });
}

void Value::push_back(Value value) {
    make_array().push_back(std::move(value));
}

} // namespace kdiag::data
