// SPDX-License-Identifier: Apache-2.0
#include "collect/live_reader.hpp"

#include "facts/wanted_logs.hpp"
#include "kube/codec/item_splitter.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::collect {

namespace {

constexpr std::size_t k_log_bytes = 64 * 1024;

facts::GapReason reason_of(const Error& error, bool unserved) {
    if (unserved) return facts::GapReason::not_installed;
    switch (error.kind) {
    case ErrorKind::forbidden: return facts::GapReason::forbidden;
    case ErrorKind::timeout: return facts::GapReason::timeout;
    case ErrorKind::network:
    case ErrorKind::server: return facts::GapReason::unavailable;
    default: return facts::GapReason::error;
    }
}

std::string place_of(const PlannedList& list) {
    return list.namespace_name.empty() ? "" : format(" in namespace {}", list.namespace_name);
}

/// Errors that concern every request alike: without them nothing is worth trying.
bool is_about_all(const Error& error) {
    return error.kind == ErrorKind::authentication || error.kind == ErrorKind::tls || error.kind == ErrorKind::config || error.kind == ErrorKind::interrupted;
}

} // namespace

/// One list being read: bytes go through a splitter into the sink as they arrive.
struct LiveReader::ListRead {
    ListRead(const PlannedList& planned, ObjectSink& object_sink)
        : list(planned), sink(object_sink), splitter({.on_item = [this](std::string_view item, bool in_list) -> Status {
              if (in_list) sink.add(list.resource, item, {});
              else not_a_list = true;
              return {};
          }, .on_list_start = [this](std::string_view) { is_list = true; }}) {}
    ListRead(const ListRead&) = delete;
    ListRead& operator=(const ListRead&) = delete;

    const PlannedList& list;
    ObjectSink& sink;
    kube::ItemSplitter splitter;
    bool is_list = false, not_a_list = false;
};

LiveReader::LiveReader(client::ApiClient& client, const ReadRequest& request)
    : m_client(client), m_request(request), m_deadline(request.timeout.milliseconds > 0 ? now_utc() + request.timeout : Timestamp{}),
      m_sink(m_parts, request.resources, request.scope), m_usage_sink(m_usage, request.resources, {}) {
    m_parts.scope = request.scope;
}

void LiveReader::progress(std::string doing) {
    if (m_request.on_progress) m_request.on_progress({.requests_done = m_done, .requests_total = m_total, .doing = std::move(doing)});
}

net::RunLimits LiveReader::limits() {
    return {.concurrency = m_request.concurrency, .deadline = m_deadline, .interrupted = m_request.interrupted, .on_done = [this](const net::Transfer&) {
                ++m_done;
                progress("reading");
            }};
}

void LiveReader::note_gap(const PlannedList& list, const Error& error, bool unserved) {
    if (!m_first_error || is_about_all(error)) m_first_error = error;
    const auto& info = kube::info_of(list.resource);
    const auto reason = reason_of(error, unserved);
    std::string detail = reason == facts::GapReason::forbidden ? format("cannot list {}{}", info.plural, place_of(list))
                         : unserved                              ? format("the server does not serve {}", info.plural)
                                                                 : format("listing {}{}: {}", info.plural, place_of(list), error.message);
    if (list.for_node_usage) detail = "cannot list the pods of other namespaces, so what is free on nodes is not known";
    m_parts.gaps.push_back({.resource = list.resource, .reason = reason, .namespace_name = list.namespace_name, .detail = std::move(detail), .partial = list.for_node_usage});
}

Status LiveReader::read_lists(const std::vector<PlannedList>& lists) {
    std::vector<std::pair<const PlannedList*, std::string_view>> open;
    for (const auto& list : lists) open.emplace_back(&list, std::string_view());
    m_total += lists.size();
    for (int round = 0; !open.empty() && round < 3; ++round) { // the later rounds are for old servers
        std::vector<std::unique_ptr<ListRead>> reads;
        std::vector<client::ApiRequest> requests;
        for (const auto& [list, version] : open) {
            reads.push_back(std::make_unique<ListRead>(*list, list->for_node_usage ? m_usage_sink : m_sink));
            requests.push_back({.path = list_path(*list, version), .doing = format("list {}{}", kube::info_of(list->resource).plural, place_of(*list)),
                                .on_data = [read = reads.back().get()](std::string_view bytes) { return read->splitter.push(bytes); }});
        }
        progress(format("reading {}", kube::info_of(open.front().first->resource).plural));
        KD_TRY_ASSIGN(auto answers, m_client.get_all(requests, limits()));
        std::vector<std::pair<const PlannedList*, std::string_view>> again;
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const PlannedList& list = *open[i].first;
            auto& answer = answers[i];
            const auto older = older_versions(list.resource);
            if (answer.unserved && static_cast<std::size_t>(round) < older.size()) {
                again.emplace_back(&list, older[static_cast<std::size_t>(round)]);
                continue;
            }
            if (!answer.error) {
                if (auto ended = reads[i]->splitter.finish(); !ended)
                    answer.error = Error{.kind = ErrorKind::protocol, .message = ended.error().message, .help = {"is the server of the context a Kubernetes API server?"}};
                else if (!reads[i]->is_list)
                    answer.error = Error{.kind = ErrorKind::protocol, .message = "the answer is not a list of objects", .help = {"is the server of the context a Kubernetes API server?"}};
            }
            if (answer.error)
                note_gap(list, *answer.error, answer.unserved);
            if ((!answer.error || answer.delivered) && !list.for_node_usage) m_parts.read.add(list.resource);
        }
        open = std::move(again);
    }
    return {};
}

Status LiveReader::read_logs() {
    const auto targets = facts::wanted_logs(m_parts, m_request.max_logs);
    if (targets.empty() || !m_request.resources.has(kube::Resource::logs)) return {};
    std::vector<client::ApiRequest> requests;
    for (const auto& target : targets)
        requests.push_back({.path = format("/api/v1/namespaces/{}/pods/{}/log?container={}&tailLines={}&limitBytes={}{}", client::escape(target.namespace_name),
                                           client::escape(target.pod), client::escape(target.container), m_request.log_lines, k_log_bytes, target.previous ? "&previous=true" : ""),
                            .doing = format("read the log of {}/{}", target.pod, target.container), .accept = "text/plain, */*"});
    m_total += requests.size();
    progress("reading logs");
    KD_TRY_ASSIGN(auto answers, m_client.get_all(requests, limits()));
    bool any = false;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        auto& answer = answers[i];
        const bool refused = answer.error && (answer.error->kind == ErrorKind::forbidden || answer.error->kind == ErrorKind::timeout);
        if (refused && std::none_of(m_parts.gaps.begin(), m_parts.gaps.end(), [](const auto& gap) { return gap.resource == kube::Resource::logs; }))
            m_parts.gaps.push_back({.resource = kube::Resource::logs, .reason = reason_of(*answer.error, false), .detail = "cannot read the logs of pods"});
        if (answer.error || trim(answer.body).empty()) continue; // a container without an earlier instance has no such log: no gap
        any = true;
        m_parts.logs.push_back({.namespace_name = targets[i].namespace_name, .pod = targets[i].pod, .container = targets[i].container, .previous = targets[i].previous,
                                .text = std::string(trim(answer.body))});
    }
    if (any) m_parts.read.add(kube::Resource::logs);
    return {};
}

Result<facts::SnapshotParts> LiveReader::nothing_read() const {
    Error error = *m_first_error;
    if (error.kind == ErrorKind::forbidden)
        error.message = format("not allowed to list anything in {} (403)", m_request.scope.all_namespaces ? "all namespaces" : "namespace " + m_request.scope.namespace_name);
    return error;
}

Result<facts::SnapshotParts> LiveReader::read() {
    KD_TRY(read_lists(first_lists(m_request)));
    if (m_first_error && is_about_all(*m_first_error)) {
        if (m_first_error->kind != ErrorKind::interrupted || m_parts.read.empty()) return *m_first_error;
        return std::move(m_parts); // interrupted: what is known is still said
    }
    if (m_parts.read.empty() && m_first_error) return nothing_read();
    KD_TRY(read_lists(second_lists(m_request, m_parts)));
    if (m_request.max_logs > 0) KD_TRY(read_logs());
    auto& usage = std::get<std::vector<kube::Pod>>(m_usage.objects);
    for (auto& pod : usage)
        if (pod.meta.namespace_name != m_request.scope.namespace_name) m_parts.other_pods.push_back(std::move(pod));
    m_parts.pool.adopt(std::move(m_usage.pool));
    return std::move(m_parts);
}

} // namespace kdiag::collect
