// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/decode_protobuf.hpp"

#include "kube/codec/annotations.hpp"
#include "kube/codec/protozero.hpp"
#include "kube/codec/shared_values.hpp"
#include "util/format.hpp"
#include "util/utf8.hpp"

namespace kdiag::kube {

namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

/// The seconds that RFC 3339 can write: years 1 to 9999 (timestamp.proto).
constexpr std::int64_t k_first_second = -62'135'596'800, k_last_second = 253'402'300'799;

/// Two bytes make an element of a list, and hundreds may be needed to hold it: no object of 8 MiB has this many.
constexpr std::size_t k_most_elements = 1u << 17;

/// A value that is not what the table says. As protozero's own exceptions it ends where Filler is used.
struct WrongValue : protozero::exception {
    explicit WrongValue(const char* words) : m_words(words) {}
    const char* what() const noexcept override { return m_words; }

private:
    const char* m_words;
};

const char* words_of(const protozero::exception& exception) {
    if (dynamic_cast<const WrongValue*>(&exception) != nullptr) return exception.what();
    if (dynamic_cast<const protozero::end_of_buffer_exception*>(&exception) != nullptr) return "a value ends behind the end of its message";
    if (dynamic_cast<const protozero::varint_too_long_exception*>(&exception) != nullptr) return "a number has more than ten bytes";
    if (dynamic_cast<const protozero::unknown_pbf_wire_type_exception*>(&exception) != nullptr) return "a field has a wire type that is not used";
    return "a field has a number that no field can have";
}

/// One object being filled. The path is kept so that an error can say where it stands.
class Filler {
public:
    Filler(TextPool& pool, SharedValues& shared, std::string& repaired) : m_pool(pool), m_shared(shared), m_repaired(repaired) { m_path.reserve(32); }

    void message(std::string_view bytes, void* target, const StructType& type) {
        pbf_reader reader(bytes);
        while (reader.next()) {
            const Field* field = type.with_number(reader.tag());
            if (field == nullptr) {
                reader.skip();
                continue;
            }
            m_path.push_back({field->name, k_no_index});
            fill(reader, target, *field);
            m_path.pop_back();
        }
    }

    Error error(const char* words) const {
        std::string path;
        for (const auto& step : m_path) {
            if (step.name.empty()) continue; // a level that JSON does not have
            path += (path.empty() ? "" : ".") + std::string(step.name);
            if (step.index != k_no_index) path += format("[{}]", step.index);
        }
        return {.kind = ErrorKind::decode, .message = path.empty() ? std::string(words) : format("{}: {}", path, words)};
    }

private:
    static constexpr std::size_t k_no_index = static_cast<std::size_t>(-1);
    struct Step {
        std::string_view name;
        std::size_t index;
    };

    /// The neighbouring elements of a repeated field: their lengths and payloads, without the first one's tag.
    struct Run {
        std::string_view bytes;
        std::size_t count;
    };

    static void expect(const pbf_reader& reader, pbf_wire_type type) {
        if (reader.has_wire_type(type)) return;
        throw WrongValue(type == pbf_wire_type::varint ? "expected a number, found something else" : "expected text or a message, found a number");
    }

    static std::string_view view_of(pbf_reader& reader) {
        expect(reader, pbf_wire_type::length_delimited);
        return reader.get_view();
    }

    static std::uint64_t varint_of(pbf_reader& reader) {
        expect(reader, pbf_wire_type::varint);
        return reader.get_uint64();
    }

    /// Texts of the API are UTF-8; what is not becomes U+FFFD, as it does when Go writes JSON.
    std::string_view text_of(std::string_view bytes) { return is_utf8(bytes) ? bytes : std::string_view(m_repaired = repair_utf8(bytes)); }
    std::string_view text_of(pbf_reader& reader) { return text_of(view_of(reader)); }

    /// Finds the run that begins with the current field, and leaves the reader behind it.
    static Run run_of(pbf_reader& reader) {
        expect(reader, pbf_wire_type::length_delimited);
        const auto number = reader.tag();
        Run run{reader.data(), 0};
        for (;;) {
            reader.skip();
            ++run.count;
            run.bytes = {run.bytes.data(), static_cast<std::size_t>(reader.data().data() - run.bytes.data())};
            pbf_reader next = reader;
            if (!next.next() || next.tag() != number || !next.has_wire_type(pbf_wire_type::length_delimited)) return run;
            reader = next;
        }
    }

    template <class Take> void each_of(const Run& run, Take take) {
        const char* at = run.bytes.data();
        const char* const end = at + run.bytes.size();
        for (std::size_t i = 0; i < run.count; ++i) {
            if (i > 0) protozero::skip_varint(&at, end); // the tag
            const auto size = static_cast<protozero::pbf_length_type>(protozero::decode_varint(&at, end)); // as run_of has understood it
            m_path.back().index = i;
            take(std::string_view(at, size));
            at += size;
        }
    }

    /// An entry of a map: a message of a key and a value.
    template <class Take> void each_entry(const Run& run, Take take) {
        each_of(run, [&](std::string_view entry) {
            pbf_reader parts(entry);
            std::string_view key, value;
            while (parts.next()) {
                if (parts.tag() == 1)
                    key = view_of(parts);
                else if (parts.tag() == 2)
                    value = view_of(parts);
                else
                    parts.skip();
            }
            take(key, value);
        });
    }

    /// resource.Quantity is a message around the text.
    static std::string_view quantity_of(std::string_view message) {
        pbf_reader reader(message);
        std::string_view text;
        while (reader.next())
            if (reader.tag() == 1)
                text = view_of(reader);
            else
                reader.skip();
        return text;
    }

    void map_of(const Run& run, TextMap& map, bool quantities) {
        if (map.empty()) map.reserve(run.count);
        each_entry(run, [&](std::string_view key, std::string_view value) {
            auto& entry = map.emplace_back(m_pool.intern(text_of(key)), Text());
            entry.second = m_pool.intern(text_of(quantities ? quantity_of(value) : value));
        });
    }

    void annotations(pbf_reader& reader, ObjectMeta& meta) {
        each_entry(run_of(reader), [&](std::string_view key, std::string_view value) {
            if (key == k_last_applied)
                note_unknown_fields(text_of(value), meta, m_pool);
            else if (is_kept_annotation(key))
                meta.annotations.emplace_back(m_pool.intern(key), m_pool.intern(text_of(value)));
        });
    }

    /// metav1.Time and MicroTime: empty is the zero time, which JSON writes as null.
    static void timestamp(std::string_view message, Timestamp& time) {
        if (message.empty()) return;
        std::int64_t seconds = 0, nanos = 0;
        pbf_reader reader(message);
        while (reader.next()) {
            if (reader.tag() == 1)
                seconds = static_cast<std::int64_t>(varint_of(reader));
            else if (reader.tag() == 2)
                nanos = static_cast<std::int64_t>(varint_of(reader));
            else
                reader.skip();
        }
        if (seconds < k_first_second || seconds > k_last_second || nanos < 0 || nanos > 999'999'999) throw WrongValue("it is not a time");
        time.milliseconds = seconds * 1000 + nanos / 1'000'000;
    }

    /// intstr.IntOrString, and plain numbers where the struct is wider than the message.
    void int_or_string(pbf_reader& reader, IntOrString& target) {
        target.set = true;
        if (reader.has_wire_type(pbf_wire_type::varint)) {
            target.number = static_cast<std::int64_t>(reader.get_uint64());
            return;
        }
        pbf_reader parts(view_of(reader));
        bool is_text = false;
        std::int64_t number = 0;
        std::string_view text;
        while (parts.next()) {
            switch (parts.tag()) {
            case 1: is_text = varint_of(parts) != 0; break;
            case 2: number = static_cast<std::int64_t>(varint_of(parts)); break;
            case 3: text = view_of(parts); break;
            default: parts.skip();
            }
        }
        if (is_text)
            target.text = m_pool.intern(text_of(text));
        else
            target.number = number;
    }

    void list_of(const Run& run, void* member, const Field& field) {
        m_elements += run.count;
        if (m_elements > k_most_elements) throw WrongValue("it has more elements than an object can have");
        if (field.access->count(member) == 0) field.access->reserve(member, run.count);
        each_of(run, [&](std::string_view element) { message(element, field.access->create(member), field.type()); });
    }

    /// Fills a member through `fill`, or gives it what was filled from the same bytes before.
    template <class Fill> void shared(std::string_view bytes, void* member, const Field& field, Fill fill) {
        const std::string_view key = m_shared.key_of(bytes);
        if (m_shared.take(*field.access, key, member)) return;
        std::string own(SharedValues::fits(bytes) ? key : std::string_view());
        fill();
        if (!own.empty()) m_shared.remember(*field.access, std::move(own), member);
    }

    /// A map or a list.
    void elements(pbf_reader& reader, void* member, const Field& field) {
        const auto run = run_of(reader);
        const auto fill = [&] {
            if (field.kind == FieldKind::object_list)
                list_of(run, member, field);
            else
                map_of(run, *static_cast<TextMap*>(member), field.kind == FieldKind::quantity_map);
        };
        if (!field.shared) return fill();
        if (field.access->count(member) != 0) throw WrongValue("the elements of a list are scattered"); // what is there may be others' already
        shared(run.bytes, member, field, fill);
    }

    void optional_object(std::string_view bytes, void* member, const Field& field) {
        if (!field.shared) return message(bytes, field.access->create(member), field.type());
        field.access->set_shared(member, nullptr); // what is there may be others' already
        shared(bytes, member, field, [&] { message(bytes, field.access->create(member), field.type()); });
    }

    void fill(pbf_reader& reader, void* target, const Field& field) {
        void* member = field.member(target);
        switch (field.kind) {
        case FieldKind::text: *static_cast<Text*>(member) = m_pool.intern(text_of(reader)); break;
        case FieldKind::unique_text: *static_cast<Text*>(member) = m_pool.keep(text_of(reader)); break;
        case FieldKind::optional_text: *static_cast<std::optional<Text>*>(member) = m_pool.intern(text_of(reader)); break;
        case FieldKind::volume_name: *static_cast<Text*>(member) = m_pool.intern(text_of(volume_name(view_of(reader)))); break;
        case FieldKind::quantity: *static_cast<Text*>(member) = m_pool.intern(text_of(quantity_of(view_of(reader)))); break;
        case FieldKind::boolean: *static_cast<bool*>(member) = varint_of(reader) != 0; break;
        case FieldKind::optional_boolean: *static_cast<std::optional<bool>*>(member) = varint_of(reader) != 0; break;
        case FieldKind::integer: // JSON leaves a zero out, and the struct has its default then
            if (const auto number = static_cast<std::int64_t>(varint_of(reader)); number != 0) *static_cast<std::int64_t*>(member) = number;
            break;
        case FieldKind::optional_integer: *static_cast<std::optional<std::int64_t>*>(member) = static_cast<std::int64_t>(varint_of(reader)); break;
        case FieldKind::timestamp: timestamp(view_of(reader), *static_cast<Timestamp*>(member)); break;
        case FieldKind::int_or_string: int_or_string(reader, *static_cast<IntOrString*>(member)); break;
        case FieldKind::text_map:
        case FieldKind::quantity_map:
        case FieldKind::object_list: elements(reader, member, field); break;
        case FieldKind::text_list: text_list(run_of(reader), *static_cast<TextList*>(member)); break;
        case FieldKind::key_list:
            each_entry(run_of(reader), [&](std::string_view key, std::string_view) { static_cast<TextList*>(member)->push_back(m_pool.intern(text_of(key))); });
            break;
        case FieldKind::annotations: annotations(reader, *static_cast<ObjectMeta*>(member)); break;
        case FieldKind::object: message(view_of(reader), member, field.type()); break;
        case FieldKind::optional_object: optional_object(view_of(reader), member, field); break;
        }
    }

    void text_list(const Run& run, TextList& list) {
        if (list.empty()) list.reserve(run.count);
        each_of(run, [&](std::string_view element) { list.push_back(m_pool.intern(text_of(element))); });
    }

    TextPool& m_pool;
    SharedValues& m_shared;
    std::string& m_repaired;
    std::size_t m_elements = 0;
    std::vector<Step> m_path;
};

} // namespace

struct ProtobufDecoder::Impl {
    explicit Impl(TextPool& text_pool) : pool(text_pool) {}
    TextPool& pool;
    SharedValues shared;
    std::string repaired;
};

ProtobufDecoder::ProtobufDecoder(TextPool& pool) : m_impl(std::make_unique<Impl>(pool)) {}
ProtobufDecoder::~ProtobufDecoder() = default;

Status ProtobufDecoder::fill(void* object, const StructType& type, std::string_view message) {
    Filler filler(m_impl->pool, m_impl->shared, m_impl->repaired);
    try {
        filler.message(message, object, type);
    } catch (const protozero::exception& exception) {
        return filler.error(words_of(exception));
    }
    return {};
}

std::string protobuf_text_at(std::string_view message, std::initializer_list<std::uint32_t> path) {
    try {
        for (const auto number : path) {
            pbf_reader reader(message);
            if (!reader.next(number, pbf_wire_type::length_delimited)) return {};
            message = reader.get_view();
        }
    } catch (const protozero::exception&) {
        return {};
    }
    return repair_utf8(message);
}

} // namespace kdiag::kube
