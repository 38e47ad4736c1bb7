// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/decode.hpp"

#include "kube/codec/annotations.hpp"
#include "kube/codec/shared_values.hpp"
#include "util/format.hpp"

#include <simdjson.h>

#include <charconv>

namespace kdiag::kube {

namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;

static_assert(k_json_padding >= simdjson::SIMDJSON_PADDING);

std::string words_of(error_code error) {
    switch (error) {
    case simdjson::UTF8_ERROR: return "it is not valid UTF-8";
    case simdjson::UNESCAPED_CHARS: return "a string holds a raw control character";
    case simdjson::UNCLOSED_STRING: return "a string does not end";
    case simdjson::EMPTY: return "it is empty";
    case simdjson::INCORRECT_TYPE: return "expected an object";
    case simdjson::DEPTH_ERROR: return "it is nested too deeply";
    case simdjson::TAPE_ERROR:
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT: return "it is not well-formed JSON";
    default: return simdjson::error_message(error);
    }
}

std::string_view name_of(ondemand::json_type type) {
    switch (type) {
    case ondemand::json_type::array: return "an array";
    case ondemand::json_type::object: return "an object";
    case ondemand::json_type::number: return "a number";
    case ondemand::json_type::string: return "a string";
    case ondemand::json_type::boolean: return "a boolean";
    case ondemand::json_type::null: return "null";
    }
    return "something else";
}

/// One object being filled. Errors are remembered with the path that led to them.
class Filler {
public:
    Filler(TextPool& pool, SharedValues& shared) : m_pool(pool), m_shared(shared) {}

    bool object(ondemand::value& value, void* target, const StructType& type) {
        ondemand::object members;
        if (!expect(value, ondemand::json_type::object) || !good(value.get_object().get(members))) return false;
        return fill_members(members, target, type);
    }

    bool fill_members(ondemand::object& members, void* target, const StructType& type) {
        Hints hints;
        for (auto result : members) {
            ondemand::field member;
            std::string_view key;
            if (!good(std::move(result).get(member)) || !good(member.unescaped_key().get(key))) return false;
            const Field* field = find(type, key, hints);
            if (field == nullptr) continue;
            ondemand::value value = member.value();
            m_path.push_back({field->name, 0});
            if (!fill(value, target, *field)) return false;
            m_path.pop_back();
        }
        return true;
    }

    Error error() const {
        std::string path;
        for (const auto& step : m_path) {
            if (step.name.empty())
                path += format("[{}]", step.index);
            else
                path += (path.empty() ? "" : ".") + std::string(step.name);
        }
        return {.kind = ErrorKind::decode, .message = path.empty() ? m_message : format("{}: {}", path, m_message)};
    }
    void fail(std::string message) { m_message = std::move(message); }

private:
    struct Step {
        std::string_view name; ///< empty: an index
        std::size_t index;
    };

    /// Where the next member probably stands: the API server sorts members, and so are the tables.
    struct Hints {
        std::size_t own = 0, embedded = 0;
    };

    static const Field* find(const StructType& type, std::string_view key, Hints& hints) {
        if (key.empty()) return nullptr; // levels that only protobuf has have no name
        if (const Field* field = find(type, key, hints.own)) return field;
        const StructType* embedded = type.embedded();
        return embedded != nullptr ? find(*embedded, key, hints.embedded) : nullptr;
    }

    static const Field* find(const StructType& type, std::string_view key, std::size_t& hint) {
        const auto fields = type.fields();
        const std::size_t count = fields.size();
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t at = hint + i < count ? hint + i : hint + i - count;
            if (fields[at].name != key) continue;
            hint = at + 1 < count ? at + 1 : 0;
            return &fields[at];
        }
        return nullptr;
    }

    bool good(error_code error) {
        if (error == simdjson::SUCCESS) return true;
        fail(words_of(error));
        return false;
    }

    bool type_is(ondemand::value& value, ondemand::json_type& type) { return good(value.type().get(type)); }

    bool expect(ondemand::value& value, ondemand::json_type wanted) {
        ondemand::json_type found{};
        if (!type_is(value, found)) return false;
        if (found == wanted) return true;
        fail(format("expected {}, found {}", name_of(wanted), name_of(found)));
        return false;
    }

    bool text(ondemand::value& value, std::string_view& text) {
        return expect(value, ondemand::json_type::string) && good(value.get_string().get(text));
    }

    bool integer(ondemand::value& value, std::int64_t& number) {
        if (!expect(value, ondemand::json_type::number)) return false;
        if (value.get_int64().get(number) == simdjson::SUCCESS) return true;
        double real = 0; // 1e3 and 5.0 are integers to Kubernetes too
        if (value.get_double().get(real) == simdjson::SUCCESS && real >= -9e15 && real <= 9e15 && real == static_cast<double>(static_cast<std::int64_t>(real))) {
            number = static_cast<std::int64_t>(real);
            return true;
        }
        fail("expected an integer");
        return false;
    }

    bool boolean(ondemand::value& value, bool& truth) { return expect(value, ondemand::json_type::boolean) && good(value.get_bool().get(truth)); }

    bool timestamp(ondemand::value& value, Timestamp& time) {
        std::string_view written;
        if (!text(value, written)) return false;
        const auto parsed = parse_rfc3339(written);
        if (!parsed) {
            fail(format("`{}` is not a time", written.substr(0, 40)));
            return false;
        }
        time = *parsed;
        return true;
    }

    bool int_or_string(ondemand::value& value, IntOrString& target) {
        ondemand::json_type type{};
        if (!type_is(value, type)) return false;
        target.set = true;
        if (type != ondemand::json_type::string) return integer(value, target.number);
        std::string_view written;
        if (!text(value, written)) return false;
        target.text = m_pool.intern(written);
        return true;
    }

    template <class Take> bool each_member(ondemand::value& value, Take take) {
        ondemand::object members;
        return expect(value, ondemand::json_type::object) && good(value.get_object().get(members)) && each_member(members, take);
    }

    template <class Take> bool each_member(ondemand::object& members, Take take) {
        for (auto result : members) {
            ondemand::field member;
            std::string_view key;
            if (!good(std::move(result).get(member)) || !good(member.unescaped_key().get(key))) return false;
            const std::string_view kept = m_pool.intern(key);
            m_path.push_back({kept, 0});
            ondemand::value inner = member.value();
            if (!take(kept, inner)) return false;
            m_path.pop_back();
        }
        return true;
    }

    bool array(ondemand::value& value, ondemand::array& elements) {
        return expect(value, ondemand::json_type::array) && good(value.get_array().get(elements));
    }

    template <class Take> bool each_element(ondemand::value& value, Take take) {
        ondemand::array elements;
        return array(value, elements) && each_element(elements, take);
    }

    template <class Take> bool each_element(ondemand::array& elements, Take take) {
        std::size_t index = 0;
        for (auto result : elements) {
            ondemand::value element;
            if (!good(std::move(result).get(element))) return false;
            m_path.push_back({{}, index++});
            if (!take(element)) return false;
            m_path.pop_back();
        }
        return true;
    }

    /// Quantities may be written as numbers; null is empty.
    bool text_or_number(ondemand::value& value, std::string_view& written) {
        ondemand::json_type type{};
        if (!type_is(value, type)) return false;
        if (type == ondemand::json_type::null) return true;
        if (type != ondemand::json_type::number) return text(value, written);
        written = value.raw_json_token();
        while (!written.empty() && (written.back() == ' ' || written.back() == '\n' || written.back() == '\r' || written.back() == '\t')) written.remove_suffix(1);
        return true;
    }

    bool text_map(ondemand::object& members, TextMap& map) {
        map = {};
        const bool filled = each_member(members, [&](std::string_view key, ondemand::value& inner) {
            std::string_view written;
            if (!text_or_number(inner, written)) return false;
            map.emplace_back(key, m_pool.intern(written));
            return true;
        });
        map.shrink_to_fit();
        return filled;
    }

    bool text_list(ondemand::value& value, TextList& list) {
        list = {};
        const bool filled = each_element(value, [&](ondemand::value& element) {
            std::string_view written;
            if (!text(element, written)) return false;
            list.push_back(m_pool.intern(written));
            return true;
        });
        list.shrink_to_fit();
        return filled;
    }

    bool key_list(ondemand::value& value, TextList& keys) {
        return each_member(value, [&](std::string_view key, ondemand::value&) {
            keys.push_back(key);
            return true;
        });
    }

    bool annotations(ondemand::value& value, ObjectMeta& meta) {
        return each_member(value, [&](std::string_view key, ondemand::value& inner) {
            std::string_view written;
            const bool applied = key == k_last_applied;
            if (!applied && !is_kept_annotation(key)) return true;
            if (!text(inner, written)) return false;
            if (applied)
                note_unknown_fields(written, meta, m_pool);
            else
                meta.annotations.emplace_back(key, m_pool.intern(written));
            return true;
        });
    }

    bool fill(ondemand::value& value, void* target, const Field& field) {
        ondemand::json_type type{};
        if (!type_is(value, type)) return false;
        if (type == ondemand::json_type::null) return true;
        void* member = field.member(target);
        switch (field.kind) {
        case FieldKind::text:
        case FieldKind::unique_text:
        case FieldKind::optional_text:
        case FieldKind::volume_name: return fill_text(value, member, field.kind);
        case FieldKind::quantity: {
            std::string_view written;
            if (!text_or_number(value, written)) return false;
            *static_cast<Text*>(member) = m_pool.intern(written);
            return true;
        }
        case FieldKind::boolean: return boolean(value, *static_cast<bool*>(member));
        case FieldKind::optional_boolean: return boolean(value, static_cast<std::optional<bool>*>(member)->emplace());
        case FieldKind::integer: return integer(value, *static_cast<std::int64_t*>(member));
        case FieldKind::optional_integer: return integer(value, static_cast<std::optional<std::int64_t>*>(member)->emplace());
        case FieldKind::timestamp: return timestamp(value, *static_cast<Timestamp*>(member));
        case FieldKind::int_or_string: return int_or_string(value, *static_cast<IntOrString*>(member));
        case FieldKind::text_map:
        case FieldKind::quantity_map: return map_or_object(value, member, field);
        case FieldKind::text_list: return text_list(value, *static_cast<TextList*>(member));
        case FieldKind::key_list: return key_list(value, *static_cast<TextList*>(member));
        case FieldKind::annotations: return annotations(value, *static_cast<ObjectMeta*>(member));
        case FieldKind::object: return object(value, member, field.type());
        case FieldKind::optional_object: return map_or_object(value, member, field);
        case FieldKind::object_list: return list(value, member, field);
        }
        return false;
    }

    /// Fills a member through `fill`, or gives it what was filled from the same bytes before. `begun` was read only to see its bytes.
    template <class Begun, class Fill> bool shared(Begun& begun, void* member, const Field& field, Fill fill) {
        std::string_view bytes;
        if (!good(begun.raw_json().get(bytes))) return false;
        const std::string_view key = m_shared.key_of(bytes);
        if (m_shared.take(*field.access, key, member)) return true;
        std::string own(SharedValues::fits(bytes) ? key : std::string_view());
        field.access->set_shared(member, nullptr); // a repeated key starts anew
        if (!good(begun.reset().error()) || !fill()) return false;
        if (!own.empty()) m_shared.remember(*field.access, std::move(own), member);
        return true;
    }

    bool map_or_object(ondemand::value& value, void* member, const Field& field) {
        ondemand::object members;
        if (!expect(value, ondemand::json_type::object) || !good(value.get_object().get(members))) return false;
        const auto fill = [&] {
            return field.kind == FieldKind::optional_object ? fill_members(members, field.access->create(member), field.type())
                                                            : text_map(members, *static_cast<TextMap*>(member));
        };
        return field.shared ? shared(members, member, field, fill) : fill();
    }

    bool list(ondemand::value& value, void* member, const Field& field) {
        ondemand::array elements;
        if (!array(value, elements)) return false;
        const auto fill = [&] {
            if (!each_element(elements, [&](ondemand::value& element) { return object(element, field.access->create(member), field.type()); })) return false;
            field.access->close(member);
            return true;
        };
        return field.shared ? shared(elements, member, field, fill) : fill();
    }

    bool fill_text(ondemand::value& value, void* member, FieldKind kind) {
        std::string_view written;
        if (!text(value, written)) return false;
        if (kind == FieldKind::volume_name) written = volume_name(written);
        const Text kept = kind == FieldKind::unique_text ? m_pool.keep(written) : m_pool.intern(written);
        if (kind == FieldKind::optional_text)
            *static_cast<std::optional<Text>*>(member) = kept;
        else
            *static_cast<Text*>(member) = kept;
        return true;
    }

    TextPool& m_pool;
    SharedValues& m_shared;
    std::vector<Step> m_path;
    std::string m_message;
};

simdjson::padded_string_view padded(std::string_view json) {
    return simdjson::padded_string_view(json.data(), json.size(), json.size() + k_json_padding);
}

Error decode_error(error_code error) {
    return {.kind = ErrorKind::decode, .message = words_of(error)};
}

} // namespace

struct Decoder::Impl {
    explicit Impl(TextPool& text_pool) : pool(text_pool) {}
    TextPool& pool;
    SharedValues shared;
    ondemand::parser parser;
};

Decoder::Decoder(TextPool& pool) : m_impl(std::make_unique<Impl>(pool)) {}
Decoder::~Decoder() = default;

Status Decoder::fill(void* object, const StructType& type, std::string_view json) {
    ondemand::document document;
    if (const auto error = m_impl->parser.iterate(padded(json)).get(document); error != simdjson::SUCCESS) return decode_error(error);
    Filler filler(m_impl->pool, m_impl->shared);
    ondemand::object members;
    if (const auto error = document.get_object().get(members); error != simdjson::SUCCESS) {
        return Error{.kind = ErrorKind::decode, .message = "expected an object"};
    }
    if (!filler.fill_members(members, object, type)) {
        m_impl->shared.forget(); // broken JSON may show only behind a shared member that was fine by itself
        return filler.error();
    }
    return {};
}

Status Decoder::check(std::string_view json) {
    ondemand::document document;
    if (const auto error = m_impl->parser.iterate(padded(json)).get(document); error != simdjson::SUCCESS) return decode_error(error);
    ondemand::object members;
    std::string_view whole;
    if (auto error = document.get_object().get(members); error != simdjson::SUCCESS || (error = members.raw_json().get(whole)) != simdjson::SUCCESS) return decode_error(error);
    return {};
}

std::string Decoder::text_at(std::string_view json, std::initializer_list<std::string_view> path) {
    ondemand::document document;
    if (m_impl->parser.iterate(padded(json)).get(document) != simdjson::SUCCESS) return {};
    ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) return {};
    std::size_t depth = 0;
    for (const auto name : path) {
        ondemand::value value;
        if (object.find_field_unordered(name).get(value) != simdjson::SUCCESS) return {};
        if (++depth == path.size()) {
            std::string_view text;
            if (value.get_string().get(text) != simdjson::SUCCESS) return {};
            return std::string(text);
        }
        if (value.get_object().get(object) != simdjson::SUCCESS) return {};
    }
    return {};
}

} // namespace kdiag::kube
