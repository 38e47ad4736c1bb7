// SPDX-License-Identifier: Apache-2.0
#include "collect/live.hpp"

#include "collect/live_reader.hpp"
#include "collect/type_lookup.hpp"
#include "util/format.hpp"

namespace kdiag::collect {

namespace {

class LiveSource : public Source {
public:
    explicit LiveSource(std::unique_ptr<client::ApiClient> client) : m_client(std::move(client)) {}

    Result<facts::SnapshotParts> read(const ReadRequest& request) override {
        LiveReader reader(*m_client, request);
        auto parts = reader.read();
        m_log_requests += reader.log_requests();
        return parts;
    }

    Result<ResourceType> resolve(std::string_view word) override { return m_lookup.resolve(word); }

    Result<data::Value> object(const ResourceType& type, std::string_view namespace_name, std::string_view name) override {
        auto object = m_client->get_json({.path = format("{}/{}", collection_path(type, namespace_name), client::escape(name)),
                                          .doing = format("get {} {}", type.singular, name)});
        if (object || object.error().kind != ErrorKind::not_found) return object;
        return no_such_object(*m_client, type, namespace_name, name);
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
    ReadStats stats() const override { return {.api_requests = m_client->requests(), .log_requests = m_log_requests, .bytes_received = m_client->bytes(), .retries = m_client->retries()}; }

private:
    std::unique_ptr<client::ApiClient> m_client;
    std::uint64_t m_log_requests = 0;
    TypeLookup m_lookup{*m_client};
};

} // namespace

std::unique_ptr<Source> open_cluster(std::unique_ptr<client::ApiClient> client) {
    return std::make_unique<LiveSource>(std::move(client));
}

} // namespace kdiag::collect
