// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/discovery.hpp"
#include "collect/source.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kdiag::collect {

/// Kinds by the words that people use for them: from the built-in table without a request, else from discovery, once.
class TypeLookup {
public:
    explicit TypeLookup(client::ApiClient& client) : m_client(client) {}
    /// Unknown: a usage error with near names.
    Result<ResourceType> resolve(std::string_view word);

private:
    client::ApiClient& m_client;
    std::vector<client::ServedType> m_types;
};

/// `/apis/apps/v1/namespaces/shop/deployments`; `namespace_name` empty: of all namespaces.
std::string collection_path(const ResourceType& type, std::string_view namespace_name);
/// The names of all objects of a type, without the objects.
Result<std::vector<std::string>> names_of(client::ApiClient& client, const ResourceType& type, std::string_view namespace_name);
/// That an object does not exist, with the names it was perhaps meant to have.
Error no_such_object(client::ApiClient& client, const ResourceType& type, std::string_view namespace_name, std::string_view name);

} // namespace kdiag::collect
