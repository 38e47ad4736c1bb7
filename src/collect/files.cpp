// SPDX-License-Identifier: Apache-2.0
#include "collect/files.hpp"

#include "collect/file_reading.hpp"
#include "collect/recorded_logs.hpp"
#include "collect/recorded_objects.hpp"
#include "data/json.hpp"
#include "kube/selector.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <map>
#include <set>

namespace kdiag::collect {

namespace {

/// `Widget` is asked for as widget, widgets or widgets.example.com.
bool is_called(const ResourceType& type, std::string_view word) {
    const auto dot = word.find('.');
    const auto name = word.substr(0, dot);
    if (name != type.singular && name != type.plural) return false;
    return dot == std::string_view::npos || word.substr(dot + 1) == type.group || word.substr(dot + 1) == type.version + "." + type.group;
}

ResourceType type_of(const kube::ResourceInfo& info) {
    ResourceType type{.group = std::string(info.group), .version = std::string(info.version), .plural = std::string(info.plural),
                      .singular = std::string(info.singular), .kind = std::string(info.kind), .namespaced = info.namespaced};
    type.short_names.assign(info.short_names.begin(), info.short_names.end());
    return type;
}

class FileSource : public Source {
public:
    explicit FileSource(Recording recording) : m_recording(std::move(recording)) {}

    Result<facts::SnapshotParts> read(const ReadRequest& request) override {
        facts::SnapshotParts parts;
        parts.scope = request.scope;
        MemoryLimit memory(request.max_memory);
        KD_TRY_ASSIGN(const auto read, read_files(m_recording, request, memory, parts));
        if (request.interrupted != nullptr && request.interrupted->load()) {
            if (read.objects == 0) return Error{.kind = ErrorKind::interrupted, .message = "interrupted"};
            parts.gaps.push_back({.resource = kube::Resource::pods, .reason = facts::GapReason::error, .detail = "interrupted before everything was read", .partial = true});
        }
        if (read.objects == 0 && parts.gaps.empty() && parts.read.empty() && !(request.any_kind && read.foreign > 0)) return nothing_in(read.files);
        if (read.objects == read.broken && !parts.gaps.empty()) return unreadable(parts.gaps.front());
        if (read.objects == 1) parts.partial = parts.read;
        if (request.max_logs > 0) KD_TRY(add_logs(parts, request));
        return parts;
    }

    Result<ResourceType> resolve(std::string_view word) override {
        if (const auto* info = kube::find_by_word(word)) return type_of(*info);
        const std::string lower = to_lower(word);
        std::vector<std::string> names;
        for (const auto& type : recorded_types()) {
            if (is_called(type, lower)) return type;
            names.push_back(type.singular);
        }
        for (const auto& info : kube::resource_table()) names.emplace_back(info.singular);
        Error error{.kind = ErrorKind::usage, .message = format("the recording has no resource type `{}`", word)};
        if (const auto near = nearest(lower, names); !near.empty()) error.help.push_back(format("did you mean {}?", list_some(near)));
        return error;
    }

    Result<data::Value> object(const ResourceType& type, std::string_view namespace_name, std::string_view name) override {
        std::vector<std::string> names;
        data::Value found;
        KD_TRY(each_value(type, namespace_name, [&](data::Value value) {
            const auto own = value.at("metadata", "name").as_string();
            names.emplace_back(own);
            if (own == name && found.is_null()) found = std::move(value);
        }));
        if (!found.is_null()) return found;
        Error error{.kind = ErrorKind::not_found, .message = namespace_name.empty() ? format("no {} `{}` in the recording", type.singular, name)
                                                                                     : format("no {} `{}` in namespace {}", type.singular, name, namespace_name)};
        if (const auto near = nearest(name, names); !near.empty()) error.help.push_back(format("did you mean {}?", list_some(near)));
        return error;
    }

    Result<std::vector<data::Value>> objects(const ResourceType& type, std::string_view namespace_name, std::string_view selector) override {
        std::optional<kube::OwnedSelector> labels;
        if (!selector.empty()) {
            KD_TRY_ASSIGN(labels, kube::OwnedSelector::parse(selector));
        }
        std::vector<data::Value> values;
        KD_TRY(each_value(type, namespace_name, [&](data::Value value) {
            kube::TextMap map;
            for (const auto& [key, label] : value.at("metadata", "labels").as_object()) map.emplace_back(key, label.as_string());
            if (!labels || labels->matches(map)) values.push_back(std::move(value));
        }));
        return values;
    }

    Identity identity() const override { return {.kind = "files", .path = m_recording.path() == "-" ? "standard input" : m_recording.path()}; }
    std::string default_namespace() const override { return {}; }
    ReadStats stats() const override { return {}; }

private:
    using TakeObject = std::function<void(const std::string&, const RecordedObject&)>;

    /// Every object of every file; what is broken was told when the recording was read.
    Status each_object_of_any(const TakeObject& take) {
        return m_recording.each_file([&](const std::string& path, ByteReader& content) -> Status {
            (void)read_objects(path, content, {.on_object = take}, nullptr);
            return {};
        }, [](const std::string&, const Error&) {});
    }

    Error nothing_in(std::size_t files) const {
        return {.kind = ErrorKind::config,
                .message = files == 0 ? format("{} holds no JSON or YAML", identity().path) : format("{} holds no Kubernetes object that kdiag reads", identity().path),
                .help = {"--from takes the output of kubectl get -o json or yaml, a folder or .tar.gz of such files, or a cluster-info dump"}};
    }
    Error unreadable(const facts::Gap& gap) const {
        const auto path = identity().path;
        return {.kind = ErrorKind::config, .message = contains(gap.detail, path) ? gap.detail : format("{}: {}", path, gap.detail), .help = {"record it again, and check that it was copied whole"}};
    }

    Status add_logs(facts::SnapshotParts& parts, const ReadRequest& request) {
        const auto targets = facts::wanted_logs(parts, request.max_logs);
        auto logs = read_recorded_logs(m_recording, targets, request.log_lines);
        if (!logs) {
            parts.gaps.push_back({.resource = kube::Resource::logs, .reason = facts::GapReason::error, .detail = logs.error().message, .partial = true});
            return {};
        }
        if (!logs->empty()) parts.read.add(kube::Resource::logs);
        parts.logs = std::move(*logs);
        return {};
    }

    Status each_value(const ResourceType& type, std::string_view namespace_name, const std::function<void(data::Value)>& take) {
        return each_object_of_any([&](const std::string&, const RecordedObject& object) {
            if (object.kind != type.kind || kube::group_of(object.api_version) != type.group) return;
            auto value = data::parse_json(object.json);
            if (!value) return;
            if (value->find("kind") == nullptr) value->set("apiVersion", object.api_version).set("kind", object.kind);
            const auto own = value->at("metadata", "namespace").as_string();
            if (namespace_name.empty() || own.empty() || own == namespace_name) take(std::move(*value));
        });
    }

    const std::vector<ResourceType>& recorded_types() {
        if (!m_types.empty()) return m_types;
        std::map<std::pair<std::string, std::string>, bool> kinds;
        const auto walked = each_object_of_any([&](const std::string&, const RecordedObject& object) { kinds[{object.api_version, object.kind}] = true; });
        if (!walked) return m_types;
        for (const auto& [key, present] : kinds) {
            const auto& [api_version, kind] = key;
            const std::string lower = to_lower(kind);
            const std::string group(kube::group_of(api_version));
            m_types.push_back({.group = group, .version = group.empty() ? api_version : api_version.substr(group.size() + 1),
                               .plural = lower.ends_with('s') ? lower + "es" : lower.ends_with('y') ? lower.substr(0, lower.size() - 1) + "ies" : lower + "s",
                               .singular = lower, .kind = kind});
        }
        return m_types;
    }

    Recording m_recording;
    std::vector<ResourceType> m_types;
};

} // namespace

Result<std::unique_ptr<Source>> open_files(const std::string& path) {
    KD_TRY_ASSIGN(auto recording, Recording::open(path));
    return std::unique_ptr<Source>(std::make_unique<FileSource>(std::move(recording)));
}

} // namespace kdiag::collect
