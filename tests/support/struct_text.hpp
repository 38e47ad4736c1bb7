// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/codec/field.hpp"
#include "util/format.hpp"

#include <set>
#include <string>

namespace kdiag::test {

/// Writes a decoded object as lines of `path = value`, through its field tables: to compare two, whatever they were decoded from.
class StructText {
public:
    template <class T> static std::string of(const T& object, std::set<std::string>* seen = nullptr) {
        StructText text(seen);
        text.object(&object, kube::type_of<T>(), "");
        return std::move(text.m_lines);
    }
    /// `PodSpec.nodeName` of every field of a type and of the types inside it, but for those that only JSON has.
    static void all_fields(const kube::StructType& type, std::set<std::string>& names) {
        for (const auto& field : type.fields()) {
            if (field.number == kube::k_json_only) continue;
            if (!field.name.empty() && !names.insert(name_of(type, field)).second) continue;
            if (field.type != nullptr) all_fields(field.type(), names);
        }
    }

private:
    using Kind = kube::FieldKind;
    explicit StructText(std::set<std::string>* seen) : m_seen(seen) {}

    static std::string name_of(const kube::StructType& type, const kube::Field& field) { return format("{}.{}", type.name(), field.name); }

    template <class T> static const T& as(const void* member) { return *static_cast<const T*>(member); }

    void line(const std::string& path, const std::string& value) { m_lines += format("{} = {}\n", path, value); }

    void object(const void* object, const kube::StructType& type, const std::string& path) {
        for (const auto& field : type.fields()) {
            const std::size_t before = m_lines.size();
            const void* member = field.member(const_cast<void*>(object));
            value(member, field, field.name.empty() ? path : format("{}.{}", path, field.name));
            if (m_seen != nullptr && m_lines.size() > before) m_seen->insert(name_of(type, field));
        }
    }

    void texts(const kube::TextMap& map, const std::string& path) {
        for (const auto& [key, text] : map) line(format("{}[{}]", path, key), format("`{}`", text));
    }
    void texts(const kube::TextList& list, const std::string& path) {
        for (const auto text : list) line(path + "[]", format("`{}`", text));
    }

    void nested(const void* member, const kube::Field& field, const std::string& path) {
        if (field.access == nullptr) return object(member, field.type(), path);
        const bool list = field.kind == Kind::object_list;
        for (std::size_t i = 0; i < field.access->count(member); ++i) {
            const std::string here = list ? format("{}[{}]", path, i) : path;
            line(here, "present");
            object(field.access->at(member, i), field.type(), here);
        }
    }

    void value(const void* member, const kube::Field& field, const std::string& path) {
        switch (field.kind) {
        case Kind::text:
        case Kind::unique_text:
        case Kind::volume_name:
        case Kind::quantity:
            if (!as<kube::Text>(member).empty()) line(path, format("`{}`", as<kube::Text>(member)));
            break;
        case Kind::optional_text:
            if (const auto& text = as<std::optional<kube::Text>>(member)) line(path, format("`{}`", *text));
            break;
        case Kind::boolean:
            if (as<bool>(member)) line(path, "true");
            break;
        case Kind::optional_boolean:
            if (const auto& truth = as<std::optional<bool>>(member)) line(path, *truth ? "true" : "false");
            break;
        case Kind::integer:
            if (const auto number = as<std::int64_t>(member); number != 0) line(path, format("{}", number));
            break;
        case Kind::optional_integer:
            if (const auto& number = as<std::optional<std::int64_t>>(member)) line(path, format("{}", *number));
            break;
        case Kind::timestamp:
            if (const auto time = as<Timestamp>(member)) line(path, format("{} ms", time.milliseconds));
            break;
        case Kind::int_or_string:
            if (const auto& either = as<kube::IntOrString>(member); either.set) line(path, format("{} `{}`", either.number, either.text));
            break;
        case Kind::text_map:
        case Kind::quantity_map: texts(as<kube::TextMap>(member), path); break;
        case Kind::text_list:
        case Kind::key_list: texts(as<kube::TextList>(member), path); break;
        case Kind::annotations:
            texts(as<kube::ObjectMeta>(member).annotations, path);
            texts(as<kube::ObjectMeta>(member).unknown_fields, path + " unknown");
            break;
        default: nested(member, field, path);
        }
    }

    std::set<std::string>* m_seen;
    std::string m_lines;
};

} // namespace kdiag::test
