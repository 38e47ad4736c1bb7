// SPDX-License-Identifier: Apache-2.0
#include "data/yaml.hpp"

#include "data/yaml_scalar.hpp"
#include "util/format.hpp"

#include <yaml.h>

#include <cmath>

namespace kdiag::data {

namespace {

/// libyaml's emitter, with kubectl's choices of style.
class Writer {
public:
    Writer() {
        yaml_emitter_initialize(&m_emitter);
        yaml_emitter_set_unicode(&m_emitter, 1);
        yaml_emitter_set_width(&m_emitter, -1);
        yaml_emitter_set_output(&m_emitter, &append, &m_text);
    }
    ~Writer() { yaml_emitter_delete(&m_emitter); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    std::string write(const Value& value) {
        yaml_event_t event;
        yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
        emit(event);
        yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, 1);
        emit(event);
        node(value);
        yaml_document_end_event_initialize(&event, 1);
        emit(event);
        yaml_stream_end_event_initialize(&event);
        emit(event);
        yaml_emitter_flush(&m_emitter);
        return std::move(m_text);
    }

private:
    static int append(void* data, unsigned char* buffer, std::size_t size) noexcept {
        try {
            static_cast<std::string*>(data)->append(reinterpret_cast<const char*>(buffer), size);
            return 1;
        } catch (...) {
            return 0;
        }
    }

    void emit(yaml_event_t& event) { yaml_emitter_emit(&m_emitter, &event); }

    void node(const Value& value) {
        if (value.is_object())
            mapping(value);
        else if (value.is_array())
            sequence(value);
        else if (value.is_string())
            scalar(std::string(value.as_string()), style_of(value.as_string()));
        else
            scalar(plain_text(value), YAML_PLAIN_SCALAR_STYLE);
    }

    static std::string number_text(double number) {
        if (std::isnan(number)) return ".nan";
        if (std::isinf(number)) return number > 0 ? ".inf" : "-.inf";
        return format("{}", number);
    }

    static std::string plain_text(const Value& value) {
        if (value.is_bool()) return value.as_bool() ? "true" : "false";
        if (value.is_integer()) return format("{}", value.as_integer());
        if (value.is_number()) return number_text(value.as_double());
        return "null";
    }

    /// Double quotes where a plain scalar would be read as something else, a literal block for several lines.
    static yaml_scalar_style_t style_of(std::string_view text) {
        if (text.find('\n') != std::string_view::npos) return YAML_LITERAL_SCALAR_STYLE;
        return resolve_plain_scalar(text).is_string() ? YAML_ANY_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    }

    void scalar(const std::string& text, yaml_scalar_style_t style) {
        yaml_event_t event;
        const auto* bytes = reinterpret_cast<const yaml_char_t*>(text.data());
        if (yaml_scalar_event_initialize(&event, nullptr, nullptr, bytes, static_cast<int>(text.size()), 1, 1, style) == 1) {
            emit(event);
            return;
        }
        const std::string safe = replace_invalid(text); // libyaml takes valid UTF-8 only
        yaml_scalar_event_initialize(&event, nullptr, nullptr, reinterpret_cast<const yaml_char_t*>(safe.data()), static_cast<int>(safe.size()), 1, 1,
                                     YAML_DOUBLE_QUOTED_SCALAR_STYLE);
        emit(event);
    }

    static std::string replace_invalid(const std::string& text) {
        std::string safe;
        for (const char c : text) safe += static_cast<unsigned char>(c) < 0x80 ? c : '?';
        return safe;
    }

    void mapping(const Value& value) {
        yaml_event_t event;
        const auto style = value.as_object().empty() ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE;
        yaml_mapping_start_event_initialize(&event, nullptr, nullptr, 1, style);
        emit(event);
        for (const auto& [name, member] : value.as_object()) {
            scalar(name, style_of(name));
            node(member);
        }
        yaml_mapping_end_event_initialize(&event);
        emit(event);
    }

    void sequence(const Value& value) {
        yaml_event_t event;
        const auto style = value.as_array().empty() ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE;
        yaml_sequence_start_event_initialize(&event, nullptr, nullptr, 1, style);
        emit(event);
        for (const auto& element : value.as_array()) node(element);
        yaml_sequence_end_event_initialize(&event);
        emit(event);
    }

    yaml_emitter_t m_emitter{};
    std::string m_text;
};

} // namespace

std::string to_yaml(const Value& value) {
    return Writer().write(value);
}

} // namespace kdiag::data
