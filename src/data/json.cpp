// SPDX-License-Identifier: Apache-2.0
#include "data/json.hpp"

#include "util/format.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <unordered_set>

namespace kdiag::data {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t k_max_depth = 200;

/// Builds a Value from nlohmann's events; stops at what a DOM would swallow silently.
class Builder {
public:
    using number_integer_t = Json::number_integer_t;
    using number_unsigned_t = Json::number_unsigned_t;
    using number_float_t = Json::number_float_t;
    using string_t = Json::string_t;
    using binary_t = Json::binary_t;

    bool null() { return put({}); }
    bool boolean(bool value) { return put(value); }
    bool number_integer(number_integer_t value) { return put(static_cast<std::int64_t>(value)); }
    bool number_unsigned(number_unsigned_t value) {
        return value <= static_cast<number_unsigned_t>(INT64_MAX) ? put(static_cast<std::int64_t>(value)) : put(static_cast<double>(value));
    }
    bool number_float(number_float_t value, const string_t&) { return put(value); }
    bool string(string_t& value) { return put(std::move(value)); }
    bool binary(binary_t&) { return false; }
    bool start_object(std::size_t) { return open(Value::object()); }
    bool start_array(std::size_t) { return open(Value::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(string_t& name) {
        if (!m_open.back().names.insert(name).second) return fail(format("the key `{}` stands twice in one object", name));
        m_open.back().key = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& exception) {
        m_position = position;
        const std::string_view what = exception.what();
        const auto colon = what.rfind("; ");
        return fail(std::string(colon == std::string_view::npos ? what : what.substr(colon + 2)));
    }

    Value take() { return std::move(m_root); }
    const std::string& message() const { return m_message; }
    std::size_t position() const { return m_position; }

private:
    struct Level {
        Value value;
        std::string key;
        std::unordered_set<std::string> names;
    };

    bool fail(std::string message) {
        m_message = std::move(message);
        return false;
    }
    bool open(Value value) {
        if (m_open.size() >= k_max_depth) return fail(format("it is nested deeper than {} levels", k_max_depth));
        m_open.push_back({std::move(value), {}, {}});
        return true;
    }
    bool close() {
        Value value = std::move(m_open.back().value);
        m_open.pop_back();
        return put(std::move(value));
    }
    bool put(Value value) {
        if (m_open.empty())
            m_root = std::move(value);
        else if (auto& level = m_open.back(); level.value.is_array())
            level.value.push_back(std::move(value));
        else
            level.value.make_object().emplace_back(std::move(level.key), std::move(value)); // unique: checked by key()
        return true;
    }

    Value m_root;
    std::vector<Level> m_open;
    std::string m_message;
    std::size_t m_position = 0;
};

Mark mark_of(std::string_view text, std::size_t position) {
    Mark mark{1, 1};
    for (std::size_t i = 0; i < position && i < text.size(); ++i) {
        if (text[i] == '\n') {
            ++mark.line;
            mark.column = 1;
        } else {
            ++mark.column;
        }
    }
    return mark;
}

/// Whether a text stands in JSON as it is: ASCII that needs no escape.
bool is_plain(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c - 0x20) >= 0x5f || c == '"' || c == '\\'; });
}

/// Writes what nlohmann's dump writes, without a second tree.
class Writer {
public:
    explicit Writer(int indent) : m_indent(indent) {}

    void write(const Value& value, std::size_t depth) {
        if (value.is_string())
            write_text(value.as_string());
        else if (value.is_array())
            write_list(value.as_array(), '[', ']', depth, [&](const Value& element) { write(element, depth + 1); });
        else if (value.is_object())
            write_list(value.as_object(), '{', '}', depth, [&](const auto& member) {
                write_text(member.first);
                m_text += m_indent < 0 ? ":" : ": ";
                write(member.second, depth + 1);
            });
        else
            m_text += scalar(value).dump();
    }
    std::string take() { return std::move(m_text); }

private:
    static Json scalar(const Value& value) {
        if (value.is_bool()) return value.as_bool();
        if (value.is_integer()) return value.as_integer();
        if (value.is_number()) return value.as_double();
        return nullptr;
    }
    void write_text(std::string_view text) {
        if (!is_plain(text)) {
            m_text += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
            return;
        }
        m_text += '"';
        m_text += text;
        m_text += '"';
    }
    void break_line(std::size_t depth) {
        if (m_indent < 0) return;
        m_text += '\n';
        m_text.append(depth * static_cast<std::size_t>(m_indent), ' ');
    }
    template <class List, class Write> void write_list(const List& list, char open, char close, std::size_t depth, Write write_one) {
        m_text += open;
        bool first = true;
        for (const auto& one : list) {
            if (!first) m_text += ',';
            first = false;
            break_line(depth + 1);
            write_one(one);
        }
        if (!first) break_line(depth);
        m_text += close;
    }

    int m_indent;
    std::string m_text;
};

} // namespace

Result<Value> parse_json(std::string_view text) {
    if (const auto nul = text.find('\0'); nul != std::string_view::npos) { // nlohmann would take it for the end
        const Mark mark = mark_of(text, nul);
        return Error{.kind = ErrorKind::decode, .message = format("broken JSON at line {}, column {}: a NUL byte", mark.line, mark.column)};
    }
    Builder builder;
    bool good = false;
    std::string thrown;
    try {
        good = Json::sax_parse(text.begin(), text.end(), &builder);
    } catch (const std::exception& exception) {
        thrown = exception.what();
    }
    if (good) return builder.take();
    const Mark mark = mark_of(text, builder.position() > 0 ? builder.position() - 1 : 0);
    const std::string& what = !thrown.empty() ? thrown : builder.message();
    if (builder.position() == 0) return Error{.kind = ErrorKind::decode, .message = format("broken JSON: {}", what)};
    return Error{.kind = ErrorKind::decode, .message = format("broken JSON at line {}, column {}: {}", mark.line, mark.column, what)};
}

std::string to_json(const Value& value, int indent, std::size_t depth) {
    Writer writer(indent);
    writer.write(value, depth);
    return writer.take();
}

} // namespace kdiag::data
