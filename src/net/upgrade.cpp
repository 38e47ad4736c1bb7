// SPDX-License-Identifier: Apache-2.0
#include "net/upgrade.hpp"

#include "net/proxy.hpp"
#include "util/format.hpp"

#include <utility>

namespace kdiag::net {

namespace {

constexpr Duration k_deadline = Duration::seconds(30);

} // namespace

Upgrade::Upgrade(StreamConnector& connector, const HttpSettings& settings, UpgradeRequest request, std::function<void(Result<Upgraded>)> on_done)
    : m_connector(connector), m_request(std::move(request)), m_on_done(std::move(on_done)) {
    m_deadline = m_connector.loop.after(k_deadline, [this] {
        const auto parts = parse_url(m_request.url);
        finish(Error{.kind = ErrorKind::timeout, .message = format("{}:{} has not answered for {}", parts.host, parts.port, to_age(k_deadline)),
                     .help = {"the node's kubelet may be unreachable; a proxy in between may not let such connections through"}});
    });
    m_stream = std::make_unique<StreamConnection>(m_connector, settings, m_request.url, [this](Status status) { connected(std::move(status)); });
}

Upgrade::~Upgrade() {
    m_connector.loop.cancel(m_deadline);
}

void Upgrade::connected(Status status) {
    if (!status) return finish(std::move(status).error());
    m_stream->write(write_upgrade_request(m_request));
    m_stream->listen({.on_bytes = [this](std::string_view bytes) { answered(bytes); }, .on_drained = {}, .on_end = [this](std::optional<Error> error) { ended(std::move(error)); }});
}

void Upgrade::answered(std::string_view bytes) {
    auto status = m_parser.feed(bytes);
    if (!status) return finish(std::move(status).error());
    if (!m_parser.done()) return;
    Upgraded upgraded{.response = m_parser.response(), .stream = {}, .rest = {}};
    if (upgraded.response.status == 101) {
        m_stream->listen({});
        m_stream->pause(); // until somebody listens
        upgraded.stream = std::move(m_stream);
        upgraded.rest = m_parser.take_rest();
    }
    finish(std::move(upgraded));
}

void Upgrade::ended(std::optional<Error> error) {
    auto status = m_parser.end_of_input();
    if (status) return finish(Upgraded{.response = m_parser.response(), .stream = {}, .rest = {}});
    if (error) status.error().notes.push_back(error->message);
    finish(std::move(status).error());
}

void Upgrade::finish(Result<Upgraded> result) {
    m_connector.loop.cancel(std::exchange(m_deadline, 0));
    const auto on_done = std::exchange(m_on_done, {});
    if (on_done) on_done(std::move(result));
}

} // namespace kdiag::net
