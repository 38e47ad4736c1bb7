// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collect/live.hpp"
#include "support/http_server.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

#include <map>
#include <mutex>

namespace kdiag::test {

/// An API server with a few objects: a path has a list's items, or an answer of its own. Every other list is empty.
class FakeCluster {
public:
    FakeCluster() : m_server([this](const FakeRequest& request) { return answer(request); }) {}

    /// The items of a list, as JSON.
    FakeCluster& list(const std::string& path, const std::string& items) {
        const std::lock_guard lock(m_mutex);
        m_lists[path] = items;
        return *this;
    }
    FakeCluster& reply(const std::string& path, FakeReply reply) {
        const std::lock_guard lock(m_mutex);
        m_replies[path] = std::move(reply);
        return *this;
    }
    FakeCluster& handle(const std::string& path, HttpServer::Handler handler) {
        const std::lock_guard lock(m_mutex);
        m_handlers[path] = std::move(handler);
        return *this;
    }
    /// Every list whose path is not set otherwise.
    FakeCluster& otherwise(FakeReply reply) {
        const std::lock_guard lock(m_mutex);
        m_otherwise = std::move(reply);
        return *this;
    }

    HttpServer& server() { return m_server; }
    std::unique_ptr<collect::Source> source() {
        config::ClusterConfig config;
        config.server = m_server.url();
        config.namespace_name = "shop";
        config.context = "test";
        config.request_timeout = Duration::seconds(1);
        auto client = client::ApiClient::make(std::move(config), "", {});
        REQUIRE(client);
        return collect::open_cluster(*std::move(client));
    }
    Result<facts::SnapshotParts> read(const collect::ReadRequest& request = {}) { return source()->read(request); }

    std::size_t count(const std::string& path) const {
        std::size_t found = 0;
        for (const auto& request : m_server.requests()) found += request.path == path ? 1u : 0u;
        return found;
    }
    /// Requests but those for logs.
    std::size_t lists() const {
        std::size_t found = 0;
        for (const auto& request : m_server.requests()) found += request.path.ends_with("/log") ? 0u : 1u;
        return found;
    }

    static FakeReply forbidden(std::string_view what) {
        return {.status = 403, .body = format(R"({{"kind":"Status","status":"Failure","message":"{} is forbidden","reason":"Forbidden","details":{{}},"code":403}})", what)};
    }
    static FakeReply unserved() { return {.status = 404, .body = "404 page not found\n", .content_type = "text/plain"}; }
    static std::string list_of(const std::string& items) { return R"({"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[)" + items + "]}"; }

private:
    FakeReply answer(const FakeRequest& request) {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_handlers.find(request.path); found != m_handlers.end()) return found->second(request);
        if (const auto found = m_replies.find(request.path); found != m_replies.end()) return found->second;
        if (const auto found = m_lists.find(request.path); found != m_lists.end()) return {.body = list_of(found->second)};
        return m_otherwise ? *m_otherwise : FakeReply{.body = list_of("")};
    }

    std::mutex m_mutex;
    std::map<std::string, std::string> m_lists;
    std::map<std::string, FakeReply> m_replies;
    std::map<std::string, HttpServer::Handler> m_handlers;
    std::optional<FakeReply> m_otherwise;
    HttpServer m_server;
};

inline std::string healthy_pod(const std::string& name, const std::string& namespace_name = "shop") {
    return format(R"({{"metadata":{{"name":"{}","namespace":"{}"}},"spec":{{"nodeName":"n1","containers":[{{"name":"app"}}]}},"status":{{"phase":"Running",
        "conditions":[{{"type":"Ready","status":"True"}}],"containerStatuses":[{{"name":"app","ready":true,"restartCount":0,"state":{{"running":{{}}}}}}]}}}})",
                  name, namespace_name);
}

/// It crashed before, and waits for the next start.
inline std::string crashing_pod(const std::string& name, const std::string& namespace_name = "shop", const std::string& reason = "Error") {
    return format(R"({{"metadata":{{"name":"{}","namespace":"{}"}},"spec":{{"nodeName":"n1","containers":[{{"name":"app"}}]}},"status":{{"phase":"Running",
        "conditions":[{{"type":"Ready","status":"False"}}],"containerStatuses":[{{"name":"app","ready":false,"restartCount":3,
        "state":{{"waiting":{{"reason":"CrashLoopBackOff"}}}},"lastState":{{"terminated":{{"exitCode":1,"reason":"{}"}}}}}}]}}}})",
                  name, namespace_name, reason);
}

/// It has a node, and its container waits, for the reason given.
inline std::string waiting_pod(const std::string& name, const std::string& reason, const std::string& message = "") {
    return format(R"({{"metadata":{{"name":"{}","namespace":"shop"}},"spec":{{"nodeName":"n1","containers":[{{"name":"app"}}]}},"status":{{"phase":"Pending",
        "containerStatuses":[{{"name":"app","ready":false,"restartCount":0,"state":{{"waiting":{{"reason":"{}","message":"{}"}}}}}}]}}}})",
                  name, reason, message);
}

inline std::string pending_pod(const std::string& name, const std::string& namespace_name = "shop") {
    return format(R"({{"metadata":{{"name":"{}","namespace":"{}"}},"spec":{{"containers":[{{"name":"app"}}],"volumes":[{{"name":"d","persistentVolumeClaim":{{"claimName":"d"}}}}]}},
        "status":{{"phase":"Pending"}}}})",
                  name, namespace_name);
}

inline std::string named(const std::string& name) {
    return R"({"metadata":{"name":")" + name + R"("}})";
}

inline collect::ReadRequest in_namespace(const std::string& name) {
    collect::ReadRequest request;
    request.scope = {.all_namespaces = false, .namespace_name = name};
    return request;
}

inline const facts::Gap* gap_of(const facts::SnapshotParts& parts, kube::Resource resource) {
    for (const auto& gap : parts.gaps)
        if (gap.resource == resource) return &gap;
    return nullptr;
}

template <class T> const facts::Objects<T>& all(const facts::SnapshotParts& parts) {
    return std::get<facts::Objects<T>>(parts.objects);
}

/// All the text of an error.
inline std::string words_of(const Error& error) {
    std::string words = error.message;
    for (const auto& note : error.notes) words += "\n" + note;
    for (const auto& help : error.help) words += "\n" + help;
    return words;
}

} // namespace kdiag::test
