// SPDX-License-Identifier: Apache-2.0
#include "data/yaml.hpp"

#include "data/yaml_scalar.hpp"
#include "util/format.hpp"

#include <yaml.h>

#include <algorithm>
#include <map>

namespace kdiag::data {

namespace {

/// libyaml's parser and event with their clean-up.
struct Parser {
    Parser() { ok = yaml_parser_initialize(&raw) == 1; }
    ~Parser() {
        if (ok) yaml_parser_delete(&raw);
    }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;
    yaml_parser_t raw{};
    bool ok = false;
};
struct Event {
    Event() = default;
    ~Event() { yaml_event_delete(&raw); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    yaml_event_t raw{};
};

Mark mark_of(const yaml_mark_t& mark) {
    return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

std::string_view text_of(const yaml_char_t* text) {
    return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

/// How many values a value holds with itself, and how many levels of them are below it.
struct Extent {
    std::size_t nodes = 1, levels = 0;

    void add(const Extent& inner) {
        nodes += inner.nodes;
        levels = std::max(levels, inner.levels + 1);
    }
};

Extent extent_of(const Value& value) {
    Extent extent;
    for (const auto& element : value.as_array()) extent.add(extent_of(element));
    for (const auto& member : value.as_object()) extent.add(extent_of(member.second));
    return extent;
}

/// Makes documents of libyaml's events.
class Composer {
public:
    Composer(std::string_view text, std::string_view name, const YamlOptions& options) : m_text(text), m_name(name), m_options(options) {
        yaml_parser_set_input_string(&m_parser.raw, reinterpret_cast<const unsigned char*>(text.data()), text.size());
        yaml_parser_set_encoding(&m_parser.raw, YAML_UTF8_ENCODING);
    }

    Status each(const std::function<Status(Value)>& take) {
        if (!m_parser.ok) return Error{.kind = ErrorKind::internal, .message = "the YAML parser cannot be started"};
        for (;;) {
            Event event;
            KD_TRY(next(event));
            if (event.raw.type == YAML_STREAM_END_EVENT) return {};
            if (event.raw.type != YAML_DOCUMENT_START_EVENT) continue;
            m_anchors.clear();
            Event first;
            KD_TRY(next(first));
            Value document;
            KD_TRY(node(first, document, 0));
            KD_TRY(take(std::move(document)));
        }
    }

private:
    Error error(Mark mark, std::string_view what) const {
        return {.kind = ErrorKind::decode, .message = format("{}:{}:{}: {}", m_name, mark.line, mark.column, what)};
    }

    Error too_deep(Mark mark) const { return error(mark, format("it is nested deeper than {} levels", m_options.max_depth)); }

    Status next(Event& event) {
        if (yaml_parser_parse(&m_parser.raw, &event.raw) == 1) return {};
        const auto& raw = m_parser.raw;
        const Mark mark = raw.error == YAML_READER_ERROR ? mark_at(raw.problem_offset) : mark_of(raw.problem_mark); // bytes are read ahead of the lines
        return error(mark, raw.problem != nullptr ? raw.problem : "broken YAML");
    }

    Mark mark_at(std::size_t offset) const {
        const auto before = m_text.substr(0, offset);
        const auto line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
        return {line + 1, static_cast<std::uint32_t>(before.size() - (before.rfind('\n') + 1) + 1)}; // npos + 1 is 0
    }

    Status count(Mark mark, std::size_t nodes) {
        m_nodes += nodes;
        if (m_nodes > m_options.max_nodes) return error(mark, "aliases expand to too many nodes");
        return {};
    }

    Status node(const Event& event, Value& out, std::size_t depth) {
        const Mark mark = mark_of(event.raw.start_mark);
        if (depth > m_options.max_depth) return too_deep(mark);
        KD_TRY(count(mark, 1));
        std::string anchor;
        switch (event.raw.type) {
        case YAML_SCALAR_EVENT: {
            const auto& scalar = event.raw.data.scalar;
            anchor = text_of(scalar.anchor);
            const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
            const bool plain = scalar.style == YAML_PLAIN_SCALAR_STYLE && scalar.plain_implicit != 0;
            out = plain && !m_options.scalars_as_strings ? resolve_plain_scalar(text) : Value(text);
            break;
        }
        case YAML_SEQUENCE_START_EVENT:
            anchor = text_of(event.raw.data.sequence_start.anchor);
            KD_TRY(sequence(out, depth));
            break;
        case YAML_MAPPING_START_EVENT:
            anchor = text_of(event.raw.data.mapping_start.anchor);
            KD_TRY(mapping(out, depth));
            break;
        case YAML_ALIAS_EVENT: {
            const auto found = m_anchors.find(std::string(text_of(event.raw.data.alias.anchor)));
            if (found == m_anchors.end()) return error(mark, format("the alias `*{}` has no anchor before it", text_of(event.raw.data.alias.anchor)));
            KD_TRY(count(mark, found->second.extent.nodes));
            if (depth + found->second.extent.levels > m_options.max_depth) return too_deep(mark); // an alias of an alias of an alias
            out = found->second.value;
            return {};
        }
        default: return error(mark, "a value is missing");
        }
        out.mark = mark;
        if (!anchor.empty()) m_anchors[anchor] = {out, extent_of(out)};
        return {};
    }

    Status sequence(Value& out, std::size_t depth) {
        auto& elements = out.make_array();
        for (;;) {
            Event event;
            KD_TRY(next(event));
            if (event.raw.type == YAML_SEQUENCE_END_EVENT) return {};
            KD_TRY(node(event, elements.emplace_back(), depth + 1));
        }
    }

    Status mapping(Value& out, std::size_t depth) {
        out.make_object();
        std::map<std::string, Mark, std::less<>> names;
        std::vector<Value> merged;
        for (;;) {
            Event event;
            KD_TRY(next(event));
            if (event.raw.type == YAML_MAPPING_END_EVENT) break;
            const Mark mark = mark_of(event.raw.start_mark);
            if (event.raw.type != YAML_SCALAR_EVENT) return error(mark, "a key has to be a scalar");
            const std::string key(reinterpret_cast<const char*>(event.raw.data.scalar.value), event.raw.data.scalar.length);
            const bool merge = key == "<<" && event.raw.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
            Event value_event;
            KD_TRY(next(value_event));
            Value value;
            KD_TRY(node(value_event, value, depth + 1));
            if (merge) {
                merged.push_back(std::move(value));
                continue;
            }
            const auto [place, added] = names.emplace(key, mark);
            if (!added) return error(mark, format("the key `{}` stands twice, first in line {}", key, place->second.line));
            out.make_object().emplace_back(key, std::move(value));
        }
        for (const auto& value : merged) KD_TRY(merge_into(out, value));
        return {};
    }

    /// `<<`: members that the mapping does not have itself.
    Status merge_into(Value& out, const Value& value) {
        if (value.is_array()) {
            for (const auto& element : value.as_array()) KD_TRY(merge_into(out, element));
            return {};
        }
        if (!value.is_object()) return error(value.mark, "`<<` takes a mapping or a list of mappings");
        for (const auto& [name, member] : value.as_object())
            if (out.find(name) == nullptr) out.make_object().emplace_back(name, member);
        return {};
    }

    struct Anchor {
        Value value;
        Extent extent;
    };

    std::string_view m_text;
    std::string m_name;
    YamlOptions m_options;
    Parser m_parser;
    std::map<std::string, Anchor> m_anchors;
    std::size_t m_nodes = 0;
};

} // namespace

Status parse_yaml_documents(std::string_view text, std::string_view name, const YamlOptions& options, const std::function<Status(Value)>& take) {
    return Composer(text, name, options).each(take);
}

Result<std::vector<Value>> parse_yaml(std::string_view text, std::string_view name, const YamlOptions& options) {
    std::vector<Value> documents;
    KD_TRY(parse_yaml_documents(text, name, options, [&](Value document) {
        documents.push_back(std::move(document));
        return Status{};
    }));
    return documents;
}

} // namespace kdiag::data
