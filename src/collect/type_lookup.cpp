// SPDX-License-Identifier: Apache-2.0
#include "collect/type_lookup.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <algorithm>

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

/// A namespace that does not exist has no objects, and the API server says no more of them than that.
std::optional<Error> no_such_namespace(client::ApiClient& client, std::string_view name) {
    const auto found = client.get_json({.path = "/api/v1/namespaces/" + client::escape(name), .doing = format("get namespace {}", name)});
    if (found || found.error().kind != ErrorKind::not_found) return std::nullopt;
    Error error{.kind = ErrorKind::not_found, .message = format("there is no namespace `{}`", name)};
    const auto names = names_of(client, {.group = "", .version = "v1", .plural = "namespaces", .singular = "namespace", .kind = "Namespace", .short_names = {}, .namespaced = false}, "");
    if (!names) return error;
    if (const auto near = nearest(name, *names); !near.empty()) error.help.push_back(format("did you mean {}?", list_some(near)));
    return error;
}

} // namespace

Result<ResourceType> TypeLookup::resolve(std::string_view word) {
    if (const auto* info = kube::find_by_word(word)) {
        ResourceType type{.group = std::string(info->group), .version = std::string(info->version), .plural = std::string(info->plural),
                          .singular = std::string(info->singular), .kind = std::string(info->kind), .namespaced = info->namespaced};
        type.short_names.assign(info->short_names.begin(), info->short_names.end());
        return type;
    }
    if (m_types.empty()) {
        KD_TRY_ASSIGN(m_types, client::discover(m_client));
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

std::string collection_path(const ResourceType& type, std::string_view namespace_name) {
    const std::string place = type.namespaced && !namespace_name.empty() ? format("/namespaces/{}", client::escape(namespace_name)) : std::string();
    return format("{}{}/{}", api_path(type), place, type.plural);
}

Result<std::vector<std::string>> names_of(client::ApiClient& client, const ResourceType& type, std::string_view namespace_name) {
    KD_TRY_ASSIGN(const auto list, client.get_items({.path = collection_path(type, namespace_name), .doing = format("list {}", type.plural),
                                                     .accept = std::string(k_metadata_only)}));
    std::vector<std::string> names;
    for (const auto& item : list) names.emplace_back(item.at("metadata", "name").as_string());
    return names;
}

Error no_such_object(client::ApiClient& client, const ResourceType& type, std::string_view namespace_name, std::string_view name) {
    Error error{.kind = ErrorKind::not_found, .message = type.namespaced ? format("no {} `{}` in namespace {}", type.singular, name, namespace_name)
                                                                         : format("no {} `{}`", type.singular, name)};
    const auto names = names_of(client, type, namespace_name);
    if (!names && names.error().kind == ErrorKind::not_found)
        return Error{.kind = ErrorKind::not_found, .message = format("the server does not serve {} of {}", type.plural, type.api_version())};
    if (!names) return error;
    if (type.namespaced && names->empty())
        if (auto none = no_such_namespace(client, namespace_name)) return *std::move(none);
    if (const auto near = nearest(name, *names); !near.empty()) error.help.push_back(format("did you mean {}?", list_some(near)));
    return error;
}

} // namespace kdiag::collect
