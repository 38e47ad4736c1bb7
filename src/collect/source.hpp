// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.hpp"
#include "facts/snapshot.hpp"
#include "util/result.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::collect {

/// A kind as the source serves it: from discovery, or from the built-in table.
struct ResourceType {
    std::string group, version, plural, singular, kind;
    std::vector<std::string> short_names;
    bool namespaced = true;
    std::string api_version() const { return group.empty() ? version : group + "/" + version; }
};

/// How far reading has come, for one line on a terminal.
struct Progress {
    std::size_t requests_done = 0, requests_total = 0;
    std::string doing; ///< `reading pods`
};

struct ReadRequest {
    kube::ResourceSet resources = kube::ResourceSet::all();
    facts::Scope scope;
    /// Logs are read for at most this many containers (0: none), this many lines each.
    std::size_t max_logs = 10;
    /// For objects and logs together. Lists are never left out for it; logs are, down to the three that tell most.
    std::size_t most_requests = 25;
    /// Logs that do not decide what the cause is are left out from here on.
    std::size_t usual_requests = 20;
    std::size_t log_lines = 20;
    /// Objects that no rule knows are enough: a recording of nothing else is no error.
    bool any_kind = false;
    Duration timeout = Duration::seconds(60); ///< for everything together; 0: none
    std::size_t concurrency = 8; ///< requests in flight, or threads that decode files
    /// In bytes, 0: no limit. What is beyond it is not held, and a gap says so.
    std::uint64_t max_memory = 0;
    /// Lists are asked for in protobuf, which is smaller, and taken in JSON where a server has nothing else. False: in JSON at once.
    bool protobuf = true;
    std::function<void(const Progress&)> on_progress = {};
    const std::atomic<bool>* interrupted = nullptr;
};

struct ReadStats {
    std::uint64_t api_requests = 0; ///< all of them
    std::uint64_t log_requests = 0; ///< those of them that were for logs
    std::uint64_t bytes_received = 0, retries = 0;
};

/// What the header line and the report's `cluster` say.
struct Identity {
    std::string kind = "live"; ///< `live`, `snapshot` or `files`
    std::string context, server, server_version, path;
};

/// Where facts come from: a cluster, or files that were recorded from one. Both give the same to everything above.
class Source {
public:
    virtual ~Source() = default;

    /// Everything the rules need, in few requests. What could not be read is a gap; an Error only when nothing could be.
    virtual Result<facts::SnapshotParts> read(const ReadRequest& request) = 0;
    /// kubectl's TYPE word: plural, singular, short name, with `.group` or `.version.group`. Unknown: a usage error with near names.
    virtual Result<ResourceType> resolve(std::string_view word) = 0;
    /// One object whole, as the API has it. Absent: not_found with near names in `help`.
    virtual Result<data::Value> object(const ResourceType& type, std::string_view namespace_name, std::string_view name) = 0;
    /// All objects of a type (`namespace_name` empty: of all namespaces) that match a label selector (may be empty).
    virtual Result<std::vector<data::Value>> objects(const ResourceType& type, std::string_view namespace_name, std::string_view selector) = 0;

    virtual Identity identity() const = 0;
    /// The namespace that is meant when none is named.
    virtual std::string default_namespace() const = 0;
    virtual ReadStats stats() const = 0;
};

} // namespace kdiag::collect
