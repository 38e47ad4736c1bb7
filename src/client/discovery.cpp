// SPDX-License-Identifier: Apache-2.0
#include "client/discovery.hpp"

#include "data/json.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::client {

namespace {

constexpr std::string_view k_aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                                          "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

net::RunLimits a_minute() {
    return {.deadline = now_utc() + Duration::minutes(1)};
}

std::vector<std::string> texts_of(const data::Value& list) {
    std::vector<std::string> texts;
    for (const auto& entry : list.as_array()) texts.emplace_back(entry.as_string());
    return texts;
}

std::string singular_of(const data::Value& resource, const char* key, std::string_view kind) {
    const auto singular = resource[key].as_string();
    return singular.empty() ? to_lower(kind) : std::string(singular);
}

/// APIResourceList of `/api/v1` or `/apis/GROUP/VERSION`.
void add_resource_list(const data::Value& document, std::vector<ServedType>& types) {
    const auto group_version = document["groupVersion"].as_string();
    const auto slash = group_version.find('/');
    for (const auto& resource : document["resources"].as_array()) {
        const auto plural = resource["name"].as_string();
        if (contains(plural, "/")) continue; // a subresource
        types.push_back({.group = slash == std::string_view::npos ? std::string() : std::string(group_version.substr(0, slash)),
                         .version = std::string(slash == std::string_view::npos ? group_version : group_version.substr(slash + 1)), .plural = std::string(plural),
                         .singular = singular_of(resource, "singularName", resource["kind"].as_string()), .kind = std::string(resource["kind"].as_string()),
                         .short_names = texts_of(resource["shortNames"]), .namespaced = resource["namespaced"].as_bool()});
    }
}

Result<std::vector<ServedType>> discover_one_by_one(ApiClient& client, const data::Value& groups) {
    std::vector<ApiRequest> requests{{.path = "/api/v1", .doing = "read the core API's resources"}};
    for (const auto& group : groups["groups"].as_array()) {
        const auto version = group.at("preferredVersion", "groupVersion").as_string();
        if (!version.empty()) requests.push_back({.path = format("/apis/{}", version), .doing = format("read the resources of {}", version)});
    }
    KD_TRY_ASSIGN(const auto answers, client.get_all(requests, a_minute()));
    std::vector<ServedType> types;
    for (const auto& answer : answers) {
        if (answer.error) continue;
        if (const auto document = data::parse_json(answer.body)) add_resource_list(*document, types);
    }
    return types;
}

} // namespace

std::vector<ServedType> read_aggregated(const data::Value& document) {
    std::vector<ServedType> types;
    for (const auto& group : document["items"].as_array()) {
        const auto name = group.at("metadata", "name").as_string();
        const auto& versions = group["versions"].as_array();
        for (const auto& version : versions) {
            if (version["freshness"].as_string() == "Stale") continue;
            for (const auto& resource : version["resources"].as_array()) {
                const auto kind = resource.at("responseKind", "kind").as_string();
                types.push_back({.group = std::string(name), .version = std::string(version["version"].as_string()), .plural = std::string(resource["resource"].as_string()),
                                 .singular = singular_of(resource, "singularResource", kind), .kind = std::string(kind), .short_names = texts_of(resource["shortNames"]),
                                 .namespaced = resource["scope"].as_string() == "Namespaced"});
            }
        }
    }
    return types;
}

Result<std::vector<ServedType>> discover(ApiClient& client) {
    const ApiRequest core{.path = "/api", .doing = "ask what the core API serves", .accept = std::string(k_aggregated)};
    const ApiRequest groups{.path = "/apis", .doing = "ask which APIs are served", .accept = std::string(k_aggregated)};
    KD_TRY_ASSIGN(auto answers, client.get_all({core, groups}, a_minute()));
    std::vector<ServedType> types;
    for (auto& answer : answers) {
        if (answer.error) return std::move(*answer.error);
        const auto document = data::parse_json(answer.body);
        if (!document) return Error{.kind = ErrorKind::protocol, .message = "the server's discovery is no JSON", .help = {"is it a Kubernetes API server?"}};
        if ((*document)["kind"].as_string() == "APIGroupList") return discover_one_by_one(client, *document);
        if ((*document)["kind"].as_string() == "APIVersions") continue; // an old server: its group list is the next answer
        const auto found = read_aggregated(*document);
        types.insert(types.end(), found.begin(), found.end());
    }
    return types;
}

} // namespace kdiag::client
