// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/meta.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace kdiag::kube {

/// What a member holds, and so how a decoder of any wire format fills it.
enum class FieldKind : std::uint8_t {
    text,          ///< interned: labels, reasons, images
    unique_text,   ///< copied: names, uids, messages
    optional_text, ///< std::optional<Text>: "" is not absent
    boolean,
    optional_boolean,
    integer,
    optional_integer,
    timestamp,
    int_or_string,
    text_map,
    text_list,
    key_list,    ///< the keys of a map whose values are dropped
    annotations, ///< the whole ObjectMeta: the annotations that are read, and what last-applied-configuration says
    object,
    optional_object,
    object_list,
    shared_object, ///< Shared<T>
    shared_list,   ///< SharedList<T>
};

struct StructType;

/// How a shared member's value is taken out, to be given to others of the same JSON. One object for each type of member.
struct Sharing {
    std::shared_ptr<void> (*get)(void* member);
    void (*set)(void* member, std::shared_ptr<void> value);
};

/// One member of a struct: its name in JSON and how to reach it. Nothing here knows a wire format's syntax.
struct Field {
    std::string_view name;
    FieldKind kind;
    void* (*member)(void* object);
    /// The nested struct's table, for objects and lists of objects.
    const StructType& (*type)() = nullptr;
    /// Makes the nested struct: fills an Optional, or appends to a list; null for what is there already.
    void* (*create)(void* member) = nullptr;
    /// After the last element of a list: gives back what it reserved.
    void (*close)(void* member) = nullptr;
    const Sharing* sharing = nullptr;
};

/// The fields of one struct. Sorted as the API server writes them, so that looking up is mostly one comparison.
struct StructType {
    std::string_view name;
    std::span<const Field> fields;
};

/// The table of a struct; specialised beside each table.
template <class T> const StructType& type_of();

namespace detail {

template <class M> struct MemberOf;
template <class Object, class Value> struct MemberOf<Value Object::*> {
    using object = Object;
    using value = Value;
};

template <auto Member> void* reach(void* object) {
    using Object = typename MemberOf<decltype(Member)>::object;
    return &(static_cast<Object*>(object)->*Member);
}

template <class T> struct Shape {
    static constexpr FieldKind kind = FieldKind::object;
    static constexpr auto type = &type_of<T>;
    static constexpr void* (*create)(void*) = nullptr;
    static constexpr void (*close)(void*) = nullptr;
    static constexpr const Sharing* sharing = nullptr;
};
template <class T> struct Shape<Optional<T>> : Shape<T> {
    static constexpr FieldKind kind = FieldKind::optional_object;
    static void* create(void* member) {
        auto& optional = *static_cast<Optional<T>*>(member);
        if (!optional) optional = std::make_unique<T>();
        return optional.get();
    }
};
template <class T> struct Shape<std::vector<T>> : Shape<T> {
    static constexpr FieldKind kind = FieldKind::object_list;
    static void* create(void* member) { return &static_cast<std::vector<T>*>(member)->emplace_back(); }
    static void close(void* member) { static_cast<std::vector<T>*>(member)->shrink_to_fit(); }
};

/// `storage` finds the shared pointer in a member.
template <class Value, auto Storage> inline constexpr Sharing k_sharing{
    [](void* member) -> std::shared_ptr<void> { return Storage(member); },
    [](void* member, std::shared_ptr<void> value) { Storage(member) = std::static_pointer_cast<Value>(std::move(value)); }};

template <class T> struct Shape<Shared<T>> : Shape<T> {
    static constexpr FieldKind kind = FieldKind::shared_object;
    static Shared<T>& storage(void* member) { return *static_cast<Shared<T>*>(member); }
    static void* create(void* member) { return (storage(member) = std::make_shared<T>()).get(); }
    static constexpr const Sharing* sharing = &k_sharing<T, &Shape::storage>;
};
template <class T> struct Shape<SharedList<T>> : Shape<T> {
    static constexpr FieldKind kind = FieldKind::shared_list;
    static std::shared_ptr<std::vector<T>>& storage(void* member) { return static_cast<SharedList<T>*>(member)->storage(); }
    static void* create(void* member) {
        auto& list = storage(member);
        if (!list) list = std::make_shared<std::vector<T>>();
        return &list->emplace_back();
    }
    static void close(void* member) {
        if (auto& list = storage(member)) list->shrink_to_fit();
    }
    static constexpr const Sharing* sharing = &k_sharing<std::vector<T>, &Shape::storage>;
};

template <FieldKind Kind> struct Plain {
    static constexpr FieldKind kind = Kind;
    static constexpr const StructType& (*type)() = nullptr;
    static constexpr void* (*create)(void*) = nullptr;
    static constexpr void (*close)(void*) = nullptr;
    static constexpr const Sharing* sharing = nullptr;
};
template <> struct Shape<Text> : Plain<FieldKind::text> {};
template <> struct Shape<std::optional<Text>> : Plain<FieldKind::optional_text> {};
template <> struct Shape<bool> : Plain<FieldKind::boolean> {};
template <> struct Shape<std::optional<bool>> : Plain<FieldKind::optional_boolean> {};
template <> struct Shape<std::int64_t> : Plain<FieldKind::integer> {};
template <> struct Shape<std::optional<std::int64_t>> : Plain<FieldKind::optional_integer> {};
template <> struct Shape<Timestamp> : Plain<FieldKind::timestamp> {};
template <> struct Shape<IntOrString> : Plain<FieldKind::int_or_string> {};
template <> struct Shape<TextMap> : Plain<FieldKind::text_map> {};
template <> struct Shape<std::vector<Text>> : Plain<FieldKind::text_list> {};

} // namespace detail

/// `field<&Pod::spec>("spec")`.
template <auto Member> constexpr Field field(std::string_view name) {
    using S = detail::Shape<typename detail::MemberOf<decltype(Member)>::value>;
    return {name, S::kind, &detail::reach<Member>, S::type, S::create, S::close, S::sharing};
}
/// A text that hardly ever repeats.
template <auto Member> constexpr Field unique_field(std::string_view name) {
    auto made = field<Member>(name);
    made.kind = FieldKind::unique_text;
    return made;
}
/// The keys of a map (ConfigMap data, Secret data); the values are dropped.
template <auto Member> constexpr Field keys_field(std::string_view name) {
    auto made = field<Member>(name);
    made.kind = FieldKind::key_list;
    return made;
}
/// A level of the wire that the struct does not have: the nested table fills the same struct.
constexpr Field inner_field(std::string_view name, const StructType& (*type)()) {
    return {name, FieldKind::object, [](void* object) { return object; }, type};
}

} // namespace kdiag::kube
