// SPDX-License-Identifier: Apache-2.0
#include "app/probe_way.hpp"

#include "net/name_lookup.hpp"
#include "net/tcp_connect.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

class LocalWay final : public Way {
public:
    LocalWay(net::EventLoop& loop, const std::atomic<bool>* interrupted) : m_loop(loop), m_interrupted(interrupted) {}
    std::string text() const override { return {}; }

    Result<Names> look_up(const std::string& name, Duration limit) override {
        auto found = net::look_up(name, limit, m_interrupted);
        KD_TRY(go_on());
        return Names{.addresses = std::move(found.addresses), .problem = std::move(found.problem), .server = {}, .took = {found.microseconds}};
    }

    Result<Opened> open(const std::vector<std::string>& addresses, int port, Duration limit) override {
        auto attempt = net::try_connect(m_loop, addresses, port, limit, m_interrupted);
        KD_TRY(go_on());
        Opened opened{.address = std::move(attempt.address), .problem = std::move(attempt.problem), .timed_out = attempt.timed_out, .took = {attempt.microseconds}, .notes = {}};
        for (const auto& failed : attempt.failed) opened.notes.push_back(format("tried before: {}", failed));
        return opened;
    }

    Result<net::Exchange> ask(const Question& question) override {
        auto request = exchange_request(question);
        request.address = question.address;
        return net::run_exchange(m_loop, std::move(request), m_interrupted);
    }

private:
    Status go_on() const {
        if (m_interrupted != nullptr && m_interrupted->load()) return Error{.kind = ErrorKind::interrupted, .message = "interrupted"};
        return {};
    }
    net::EventLoop& m_loop;
    const std::atomic<bool>* m_interrupted;
};

} // namespace

net::ExchangeRequest exchange_request(const Question& question) {
    net::ExchangeRequest request{.url = question.http.url};
    request.handshake_only = question.handshake_only;
    request.verify = question.verify;
    request.ca_pem = question.ca_pem;
    request.target = question.http.target;
    request.timeout = question.timeout;
    const bool is_tls = question.http.url.starts_with("https://");
    using Version = net::ExchangeRequest::Version;
    // The kubelet's client speaks HTTP/2 over TLS where the server offers it, and HTTP/1.1 without.
    request.version = question.http.http2 ? (is_tls ? Version::http2_if_offered : Version::http2_plain) : is_tls && !question.handshake_only ? Version::http2_if_offered : Version::http1;
    const auto has = [&](std::string_view name) { return std::any_of(question.http.headers.begin(), question.http.headers.end(), [&](const auto& header) { return header.first == name; }); };
    for (const auto* name : {"User-Agent", "Accept"}) // libcurl would bring its own
        if (!has(name)) request.headers.push_back(format("{}:", name));
    if (!question.http.host_header.empty()) request.headers.push_back(format("Host: {}", question.http.host_header));
    for (const auto& [name, value] : question.http.headers) request.headers.push_back(value.empty() ? name + ";" : format("{}: {}", name, value));
    if (!question.body.empty()) {
        request.method = "POST";
        request.body = question.body;
        request.headers.push_back("Expect:");
    } else if (request.version == Version::http1) {
        request.headers.push_back("Connection: close"); // DisableKeepAlives of the kubelet's client
    }
    return request;
}

std::unique_ptr<Way> way_from_here(net::EventLoop& loop, const std::atomic<bool>* interrupted) {
    return std::make_unique<LocalWay>(loop, interrupted);
}

} // namespace kdiag::app
