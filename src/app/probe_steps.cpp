// SPDX-License-Identifier: Apache-2.0
#include "app/probe_steps.hpp"

#include "probe/grpc_health.hpp"
#include "probe/pod_commands.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <optional>

namespace kdiag::app {

namespace {

using probe::Depth;
using probe::Step;
using probe::StepState;

constexpr Duration k_soon = Duration::hours(14 * 24); ///< a certificate that ends within this is worth a word
constexpr std::size_t k_most_body = 200;              ///< of an answer that was not expected

std::string until_text(Timestamp end, Timestamp now) {
    if (!end) return "its end is not known";
    const auto day = to_rfc3339(end).substr(0, 10);
    return end < now ? format("expired {} ago ({})", to_age(now - end), day) : format("until {} ({} left)", day, to_age(end - now));
}

std::vector<std::string> chain_notes(const std::vector<net::Certificate>& chain, Timestamp now) {
    std::vector<std::string> notes;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const auto& certificate = chain[i];
        std::string text = format("{}: {}", i == 0 ? "certificate" : "signed by", certificate.subject.empty() ? "without a subject" : certificate.subject);
        if (i == 0 && !certificate.names.empty()) text += format(", for {}", list_some(certificate.names, 4));
        text += ", " + until_text(certificate.not_after, now);
        if (i + 1 == chain.size() && certificate.issuer != certificate.subject) text += format(", issued by {}", certificate.issuer);
        notes.push_back(std::move(text));
    }
    return notes;
}

/// The walk: each member function is a step, and false ends it.
class Walk {
public:
    Walk(Way& way, const probe::Destination& destination, const StepSettings& settings, Timestamp now) : m_way(way), m_to(destination), m_settings(settings), m_now(now) {}

    Result<std::vector<Step>> go() {
        for (auto* step : plan()) {
            KD_TRY_ASSIGN(const bool on, (this->*step->run)());
            if (!on) break;
        }
        for (const auto* step : plan()) // those that were not reached
            if (std::none_of(m_steps.begin(), m_steps.end(), [&](const Step& done) { return done.name == step->name; })) m_steps.push_back({.name = step->name});
        return std::move(m_steps);
    }

private:
    struct Planned {
        const char* name;
        Result<bool> (Walk::*run)();
    };
    std::vector<const Planned*> plan() const {
        static const Planned k_dns{"dns", &Walk::dns}, k_tcp{"tcp", &Walk::tcp}, k_tls{"tls", &Walk::tls}, k_http{"http", &Walk::http}, k_grpc{"grpc", &Walk::grpc};
        std::vector<const Planned*> steps;
        if (!m_to.is_numeric()) steps.push_back(&k_dns);
        if (m_to.depth == Depth::dns) return steps;
        steps.push_back(&k_tcp);
        if (m_to.depth == Depth::tcp) return steps;
        // A tool that asks for the whole does TLS on its own, and never TLS alone.
        if (m_to.tls && (m_way.is_transparent() || m_to.depth == Depth::tls)) steps.push_back(&k_tls);
        if (m_to.depth == Depth::http) steps.push_back(&k_http);
        if (m_to.depth == Depth::grpc) steps.push_back(&k_grpc);
        return steps;
    }

    Step& add(const char* name, bool good, std::string text, probe::Microseconds took) {
        m_steps.push_back({.name = name, .state = good ? StepState::good : StepState::failed, .text = std::move(text), .took = took, .timed = true});
        return m_steps.back();
    }

    /// A step that this way cannot take by itself: what comes after it shows the same, unless nothing does.
    bool pass_over(const char* name, const std::string& why, bool is_last) {
        m_steps.push_back({.name = name, .state = is_last ? StepState::failed : StepState::not_tried, .text = is_last ? format("cannot be asked: {}", why) : std::string()});
        if (!is_last) m_steps.back().notes.push_back(format("not by itself: {}", why));
        return !is_last;
    }

    Result<bool> dns() {
        if (!m_to.address.empty()) {
            m_addresses = {m_to.address};
            m_steps.push_back({.name = "dns", .notes = {format("not asked: connecting to {}", m_to.address)}});
            return true;
        }
        KD_TRY_ASSIGN(auto names, m_way.look_up(m_to.host, m_settings.limit));
        if (!names.tried) return pass_over("dns", names.problem, m_to.depth == Depth::dns);
        m_addresses = std::move(names.addresses);
        const bool good = !m_addresses.empty();
        auto& step = add("dns", good, good ? format("{} -> {}", m_to.host, list_some(m_addresses, 3)) : format("{}  {}", m_to.host, names.problem), names.took);
        if (!good && !names.server.empty()) step.notes.push_back(format("asked {}", names.server));
        return good;
    }

    Result<bool> tcp() {
        if (m_addresses.empty()) m_addresses = {m_to.host};
        KD_TRY_ASSIGN(auto opened, m_way.open(m_addresses, m_to.port, m_settings.tcp_limit.value_or(m_settings.limit)));
        m_address = opened.address;
        if (!opened.tried) return pass_over("tcp", opened.problem, m_to.depth == Depth::tcp);
        const bool good = opened.problem.empty();
        const auto place = probe::join_host_port(opened.address, m_to.port);
        auto& step = add("tcp", good, good ? place : format("{}  {}", place, opened.problem), opened.took);
        step.notes = std::move(opened.notes);
        return good;
    }

    Question question() const {
        return {.http = {.host = m_to.host, .port = m_to.port, .url = m_to.url(), .headers = {}}, .address = m_address, .port = m_to.port, .verify = m_settings.verify, .ca_pem = m_settings.ca_pem,
                .timeout = m_settings.limit};
    }

    Result<bool> tls() {
        auto asked = question();
        asked.handshake_only = true;
        KD_TRY_ASSIGN(auto exchange, m_way.ask(asked));
        const probe::Microseconds took{exchange.tls_microseconds > 0 ? exchange.tls_microseconds : exchange.total_microseconds};
        if (exchange.secured && exchange.problem.empty()) {
            auto& step = add("tls", true, describe(exchange), took);
            if (!exchange.chain.empty() && exchange.chain[0].not_after && exchange.chain[0].not_after - m_now < k_soon)
                step.notes.push_back(format("the certificate ends soon: {}", until_text(exchange.chain[0].not_after, m_now)));
            return true;
        }
        auto& step = add("tls", false, exchange.problem, took);
        if (exchange.failed_at != net::ExchangePart::tls || !asked.verify) return false;
        asked.verify = false; // the chain is shown only once a handshake stands
        KD_TRY_ASSIGN(const auto unverified, m_way.ask(asked));
        step.notes = chain_notes(unverified.chain, m_now);
        if (!unverified.chain.empty()) step.notes.push_back(format("asked for {}; --no-verify goes on in spite of it, --ca FILE trusts another authority", m_to.host));
        return false;
    }

    std::string describe(const net::Exchange& exchange) const {
        if (exchange.chain.empty()) return "handshake done";
        const auto& certificate = exchange.chain[0];
        const auto who = certificate.names.empty() ? certificate.subject : list_some(certificate.names, 3);
        return format("{}{}, {}", who, m_settings.verify ? "" : " (not verified)", until_text(certificate.not_after, m_now));
    }

    /// The connection stood a step ago; what broke now is told by where it broke.
    static probe::Microseconds time_of(const net::Exchange& exchange) {
        return {exchange.answer_microseconds > 0 ? exchange.answer_microseconds : exchange.total_microseconds};
    }

    Result<bool> http() {
        auto asked = question();
        const bool verifiable = m_way.can_verify(m_settings.ca_pem);
        asked.verify = asked.verify && verifiable && !m_way.is_transparent(); // else the step before has verified it
        bool has_agent = false;
        for (const auto& header : m_settings.headers) {
            if (header.first == "Host") asked.http.host_header = header.second;
            else asked.http.headers.push_back(header);
            has_agent = has_agent || header.first == "User-Agent";
        }
        if (!has_agent) asked.http.headers.emplace_back("User-Agent", probe::k_user_agent);
        asked.http.headers.emplace_back("Accept", "*/*");
        KD_TRY_ASSIGN(const auto exchange, m_way.ask(asked));
        const auto what = format("GET {}", m_to.path);
        if (exchange.status == 0) {
            add("http", false, format("{}  {}", what, exchange.problem), time_of(exchange));
            return false;
        }
        const bool good = m_settings.expect.has(exchange.status) && exchange.problem.empty();
        std::string text = format("{}  {}", what, exchange.status);
        if (!m_settings.expect.has(exchange.status)) text += format(", expected {}", m_settings.expect.text());
        if (!exchange.problem.empty()) text += format(", and then the answer broke off: {}", exchange.problem);
        auto& step = add("http", good, std::move(text), time_of(exchange));
        if (const auto location = exchange.header("location"); !location.empty()) step.notes.push_back(format("redirects to {}, which is not followed", probe::resolve_reference(m_to.url(), location)));
        if (m_to.tls && m_settings.verify && !verifiable) step.notes.push_back(format("the certificate was not verified: {} cannot", m_way.text()));
        if (!good && !exchange.body.empty()) step.notes.push_back(format("says: {}", trim(std::string_view(exchange.body).substr(0, k_most_body))));
        return good;
    }

    Result<bool> grpc() {
        probe::GrpcCheck check{.host = m_address, .port = m_to.port, .service = m_to.service, .tls = m_to.tls, .user_agent = std::string(probe::k_user_agent)};
        KD_TRY_ASSIGN(const auto outcome, ask_grpc(m_way, check, m_address, m_settings.limit));
        add("grpc", outcome.verdict == probe::Verdict::success, outcome.message, outcome.took);
        return outcome.verdict == probe::Verdict::success;
    }

    Way& m_way;
    const probe::Destination& m_to;
    const StepSettings& m_settings;
    Timestamp m_now;
    std::vector<std::string> m_addresses;
    std::string m_address;
    std::vector<Step> m_steps;
};

} // namespace

Result<probe::Outcome> ask_grpc(Way& way, const probe::GrpcCheck& check, const std::string& address, Duration limit) {
    Question question{.http = {.host = check.host, .port = check.port,
                               .url = format("{}://{}{}", check.tls ? "https" : "http", probe::join_host_port(check.host, check.port), probe::k_health_path),
                               .headers = {{"Content-Type", "application/grpc"}, {"Te", "trailers"}, {"User-Agent", check.user_agent}}},
                      .address = address, .port = check.port, .body = probe::health_request(check.service), .timeout = limit};
    question.http.http2 = true;
    KD_TRY_ASSIGN(const auto exchange, way.ask(question));
    probe::GrpcAnswer answer{.http_status = exchange.status, .body = exchange.body, .grpc_status = std::string(exchange.header("grpc-status")), .grpc_message = std::string(exchange.header("grpc-message"))};
    answer.connected = exchange.connected;
    answer.timed_out = exchange.timed_out;
    answer.problem = exchange.problem;
    return probe::judge_grpc(check, (limit.milliseconds + 999) / 1000, answer, {exchange.total_microseconds});
}

Result<std::vector<probe::Step>> walk_steps(Way& way, const probe::Destination& destination, const StepSettings& settings, Timestamp now) {
    return Walk(way, destination, settings, now).go();
}

} // namespace kdiag::app
