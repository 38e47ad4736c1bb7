// SPDX-License-Identifier: Apache-2.0
#include "collect/live_reader.hpp"

#include "kube/codec/list_splitter.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <algorithm>

namespace kdiag::collect {

namespace {

constexpr std::size_t k_log_bytes = 64 * 1024;
constexpr std::size_t k_least_logs = 3;
constexpr std::size_t k_most_pages = 20'000; ///< ten million objects: no cluster has as many
constexpr std::size_t k_page = 500; ///< as kubectl's: the size makes no difference to the time of all pages, and none of these takes long
constexpr std::string_view k_json = "application/json", k_protobuf_or_json = "application/vnd.kubernetes.protobuf, application/json";

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

/// Of the logs behind the first `usual` only those that decide.
void keep_logs(std::vector<facts::LogTarget>& targets, std::size_t usual) {
    std::size_t kept = 0;
    std::erase_if(targets, [&](const auto& target) {
        const bool keep = kept < usual || target.decides;
        kept += keep ? 1 : 0;
        return !keep;
    });
}

} // namespace

/// One list being read: bytes go through a splitter into the sink as they arrive.
struct LiveReader::ListRead {
    ListRead(const PlannedList& planned, ObjectSink& object_sink) : list(planned), sink(object_sink), splitter(events()) {}
    ListRead(const ListRead&) = delete;
    ListRead& operator=(const ListRead&) = delete;

    kube::ListEvents events() {
        kube::ListEvents events;
        events.on_item = [this](kube::WireFormat format, std::string_view item) -> Status {
            sink.add(list.resource, format, item, {});
            return {};
        };
        events.on_list_start = [this](std::string_view api_version, std::string_view kind) {
            auto status = check_type(api_version, kind);
            is_list = status.has_value();
            return status;
        };
        events.on_more = [this](std::string token) { next_page = std::move(token); };
        events.on_oversized = [this](std::size_t) { ++oversized; };
        return events;
    }

    /// Field numbers are those of one version of one kind; JSON says by itself what it holds.
    Status check_type(std::string_view api_version, std::string_view kind) {
        if (kind.empty()) return {};
        const auto& info = kube::info_of(list.resource);
        const std::string group_version = info.group.empty() ? std::string(info.version) : format("{}/{}", info.group, info.version);
        if (api_version == group_version && kind == format("{}List", info.kind)) return {};
        return Error{.kind = ErrorKind::decode, .message = format("{} {} instead of a list of {}", api_version, kind, info.plural)};
    }

    const PlannedList& list;
    ObjectSink& sink;
    bool is_list = false;
    bool useless = false; ///< it came in protobuf and could not be read
    std::size_t oversized = 0;
    std::string next_page;
    kube::ListSplitter splitter;
};

LiveReader::LiveReader(client::ApiClient& client, const ReadRequest& request)
    : m_client(client), m_request(request), m_requests_before(client.requests()), m_deadline(request.timeout.milliseconds > 0 ? now_utc() + request.timeout : Timestamp{}),
      m_memory(request.max_memory), m_sink(m_parts, request.resources, request.scope, &m_memory), m_usage_sink(m_usage, request.resources, {}, &m_memory) {
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
    std::vector<OpenList> open;
    for (const auto& list : lists) open.push_back({.list = &list});
    while (!open.empty()) { // ends: a list is opened again once in JSON, once for each older version and then in pages, each of which goes on
        KD_TRY_ASSIGN(open, read_once(open));
    }
    return {};
}

/// Says in the answer what is wrong with a body that is no list, or not a whole one, or with a page that leads nowhere.
void LiveReader::judge(const OpenList& open, ListRead& read, client::ApiAnswer& answer) const {
    if (answer.error && answer.error->kind != ErrorKind::decode) return;
    const auto ended = answer.error ? Status(*answer.error) : read.splitter.finish();
    if (ended && read.is_list) {
        const bool endless = open.page && (open.page->number == k_most_pages || (!read.next_page.empty() && read.next_page == open.page->token));
        if (endless) answer.error = Error{.kind = ErrorKind::protocol, .message = format("the list does not end: the server has a next page after page {} that brings nothing new", open.page->number)};
        return;
    }
    read.useless = read.splitter.is_protobuf();
    const std::string server = net::display_url(m_client.config().server);
    answer.error = Error{.kind = ErrorKind::protocol, .help = {"is the server of the context a Kubernetes API server?"}};
    if (read.is_list)
        answer.error->message = format("the list is cut short or damaged: {}", ended.error().message);
    else
        answer.error->message = format("{} answers with {} instead of a list of objects", server, contains(answer.content_type, "html") ? "a web page" : "something else");
    answer.connection_lost = read.is_list;
}

client::ApiRequest LiveReader::request_for(const OpenList& open, ListRead& read) const {
    const auto& list = *open.list;
    const auto version = open.older == 0 ? std::string_view() : older_versions(list.resource)[open.older - 1];
    const bool protobuf = m_request.protobuf && !open.json && open.older == 0; // older versions number fields otherwise
    return {.path = list_path(list, version, open.page), .doing = format("list {}{}", kube::info_of(list.resource).plural, place_of(list)),
            .accept = std::string(protobuf ? k_protobuf_or_json : k_json),
            .on_data = [&read](std::string_view bytes) -> Result<net::Flow> {
                KD_TRY(read.splitter.push(bytes));
                return net::Flow::go_on;
            }};
}

/// What is to be read after an answer that broke off or is a page. A list that breaks off is asked for in pages: an API server ends every answer
/// after a minute, which may be too short for all of it (--request-timeout of kube-apiserver). The sink knows what it has already.
std::optional<LiveReader::OpenList> LiveReader::rest_of(const OpenList& open, const ListRead& read, const client::ApiAnswer& answer) {
    auto rest = open;
    const bool broke_off = answer.error && ((answer.connection_lost && answer.delivered) || answer.status == 504);
    if (broke_off && !open.page) {
        rest.page = Page{.most = k_page};
    } else if (broke_off && !open.again) {
        rest.again = true;
    } else {
        const auto& token = answer.error ? answer.fresh_token : read.next_page;
        if (token.empty()) return std::nullopt;
        rest.page = Page{.most = k_page, .token = token, .number = open.page ? open.page->number + 1 : 2};
        rest.again = false;
    }
    return rest;
}

/// Reads lists side by side; returns those that are worth another try: broken off, of an older server, or of one without protobuf.
Result<std::vector<LiveReader::OpenList>> LiveReader::read_once(const std::vector<OpenList>& open) {
    std::vector<std::unique_ptr<ListRead>> reads;
    std::vector<client::ApiRequest> requests;
    for (const auto& one : open) {
        reads.push_back(std::make_unique<ListRead>(*one.list, one.list->for_node_usage ? m_usage_sink : m_sink));
        requests.push_back(request_for(one, *reads.back()));
    }
    m_total += open.size();
    progress(format("reading {}", kube::info_of(open.front().list->resource).plural));
    KD_TRY_ASSIGN(auto answers, m_client.get_all(requests, limits()));
    std::vector<OpenList> reopen;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const auto& [list, older, json, page, again] = open[i];
        auto& answer = answers[i];
        judge(open[i], *reads[i], answer);
        if (!json && (answer.status == 406 || reads[i]->useless))
            reopen.push_back({.list = list, .older = older, .json = true, .page = page});
        else if (answer.unserved && older < older_versions(list->resource).size())
            reopen.push_back({.list = list, .older = older + 1});
        else {
            auto rest = rest_of(open[i], *reads[i], answer);
            if (!rest && answer.error) note_gap(*list, *answer.error, answer.unserved);
            if (reads[i]->oversized > 0 && !(rest && answer.error)) // what is read once more is counted then
                m_parts.gaps.push_back({.resource = list->resource, .namespace_name = list->namespace_name,
                                        .detail = format("{} too large to be read", counted(reads[i]->oversized, "object is", "objects are")), .partial = true});
            if (reads[i]->is_list && !list->for_node_usage) m_parts.read.add(list->resource);
            if (rest) reopen.push_back(*std::move(rest));
        }
    }
    return reopen;
}

/// The own namespace alone, for those who may not list all. False: it does not exist.
Result<bool> LiveReader::read_own_namespace() {
    const auto& name = m_request.scope.namespace_name;
    KD_TRY_ASSIGN(auto answers, m_client.get_all({{.path = format("/api/v1/namespaces/{}", client::escape(name)), .doing = format("get namespace {}", name)}}, limits()));
    const auto& answer = answers.front();
    if (answer.status == 404 && !answer.unserved) return false;
    if (answer.error) return true;
    if (!m_request.resources.has(kube::Resource::namespaces)) return true;
    m_sink.add(kube::Resource::namespaces, kube::PaddedText(answer.body).view(), {});
    m_parts.partial.add(kube::Resource::namespaces);
    for (auto& gap : m_parts.gaps)
        if (gap.resource == kube::Resource::namespaces) {
            gap.detail = "cannot list namespaces, only this one was read";
            gap.partial = true;
        }
    return true;
}

/// A misspelt namespace is empty, and must not look healthy.
Status LiveReader::check_namespace() {
    if (m_request.scope.all_namespaces) return {};
    const auto& wanted = m_request.scope.namespace_name;
    std::vector<std::string> names;
    for (const auto& object : std::get<facts::Objects<kube::Namespace>>(m_parts.objects)) names.emplace_back(object.meta.name);
    if (std::find(names.begin(), names.end(), wanted) != names.end()) return {};
    const bool listed = m_parts.read.has(kube::Resource::namespaces) &&
                        std::none_of(m_parts.gaps.begin(), m_parts.gaps.end(), [](const auto& gap) { return gap.resource == kube::Resource::namespaces; });
    if (!listed) {
        KD_TRY_ASSIGN(const bool exists, read_own_namespace());
        if (exists) return {};
    }
    Error error{.kind = ErrorKind::not_found, .message = format("there is no namespace `{}`", wanted)};
    if (const auto near = nearest(wanted, names); !near.empty()) error.help.push_back(format("did you mean {}?", list_some(near)));
    return error;
}

void LiveReader::note_log_gap(const facts::LogTarget& target, const Error& error) {
    const bool refused = error.kind == ErrorKind::forbidden;
    // One line for what concerns all logs alike.
    if (std::any_of(m_parts.gaps.begin(), m_parts.gaps.end(), [](const auto& gap) { return gap.resource == kube::Resource::logs; })) return;
    const std::string words = error.notes.empty() ? error.message : error.notes.front();
    m_parts.gaps.push_back({.resource = kube::Resource::logs, .reason = reason_of(error, false), .namespace_name = refused ? std::string() : target.namespace_name,
                            .detail = refused ? std::string("cannot read the logs of pods") : format("the log of {}/{}: {}", target.pod, target.container, words),
                            .partial = !refused});
}

/// Returns those whose earlier instance has left no log: their current one may have one.
Result<std::vector<facts::LogTarget>> LiveReader::read_logs_of(const std::vector<facts::LogTarget>& targets) {
    std::vector<client::ApiRequest> requests;
    for (const auto& target : targets)
        requests.push_back({.path = format("/api/v1/namespaces/{}/pods/{}/log?container={}&tailLines={}&limitBytes={}{}", client::escape(target.namespace_name),
                                           client::escape(target.pod), client::escape(target.container), m_request.log_lines, k_log_bytes, target.previous ? "&previous=true" : ""),
                            .doing = format("read the log of {}/{}", target.pod, target.container), .accept = "text/plain, */*"});
    m_total += requests.size();
    progress("reading logs");
    const std::uint64_t before = m_client.requests();
    KD_TRY_ASSIGN(auto answers, m_client.get_all(requests, limits()));
    m_log_requests += m_client.requests() - before;
    std::vector<facts::LogTarget> without_previous;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        auto& answer = answers[i];
        auto target = targets[i];
        // 204: no node yet; 400: nothing was ever written, or it is gone; 404: the pod is. All of that is no gap.
        const bool absent = answer.status == 204 || answer.status == 400 || answer.status == 404;
        if (absent && target.previous) {
            target.previous = false;
            without_previous.push_back(std::move(target));
        } else if (answer.error && !absent) {
            note_log_gap(target, *answer.error);
        } else if (!answer.error && !absent) {
            m_parts.read.add(kube::Resource::logs);
            if (!trim(answer.body).empty())
                m_parts.logs.push_back({.namespace_name = target.namespace_name, .pod = target.pod, .container = target.container, .previous = target.previous,
                                        .text = std::string(trim(answer.body))});
        }
    }
    return without_previous;
}

/// How many more requests may be made for logs.
std::size_t LiveReader::logs_left(std::size_t most_requests, std::size_t least) const {
    const std::size_t used = m_client.requests() - m_requests_before;
    return std::max(least, most_requests - std::min(most_requests, used));
}

Status LiveReader::read_logs() {
    if (m_request.max_logs == 0 || !m_request.resources.has(kube::Resource::logs)) return {};
    auto targets = facts::wanted_logs(m_parts, std::min(m_request.max_logs, logs_left(m_request.most_requests, k_least_logs)));
    keep_logs(targets, logs_left(m_request.usual_requests, k_least_logs));
    if (targets.empty()) return {};
    KD_TRY_ASSIGN(targets, read_logs_of(targets));
    targets.resize(std::min(targets.size(), logs_left(m_request.most_requests, 1)));
    if (!targets.empty()) KD_TRY(read_logs_of(targets));
    return {};
}

/// Whether each list that was begun broke off before its first object.
bool LiveReader::nothing_came() const {
    const auto has_gap = [&](kube::Resource resource) {
        return std::any_of(m_parts.gaps.begin(), m_parts.gaps.end(), [&](const auto& gap) { return gap.resource == resource; });
    };
    const auto table = kube::resource_table();
    return m_sink.objects() == 0 && std::all_of(table.begin(), table.end(), [&](const auto& info) { return !m_parts.read.has(info.resource) || has_gap(info.resource); });
}

Result<facts::SnapshotParts> LiveReader::nothing_read() const {
    Error error = *m_first_error;
    if (error.kind == ErrorKind::not_found) {
        error.kind = ErrorKind::protocol;
        error.message = format("{} serves none of the kinds of Kubernetes (404)", net::display_url(m_client.config().server));
        error.help = {"is the server of the context a Kubernetes API server?"};
    }
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
    if (m_first_error && nothing_came()) return nothing_read();
    KD_TRY(check_namespace());
    KD_TRY(read_lists(second_lists(m_request, m_parts)));
    KD_TRY(read_logs());
    auto& usage = std::get<facts::Objects<kube::Pod>>(m_usage.objects);
    for (auto& pod : usage)
        if (pod.meta.namespace_name != m_request.scope.namespace_name) m_parts.other_pods.push_back(std::move(pod));
    m_parts.pool.adopt(std::move(m_usage.pool));
    for (auto& gap : m_usage.gaps)
        if (gap.reason == facts::GapReason::limit) {
            gap.detail += ", so what is free on nodes is not known";
            gap.partial = true;
            m_parts.gaps.push_back(std::move(gap));
        }
    return std::move(m_parts);
}

} // namespace kdiag::collect
