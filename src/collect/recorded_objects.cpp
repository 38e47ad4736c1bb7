// SPDX-License-Identifier: Apache-2.0
#include "collect/recorded_objects.hpp"

#include "data/json.hpp"
#include "data/yaml.hpp"
#include "kube/codec/decode.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <utility>

namespace kdiag::collect {

namespace {

constexpr std::size_t k_chunk = 256 * 1024;
/// YAML is parsed as a whole, so its size is bounded.
constexpr std::size_t k_max_yaml = 256u << 20;

/// The type of an object, from its first bytes when they are what kubectl writes, else by parsing.
class TypeReader {
public:
    void read(std::string_view json, std::string& api_version, std::string& kind) {
        std::string_view rest = json;
        if (member(rest, "\"apiVersion\"", '{', api_version) && member(rest, "\"kind\"", ',', kind)) return;
        api_version = m_decoder.text_at(json, {"apiVersion"});
        kind = m_decoder.text_at(json, {"kind"});
    }

private:
    /// Takes `{ "apiVersion": "v1"` or `, "kind": "Pod"` from the front.
    static bool member(std::string_view& rest, std::string_view name, char before, std::string& value) {
        rest = trim_front(rest);
        if (!rest.starts_with(before)) return false;
        rest = trim_front(rest.substr(1));
        if (!rest.starts_with(name)) return false;
        rest = trim_front(rest.substr(name.size()));
        if (!rest.starts_with(':')) return false;
        rest = trim_front(rest.substr(1));
        if (!rest.starts_with('"')) return false;
        const auto end = rest.find_first_of("\"\\", 1);
        if (end == std::string_view::npos || rest[end] != '"') return false;
        value = rest.substr(1, end - 1);
        rest.remove_prefix(end + 1);
        return true;
    }
    static std::string_view trim_front(std::string_view text) {
        const auto first = text.find_first_not_of(" \t\r\n");
        return first == std::string_view::npos ? std::string_view() : text.substr(first);
    }

    TextPool m_pool;
    kube::Decoder m_decoder{m_pool};
};

/// `v1` and `Pod` of `{"apiVersion":"v1","kind":"PodList"`: items of a typed list don't repeat their type.
struct ListType {
    std::string api_version, kind;
};

ListType item_type(const std::string& api_version, const std::string& list_kind) {
    if (list_kind == "List" || !list_kind.ends_with("List")) return {};
    return {api_version, list_kind.substr(0, list_kind.size() - 4)};
}

Error stray_in(std::string_view list_kind) {
    return {.kind = ErrorKind::decode, .message = format("an item of the {} is no object", list_kind)};
}

/// Splits JSON into objects; a list within a list is split again.
class JsonFile {
public:
    explicit JsonFile(const RecordedFile& events) : m_events(events) {}

    Status read(ByteReader& reader) {
        kube::ItemSplitter splitter(events_for(0));
        for (;;) {
            KD_TRY_ASSIGN(const auto got, reader.read(splitter.space(k_chunk), k_chunk));
            if (got == 0) {
                KD_TRY(splitter.finish());
                return no_strays();
            }
            KD_TRY(splitter.commit(got));
            KD_TRY(no_strays());
        }
    }

private:
    kube::SplitterEvents events_for(int level) {
        kube::SplitterEvents events;
        events.on_list_start = [this](std::string_view head) { m_list = list_of(head); };
        events.on_item = [this, level](std::string_view item, bool) { return object(item, level); };
        events.on_list_end = [this](const std::string& list) { end_list(list); };
        events.on_stray = [this](std::string_view) { m_stray = true; };
        return events;
    }

    /// `null` among the items of a `kubectl get` means that the list is not what it was; any other JSON may hold lists of anything.
    Status no_strays() const {
        return m_broken_list.empty() ? Status{} : stray_in(m_broken_list);
    }

    /// The head is an unfinished document; with its brackets closed it can be asked for its kind.
    ListType list_of(std::string_view head) {
        const kube::PaddedText closed(std::string(head) + "]}");
        std::string api_version, kind;
        m_types.read(closed.view(), api_version, kind);
        return item_type(api_version, kind);
    }

    void end_list(const std::string& list) {
        const kube::PaddedText padded(list);
        std::string api_version, kind;
        m_types.read(padded.view(), api_version, kind);
        if (std::exchange(m_stray, false) && kind.ends_with("List") && m_broken_list.empty()) m_broken_list = kind;
        const auto type = item_type(api_version, kind);
        if (!type.kind.empty() && m_events.on_list) m_events.on_list(type.api_version, type.kind);
        m_list = {};
    }

    Status object(std::string_view item, int level) {
        RecordedObject object{.json = item, .api_version = m_list.api_version, .kind = m_list.kind};
        if (object.kind.empty()) m_types.read(item, object.api_version, object.kind);
        if (object.kind.ends_with("List") && level < 4) { // several `kubectl get` outputs in one List
            const auto outer = m_list;
            kube::ItemSplitter inner(events_for(level + 1));
            KD_TRY(inner.push(item));
            KD_TRY(inner.finish());
            m_list = outer;
            return {};
        }
        m_events.on_object(object);
        return {};
    }

    const RecordedFile& m_events;
    TypeReader m_types;
    ListType m_list;
    bool m_stray = false;      ///< the list that is read holds something that is no object
    std::string m_broken_list; ///< the kind of the first list that did
};

Status read_yaml(ByteReader& reader, const std::string& path, const RecordedFile& events) {
    auto text = read_all(reader, k_max_yaml);
    if (!text) return std::move(text).error().with_help("convert large recordings to JSON: kubectl get -o json");
    std::string broken_list;
    const std::function<void(const data::Value&)> give = [&](const data::Value& document) {
        const auto kind = document["kind"].as_string();
        if (document["items"].is_array() && (kind.ends_with("List") || kind.empty())) {
            const auto type = item_type(std::string(document["apiVersion"].as_string()), std::string(kind));
            if (!type.kind.empty() && events.on_list) events.on_list(type.api_version, type.kind);
            for (data::Value item : document["items"].as_array()) {
                if (!item.is_object() && !kind.empty()) broken_list = kind;
                if (!item.is_object()) continue;
                if (item["kind"].is_null() && !type.kind.empty()) item.set("kind", type.kind).set("apiVersion", type.api_version);
                give(item);
            }
            return;
        }
        if (!document.is_object()) return;
        const kube::PaddedText json(data::to_json(document));
        events.on_object({.json = json.view(), .api_version = std::string(document["apiVersion"].as_string()), .kind = std::string(kind)});
    };
    return data::parse_yaml_documents(*text, path, {}, [&](data::Value document) {
        give(document);
        return broken_list.empty() ? Status{} : stray_in(broken_list);
    });
}

} // namespace

FileForm form_of(std::string_view path, std::string_view start) {
    if (path.ends_with(".log") || path.ends_with(".txt")) return FileForm::other;
    auto text = start;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    text = trim(text);
    if (text.starts_with('{') || text.starts_with('[')) return FileForm::json;
    if (path.ends_with(".yaml") || path.ends_with(".yml")) return FileForm::yaml;
    if (path.ends_with(".json")) return FileForm::json;
    if (text.starts_with("apiVersion:") || text.starts_with("kind:") || text.starts_with("---") || contains(text, "\napiVersion:")) return FileForm::yaml;
    return FileForm::other;
}

Status each_object(ByteReader& reader, FileForm form, const std::string& path, const RecordedFile& events) {
    return form == FileForm::yaml ? read_yaml(reader, path, events) : JsonFile(events).read(reader);
}

} // namespace kdiag::collect
