// SPDX-License-Identifier: Apache-2.0
#include "app/pod_watch.hpp"

#include "kube/codec/decode.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

constexpr Duration k_first_pause{250};
constexpr Duration k_longest_pause = Duration::seconds(5);
/// How often pods are listed where they may not be watched.
constexpr Duration k_poll = Duration::seconds(2);

} // namespace

std::string pod_watch_path(std::string_view namespace_name, std::string_view pod_name, std::string_view label_selector) {
    if (pod_name.empty()) return pod_list_request(namespace_name, label_selector).path;
    return format("/api/v1/namespaces/{}/pods?fieldSelector={}", client::escape(namespace_name), client::escape(format("metadata.name={}", pod_name)));
}

PodWatch::PodWatch(client::ApiClient& client, std::string list_path, std::string single, std::string resource_version, Events events)
    : m_client(client), m_list_path(std::move(list_path)), m_single(std::move(single)), m_version(std::move(resource_version)), m_events(std::move(events)) {
    m_version.empty() ? list() : watch();
}

PodWatch::~PodWatch() {
    if (m_timer != 0) m_client.loop().cancel(m_timer);
}

void PodWatch::watch() {
    m_splitter.emplace(kube::SplitterEvents{.on_item = [this](std::string_view event, bool) { return take(event); }});
    client::ApiRequest request{.path = format("{}{}watch=true&allowWatchBookmarks=true&resourceVersion={}", m_list_path, contains(m_list_path, "?") ? "&" : "?", client::escape(m_version)),
                               .doing = "watch pods"};
    request.on_data = [this](std::string_view bytes) -> Result<net::Flow> {
        KD_TRY(m_splitter->push(bytes));
        KD_TRY(m_splitter->flush());
        return net::Flow::go_on;
    };
    m_expired = false;
    auto opened = m_client.open(std::move(request), [this](client::ApiAnswer answer) { watch_ended(answer); });
    if (opened) m_open = *std::move(opened);
    else later(&PodWatch::list);
}

/// One event. An error of the server, whatever it is, means that the pods have to be listed again.
Status PodWatch::take(std::string_view event) {
    TextPool texts;
    kube::Decoder decoder(texts);
    if (decoder.text_at(event, {"type"}) == "ERROR") {
        m_expired = true;
        return {};
    }
    KD_TRY_ASSIGN(const auto change, decoder.decode<kube::PodEvent>(event));
    if (auto version = decoder.text_at(event, {"object", "metadata", "resourceVersion"}); !version.empty()) m_version = std::move(version);
    m_failures = 0;
    m_told = false;
    if (change.type == "DELETED") m_events.on_deleted(change.object);
    else if (change.type != "BOOKMARK") m_events.on_pod(change.object);
    return {};
}

void PodWatch::watch_ended(const client::ApiAnswer& answer) {
    m_open.reset();
    if (m_expired || answer.status == 410) return later(&PodWatch::list);
    if (!answer.error) return later(&PodWatch::watch); // the server ends watches after a while
    m_may_watch = m_may_watch && answer.status != 403;
    if (m_may_watch) trouble(*answer.error);
    later(answer.status == 0 || answer.connection_lost ? &PodWatch::watch : &PodWatch::list);
}

void PodWatch::list() {
    client::ApiRequest request{.path = m_single.empty() ? m_list_path : m_single, .doing = "list pods"};
    auto opened = m_client.open(std::move(request), [this](client::ApiAnswer answer) { list_ended(answer); });
    if (opened) m_open = *std::move(opened);
    else later(&PodWatch::list);
}

void PodWatch::list_ended(const client::ApiAnswer& answer) {
    m_open.reset();
    if (!m_single.empty() && answer.status == 404) {
        m_events.on_listed({});
        return later(&PodWatch::list);
    }
    auto pods = answer.error ? Result<PodList>(*answer.error) : read_objects<kube::Pod>(answer.body, "list pods");
    if (!pods) {
        trouble(pods.error());
        return later(&PodWatch::list);
    }
    m_told = false;
    m_failures = 0;
    m_events.on_listed(pods->objects);
    for (const auto& pod : pods->objects) m_events.on_pod(pod);
    m_version = m_single.empty() ? pods->resource_version : "0"; // one pod tells no version of a list; the newest that is cached will do
    later(m_may_watch ? &PodWatch::watch : &PodWatch::list);
}

void PodWatch::trouble(const Error& error) {
    if (!std::exchange(m_told, true) && m_events.on_trouble) m_events.on_trouble(error);
}

/// Never at once: a server that ends everything immediately must not make this busy.
void PodWatch::later(void (PodWatch::*next)()) {
    Duration pause = std::min(Duration{k_first_pause.milliseconds << std::min(m_failures, 8)}, k_longest_pause);
    if (!m_may_watch) pause = std::max(pause, k_poll);
    ++m_failures;
    m_timer = m_client.loop().after(pause, [this, next] {
        m_timer = 0;
        (this->*next)();
    });
}

} // namespace kdiag::app
