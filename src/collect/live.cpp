// SPDX-License-Identifier: Apache-2.0
#include "collect/live.hpp"

#include "client/discovery.hpp"
#include "collect/live_reader.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

namespace kdiag::collect {

namespace {

constexpr std::string_view k_metadata_only = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";

bool is_called(const client::ServedType& type, std::string_view word) {
    const auto dot = word.find('.');
    const auto name = word.substr(0, dot);
    const bool named = name == type.plural || name == type.singular || name == to_lower(type.kind) ||
                       std::find(type.short_names.begin(), type.short_names.end(), name) != type.short_names.end();
    if (!named) return false;
    if (dot == std::string_view::npos) return true;
    const auto rest = word.substr(dot + 1);
    return rest == type.group || rest == type.version + "." + type.group || (type.group.empty() && rest == type.version);
}

std::string api_path(const ResourceType& type) {
    return type.group.empty() ? format("/api/{}", type.version) : format("/apis/{}/{}", type.group, type.version);
}

std::string collection_path(const ResourceType& type, std::string_view namespace_name) {
    const std::string place = type.namespaced && !namespace_name.empty() ? format("/namespaces/{}", client::escape(namespace_name)) : std::string();
    return format("{}{}/{}", api_path(type), place, type.plural);
}

class LiveSource : public Source {
public:
    explicit LiveSource(std::unique_ptr<client::ApiClient> client) : m_client(std::move(client)) {}

    Result<facts::SnapshotParts> read(const ReadRequest& request) override {
        LiveReader reader(*m_client, request);
        auto parts = reader.read();
        m_log_requests += reader.log_requests();
        return parts;
    }

    Result<ResourceType> resolve(std::string_view word) override {
        if (const auto* info = kube::find_by_word(word)) {
            ResourceType type{.group = std::string(info->group), .version = std::string(info->version), .plural = std::string(info->plural),
                              .singular = std::string(info->singular), .kind = std::string(info->kind), .namespaced = info->namespaced};
            type.short_names.assign(info->short_names.begin(), info->short_names.end());
            return type;
        }
        if (m_types.empty()) {
            KD_TRY_ASSIGN(m_types, client::discover(*m_client));
        }
        const std::string lower = to_lower(word);
        std::vector<std::string> names;
        for (const auto& type : m_types) {
            if (is_called(type, lower))
                return ResourceType{.group = type.group, .version = type.version, .plural = type.plural, .singular = type.singular, .kind = type.kind,
                                    .short_names = type.short_names, .namespaced = type.namespaced};
            names.push_back(type.singular);
        }
        Error error{.kind = ErrorKind::usage, .message = format("the server has no resource type `{}`", word)};
        if (const auto near = nearest(lower, names); !near.empty()) error.help.push_back(format("did you mean {}?", list_some(near)));
        return error;
    }

    Result<data::Value> object(const ResourceType& type, std::string_view namespace_name, std::string_view name) override {
        auto object = m_client->get_json({.path = format("{}/{}", collection_path(type, namespace_name), client::escape(name)),
                                          .doing = format("get {} {}", type.singular, name)});
        if (object || object.error().kind != ErrorKind::not_found) return object;
        Error error{.kind = ErrorKind::not_found, .message = type.namespaced ? format("no {} `{}` in namespace {}", type.singular, name, namespace_name)
                                                                             : format("no {} `{}`", type.singular, name)};
        const auto names = names_of(type, namespace_name);
        if (!names && names.error().kind == ErrorKind::not_found)
            return Error{.kind = ErrorKind::not_found, .message = format("the server does not serve {} of {}", type.plural, type.api_version())};
        if (!names) return error;
        if (const auto near = nearest(name, *names); !near.empty()) error.help.push_back(format("did you mean {}?", list_some(near)));
        return error;
    }

    Result<std::vector<data::Value>> objects(const ResourceType& type, std::string_view namespace_name, std::string_view selector) override {
        const std::string query = selector.empty() ? std::string() : format("?labelSelector={}", client::escape(selector));
        KD_TRY_ASSIGN(auto objects, m_client->get_items({.path = collection_path(type, namespace_name) + query, .doing = format("list {}", type.plural)}));
        for (auto& object : objects) object.set("kind", type.kind).set("apiVersion", type.api_version()); // items of lists don't say
        return objects;
    }

    Identity identity() const override {
        const auto& config = m_client->config();
        return {.kind = "live", .context = config.context, .server = net::display_url(config.server)};
    }
    std::string default_namespace() const override { return m_client->config().namespace_name; }
    ReadStats stats() const override { return {.api_requests = m_client->requests() - m_log_requests, .log_requests = m_log_requests, .bytes_received = m_client->bytes(), .retries = m_client->retries()}; }

private:
    Result<std::vector<std::string>> names_of(const ResourceType& type, std::string_view namespace_name) {
        KD_TRY_ASSIGN(const auto list, m_client->get_items({.path = collection_path(type, namespace_name), .doing = format("list {}", type.plural),
                                                            .accept = std::string(k_metadata_only)}));
        std::vector<std::string> names;
        for (const auto& item : list) names.emplace_back(item.at("metadata", "name").as_string());
        return names;
    }

    std::unique_ptr<client::ApiClient> m_client;
    std::uint64_t m_log_requests = 0;
    std::vector<client::ServedType> m_types;
};

} // namespace

std::unique_ptr<Source> open_cluster(std::unique_ptr<client::ApiClient> client) {
    return std::make_unique<LiveSource>(std::move(client));
}

} // namespace kdiag::collect
