// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/api_client.hpp"
#include "collect/list_plan.hpp"
#include "collect/object_sink.hpp"
#include "facts/wanted_logs.hpp"

namespace kdiag::collect {

/// Reads a cluster for a diagnosis: the first lists at once, then what they show to be needed, then logs.
class LiveReader {
public:
    LiveReader(client::ApiClient& client, const ReadRequest& request);
    Result<facts::SnapshotParts> read();
    /// How many requests were for logs, whose number depends on what is broken.
    std::uint64_t log_requests() const { return m_log_requests; }

private:
    struct ListRead;
    struct OpenList {
        const PlannedList* list = nullptr;
        std::size_t older = 0; ///< how many group versions were tried in vain
        bool json = false;     ///< what came in protobuf was of no use
        std::optional<Page> page = {}; ///< all of it was asked for, and broke off
        bool again = false;            ///< so did this page, once
    };
    Status read_lists(const std::vector<PlannedList>& lists);
    Result<std::vector<OpenList>> read_once(const std::vector<OpenList>& open);
    client::ApiRequest request_for(const OpenList& open, ListRead& read) const;
    static std::optional<OpenList> rest_of(const OpenList& open, const ListRead& read, const client::ApiAnswer& answer);
    void judge(const OpenList& open, ListRead& read, client::ApiAnswer& answer) const;
    Status check_namespace();
    Result<bool> read_own_namespace();
    std::size_t logs_left(std::size_t most_requests, std::size_t least) const;
    Status read_logs();
    Result<std::vector<facts::LogTarget>> read_logs_of(const std::vector<facts::LogTarget>& targets);
    void note_log_gap(const facts::LogTarget& target, const Error& error);
    net::RunLimits limits();
    void note_gap(const PlannedList& list, const Error& error, bool unserved);
    void progress(std::string doing);
    bool nothing_came() const;
    Result<facts::SnapshotParts> nothing_read() const;

    client::ApiClient& m_client;
    const ReadRequest& m_request;
    std::uint64_t m_requests_before;
    Timestamp m_deadline;
    facts::SnapshotParts m_parts;
    MemoryLimit m_memory;
    ObjectSink m_sink;
    ObjectSink m_usage_sink;
    facts::SnapshotParts m_usage;
    std::optional<Error> m_first_error;
    std::size_t m_done = 0, m_total = 0;
    std::uint64_t m_log_requests = 0;
};

} // namespace kdiag::collect
