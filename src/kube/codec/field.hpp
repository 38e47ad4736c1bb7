// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/meta.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kdiag::kube {

/// What a member holds, and so how a decoder of any wire format fills it.
enum class FieldKind : std::uint8_t {
    text,          ///< interned: labels, reasons, images
    unique_text,   ///< copied: names, uids, messages
    optional_text, ///< std::optional<Text>: "" is not absent
    volume_name,   ///< interned, without the random part of a token volume's name
    quantity,      ///< interned; a string or a number in JSON, a message around a string in protobuf
    boolean,
    optional_boolean,
    integer,
    optional_integer,
    timestamp,
    int_or_string,
    text_map,
    quantity_map,
    text_list,
    key_list,    ///< the keys of a map whose values are dropped
    annotations, ///< the whole ObjectMeta: the annotations that are read, and what last-applied-configuration says
    object,
    optional_object,
    object_list,
};

class StructType;

/// How a member that holds nested structs is filled, shared and walked. One object for each type of member.
struct Access {
    /// Makes a nested struct: fills an Optional, or appends to a list. Null for maps.
    void* (*create)(void* member) = nullptr;
    /// Before the first element of a list whose length is known.
    void (*reserve)(void* member, std::size_t count) = nullptr;
    /// After the last element of a list: gives back what it reserved.
    void (*close)(void* member) = nullptr;
    std::size_t (*count)(const void* member);
    const void* (*at)(const void* member, std::size_t index);
    /// Takes a shared value out, to be given to others that were decoded from the same bytes.
    std::shared_ptr<void> (*share)(void* member) = nullptr;
    void (*set_shared)(void* member, std::shared_ptr<void> value) = nullptr;
};

/// One member of a struct: its name in JSON, its number in protobuf and how to reach it. Nothing here knows a wire format's syntax.
struct Field {
    std::string_view name; ///< empty: a level that only protobuf has
    std::uint8_t number;   ///< k_json_only: not in the messages that are read
    FieldKind kind;
    void* (*member)(void* object);
    /// The nested struct's table, for objects and lists of objects.
    const StructType& (*type)() = nullptr;
    /// Null for what has no nested struct, or one that is always there.
    const Access* access = nullptr;
    /// Siblings hold the value together: what comes in bytes that came before is not decoded again.
    bool shared = false;
};

/// The number of a field that only JSON has: older or newer spellings in recorded files.
inline constexpr std::uint8_t k_json_only = 0;

/// The fields of one struct as one message of the API has them. Sorted as the API server writes JSON, so that looking up is mostly
/// one comparison. A struct that several messages fill (Condition) has a table for each.
class StructType {
public:
    static constexpr std::size_t k_numbers = 64;

    constexpr StructType(std::string_view name, std::span<const Field> fields) : m_name(name), m_fields(fields) {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (fields[i].name.empty()) m_embedded = fields[i].type;
            if (fields[i].number == k_json_only) continue;
            if (m_places.at(fields[i].number) != 0) throw "two fields have one number"; // at compile time
            m_places[fields[i].number] = static_cast<std::uint8_t>(i + 1);
        }
    }

    /// The message's name in generated.proto.
    constexpr std::string_view name() const { return m_name; }
    constexpr std::span<const Field> fields() const { return m_fields; }
    /// The table of a level that only protobuf has, whose fields JSON has here; null for none.
    constexpr const StructType* embedded() const { return m_embedded != nullptr ? &m_embedded() : nullptr; }
    constexpr const Field* with_number(std::uint32_t number) const {
        return number < k_numbers && m_places[number] != 0 ? &m_fields[m_places[number] - 1u] : nullptr;
    }

private:
    std::string_view m_name;
    std::span<const Field> m_fields;
    const StructType& (*m_embedded)() = nullptr;
    std::array<std::uint8_t, k_numbers> m_places{}; ///< of each number, counted from 1
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
    static constexpr const Access* access = nullptr;
};
/// Optional, Shared and std::optional.
template <class Pointer, class T> struct PointerAccess {
    static Pointer& pointer(void* member) { return *static_cast<Pointer*>(member); }
    static void* create(void* member) {
        if (!pointer(member)) {
            if constexpr (std::is_same_v<Pointer, Shared<T>>)
                pointer(member) = std::make_shared<T>();
            else if constexpr (std::is_same_v<Pointer, std::optional<T>>)
                pointer(member).emplace();
            else
                pointer(member) = std::make_unique<T>();
        }
        return &*pointer(member);
    }
    static std::size_t count(const void* member) { return *static_cast<const Pointer*>(member) ? 1 : 0; }
    static const void* at(const void* member, std::size_t) { return &**static_cast<const Pointer*>(member); }
};
template <class T> struct Shape<Optional<T>> : Shape<T> {
    static constexpr FieldKind kind = FieldKind::optional_object;
    using A = PointerAccess<Optional<T>, T>;
    static constexpr Access made{.create = &A::create, .count = &A::count, .at = &A::at};
    static constexpr const Access* access = &made;
};
/// A small struct that is mostly there.
template <class T> struct Shape<std::optional<T>> : Shape<T> {
    static constexpr FieldKind kind = FieldKind::optional_object;
    using A = PointerAccess<std::optional<T>, T>;
    static constexpr Access made{.create = &A::create, .count = &A::count, .at = &A::at};
    static constexpr const Access* access = &made;
};
template <class T> struct Shape<Shared<T>> : Shape<T> {
    static constexpr FieldKind kind = FieldKind::optional_object;
    using A = PointerAccess<Shared<T>, T>;
    static std::shared_ptr<void> share(void* member) { return A::pointer(member); }
    static void set_shared(void* member, std::shared_ptr<void> value) { A::pointer(member) = std::static_pointer_cast<T>(std::move(value)); }
    static constexpr Access made{.create = &A::create, .count = &A::count, .at = &A::at, .share = &share, .set_shared = &set_shared};
    static constexpr const Access* access = &made;
};
template <class T> struct ListAccess {
    static List<T>& list(void* member) { return *static_cast<List<T>*>(member); }
    static void* create(void* member) { return &list(member).emplace_back(); }
    static void reserve(void* member, std::size_t count) { list(member).reserve(count); }
    static void close(void* member) { list(member).shrink_to_fit(); }
    static std::size_t count(const void* member) { return static_cast<const List<T>*>(member)->size(); }
    static const void* at(const void* member, std::size_t index) { return &(*static_cast<const List<T>*>(member))[index]; }
    static std::shared_ptr<void> share(void* member) { return std::make_shared<List<T>>(list(member)); }
    static void set_shared(void* member, std::shared_ptr<void> value) { list(member) = value ? *static_cast<List<T>*>(value.get()) : List<T>(); }
};
template <class T> struct Shape<List<T>> : Shape<T> {
    static constexpr FieldKind kind = FieldKind::object_list;
    using A = ListAccess<T>;
    static constexpr Access made{.create = &A::create, .reserve = &A::reserve, .close = &A::close, .count = &A::count, .at = &A::at, .share = &A::share, .set_shared = &A::set_shared};
    static constexpr const Access* access = &made;
};

template <FieldKind Kind> struct Plain {
    static constexpr FieldKind kind = Kind;
    static constexpr const StructType& (*type)() = nullptr;
    static constexpr const Access* access = nullptr;
};
template <> struct Shape<Text> : Plain<FieldKind::text> {};
template <> struct Shape<std::optional<Text>> : Plain<FieldKind::optional_text> {};
template <> struct Shape<bool> : Plain<FieldKind::boolean> {};
template <> struct Shape<std::optional<bool>> : Plain<FieldKind::optional_boolean> {};
template <> struct Shape<std::int64_t> : Plain<FieldKind::integer> {};
template <> struct Shape<std::optional<std::int64_t>> : Plain<FieldKind::optional_integer> {};
template <> struct Shape<Timestamp> : Plain<FieldKind::timestamp> {};
template <> struct Shape<IntOrString> : Plain<FieldKind::int_or_string> {};
template <> struct Shape<TextMap> : Plain<FieldKind::text_map> {
    using A = ListAccess<TextMap::value_type>;
    static constexpr Access made{.count = &A::count, .share = &A::share, .set_shared = &A::set_shared};
    static constexpr const Access* access = &made;
};
template <> struct Shape<TextList> : Plain<FieldKind::text_list> {};

} // namespace detail

/// `field<&Pod::spec>("spec", 2)`: the name in JSON, the number in generated.proto. `type` is for a nested struct that this message
/// fills otherwise than most do.
template <auto Member>
constexpr Field field(std::string_view name, std::uint8_t number, const StructType& (*type)() = detail::Shape<typename detail::MemberOf<decltype(Member)>::value>::type) {
    using S = detail::Shape<typename detail::MemberOf<decltype(Member)>::value>;
    return {name, number, S::kind, &detail::reach<Member>, type, S::access};
}
/// A list, a map or a Shared that siblings mostly have in common.
template <auto Member>
constexpr Field shared_field(std::string_view name, std::uint8_t number, const StructType& (*type)() = detail::Shape<typename detail::MemberOf<decltype(Member)>::value>::type) {
    auto made = field<Member>(name, number, type);
    made.shared = true;
    return made;
}
/// The name of a volume, where it is declared and where it is mounted.
template <auto Member> constexpr Field volume_name_field(std::string_view name, std::uint8_t number) {
    auto made = field<Member>(name, number);
    made.kind = FieldKind::volume_name;
    return made;
}
/// A text that hardly ever repeats.
template <auto Member> constexpr Field unique_field(std::string_view name, std::uint8_t number) {
    auto made = field<Member>(name, number);
    made.kind = FieldKind::unique_text;
    return made;
}
/// A quantity (`100m`, `1Gi`), or a map of them.
template <auto Member> constexpr Field quantity_field(std::string_view name, std::uint8_t number) {
    auto made = field<Member>(name, number);
    made.kind = made.kind == FieldKind::text_map ? FieldKind::quantity_map : FieldKind::quantity;
    return made;
}
/// The keys of a map (ConfigMap data, Secret data); the values are dropped.
template <auto Member> constexpr Field keys_field(std::string_view name, std::uint8_t number) {
    auto made = field<Member>(name, number);
    made.kind = FieldKind::key_list;
    return made;
}
/// A level of the wire that the struct does not have: the nested table fills the same struct.
constexpr Field inner_field(std::string_view name, std::uint8_t number, const StructType& (*type)()) {
    return {name, number, FieldKind::object, [](void* object) { return object; }, type};
}
/// A level that only protobuf has, since Go embeds the nested struct: its fields stand one level higher in JSON. One for each table.
constexpr Field embedded_field(std::uint8_t number, const StructType& (*type)()) {
    return inner_field({}, number, type);
}

} // namespace kdiag::kube
