// SPDX-License-Identifier: Apache-2.0
#include "app/debug/made_pod.hpp"

#include "data/json.hpp"
#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/strings.hpp"

#include <random>

namespace kdiag::app::debug {

namespace {

constexpr Duration k_for_deletion = Duration::seconds(10);

} // namespace

std::string random_suffix() {
    constexpr std::string_view letters = "bcdfghjklmnpqrstvwxz2456789";
    std::random_device device;
    std::string suffix;
    for (int i = 0; i < 5; ++i) suffix += letters[device() % letters.size()];
    return suffix;
}

MadePod::MadePod(client::ApiClient& client, ConnectOptions connect, Environment& environment, Tell told)
    : m_client(client), m_connect(std::move(connect)), m_environment(environment), m_told(std::move(told)) {}

MadePod::~MadePod() {
    if (m_to_be_removed) remove();
}

Status MadePod::create(const data::Value& pod, Fate fate) {
    m_namespace = pod.at("metadata", "namespace").as_string();
    m_name = pod.at("metadata", "name").as_string();
    if (fate == Fate::removed) {
        m_stop.emplace();
        if (m_environment.interrupted != nullptr && m_environment.interrupted->load()) return Error{.kind = ErrorKind::interrupted, .message = "interrupted"};
    }
    auto sent = m_client.send({.path = format("/api/v1/namespaces/{}/pods", client::escape(m_namespace)),
                               .doing = format("create pod {} in namespace {}", m_name, m_namespace),
                               .method = "POST",
                               .content_type = "application/json",
                               .body = data::to_json(pod)});
    // Without an answer, and after an error of the server itself, it may be there all the same. An Error about all is one of credentials,
    // without which nothing is sent, or comes of a signal.
    const bool refused = sent ? sent->status >= 400 && sent->status < 500 : sent.error().kind != ErrorKind::interrupted;
    m_to_be_removed = fate == Fate::removed && !refused;
    KD_TRY_ASSIGN(auto answer, std::move(sent));
    if (answer.status == 409)
        return Error{.kind = ErrorKind::usage, .message = format("there is a pod `{}` in namespace {} already", m_name, m_namespace),
                     .help = {format("choose another name, or delete it: kubectl delete pod {} -n {}", m_name, m_namespace)}};
    if (answer.error) return *std::move(answer.error);
    m_certain = true;
    return {};
}

/// With a client of its own: a signal ends all requests of the other.
void MadePod::remove() {
    local::OrderlyStop::hold();
    auto undisturbed = m_environment;
    undisturbed.interrupted = nullptr;
    const auto deleted = [&]() -> Result<bool> {
        KD_TRY_ASSIGN(const auto client, open_client(m_connect, undisturbed));
        KD_TRY_ASSIGN(auto answers, client->get_all({{.path = format("/api/v1/namespaces/{}/pods/{}?gracePeriodSeconds=1", client::escape(m_namespace), client::escape(m_name)),
                                                      .doing = format("delete pod {}", m_name),
                                                      .method = "DELETE"}},
                                                    {.deadline = now_utc() + k_for_deletion}));
        auto& answer = answers.front();
        if (answer.error && answer.status != 404) return *std::move(answer.error);
        return m_certain || answer.status != 404;
    };
    if (const auto done = deleted(); !done)
        m_environment.err << sanitize_line(format("warning: {}; delete it yourself{}: kubectl delete pod {} -n {}", done.error().message, m_certain ? "" : ", if it was made", m_name, m_namespace)) << std::endl;
    else if (*done && m_told)
        m_told(format("pod {} is deleted", m_name));
}

} // namespace kdiag::app::debug
