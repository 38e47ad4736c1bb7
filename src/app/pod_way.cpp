// SPDX-License-Identifier: Apache-2.0
#include "app/pod_way.hpp"

#include "app/forward_way.hpp"
#include "app/pod_choice.hpp"
#include "app/pod_relay.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

using At = probe::ToolProblem::At;

/// For the runtime to start a command; no part of any probe's own time.
constexpr Duration k_start_limit = Duration::seconds(15);

net::ExchangePart part_of(At at) {
    switch (at) {
    case At::name: return net::ExchangePart::name;
    case At::connection: return net::ExchangePart::connection;
    case At::tls: return net::ExchangePart::tls;
    default: return net::ExchangePart::answer;
    }
}

/// What the tools of one container can do.
class ToolWay final : public Way {
public:
    ToolWay(ContainerPlace place, probe::PodTools tools, std::vector<std::string> search) : m_place(std::move(place)), m_tools(tools), m_search(std::move(search)) {}

    std::string text() const override {
        const std::string_view tool = m_tools.can_relay() ? probe::relay_tool(m_tools) : m_tools.curl ? "curl" : "wget";
        return format("{} in container `{}`", tool, m_place.container);
    }
    bool is_transparent() const override { return m_tools.can_relay(); }
    bool can_verify(const std::string& ca_pem) const override { return is_transparent() || (m_tools.curl && ca_pem.empty()); }

    Result<Names> look_up(const std::string& name, Duration limit) override {
        // getent goes through the search list like every program; nslookup of BusyBox does not for names with dots.
        const auto candidates = m_tools.getent ? std::vector{name} : probe::names_to_try(name, m_search);
        std::optional<Names> first;
        for (const auto& candidate : candidates) {
            KD_TRY_ASSIGN(auto names, look_up_one(candidate, limit));
            if (!names.addresses.empty()) return names;
            if (candidate == name || !first) first = std::move(names); // what is said of the name as it was given is worth most
        }
        return *std::move(first);
    }

    Result<Opened> open(const std::vector<std::string>& addresses, int port, Duration limit) override {
        Opened opened;
        const auto seconds = std::max<std::int64_t>(1, limit.milliseconds / 1000);
        for (const auto& address : addresses) {
            if (!opened.problem.empty()) opened.notes.push_back(format("tried before: {}  {}", opened.address, opened.problem));
            KD_TRY_ASSIGN(auto attempt, open_one(address, port, seconds));
            attempt.notes = std::move(opened.notes);
            opened = std::move(attempt);
            if (opened.problem.empty() || !opened.tried) return opened;
        }
        if (addresses.empty()) opened.problem = "there is no address to connect to";
        return opened;
    }

    Result<net::Exchange> ask(const Question& question) override {
        if (m_tools.can_relay()) return ask_through_relay(question);
        if (!question.body.empty() || question.handshake_only) return cannot("the image has no tool that passes bytes on (nc, or bash and cat)");
        if (m_tools.curl) return ask_curl(question);
        if (!question.http.target.empty()) return cannot("wget cannot send the query as it is written, and the image has no curl, nc or bash");
        if (probe::has_own_headers(question.http)) return cannot("wget would show the request's headers in the process list, and the image has no curl, nc or bash");
        return ask_wget(question);
    }

private:
    static net::Exchange cannot(std::string problem) {
        net::Exchange exchange;
        exchange.failed_at = net::ExchangePart::none;
        exchange.problem = std::move(problem);
        return exchange;
    }

    Result<RanCommand> run(const probe::PodCommand& command, Duration limit) const { return run_in_container(m_place, command, {limit.milliseconds + k_start_limit.milliseconds}); }

    Result<Names> look_up_one(const std::string& name, Duration limit) const {
        const auto command = probe::lookup_command(m_tools, name);
        if (!command) return Names{.addresses = {}, .problem = "the image has neither getent nor nslookup", .server = {}, .took = {}, .tried = false};
        KD_TRY_ASSIGN(const auto ran, run(*command, limit));
        if (ran.timed_out) return Names{.addresses = {}, .problem = "the name servers did not answer", .server = {}, .took = ran.took};
        auto found = m_tools.getent ? probe::parse_getent(ran.result) : probe::parse_nslookup(ran.result);
        return Names{.addresses = std::move(found.addresses), .problem = std::move(found.problem), .server = std::move(found.server), .took = ran.took};
    }

    Result<Opened> open_one(const std::string& address, int port, std::int64_t seconds) const {
        Opened opened{.address = address};
        for (const auto& command : probe::connect_commands(m_tools, address, port, seconds)) {
            KD_TRY_ASSIGN(const auto ran, run(command, Duration::seconds(seconds)));
            opened.took = ran.took;
            opened.timed_out = ran.timed_out;
            const auto problem = probe::connection_problem(ran.result);
            opened.problem = ran.timed_out ? format("no answer within {}s", seconds) : problem.text;
            opened.timed_out = opened.timed_out || problem.at == At::time;
            if (!probe::refuses_option(ran.result)) return opened;
        }
        // curl and wget have no mere connection: the next step shows whether it opens.
        opened.tried = m_tools.can_relay();
        if (!opened.tried) opened.problem = "the image has neither nc nor bash";
        return opened;
    }

    Result<net::Exchange> ask_through_relay(const Question& question) const {
        const auto command = probe::relay_command(m_tools, question.address, question.port, std::max<std::int64_t>(1, (question.timeout.milliseconds + 999) / 1000));
        KD_TRY_ASSIGN(const auto relay, PodRelay::open(m_place, *command));
        KD_TRY(relay->wait_until_started(k_start_limit));
        auto request = exchange_request(question);
        request.passage = relay->passage();
        KD_TRY_ASSIGN(auto exchange, net::run_exchange(m_place.client.loop(), std::move(request), m_place.interrupted));
        if (exchange.status != 0 || exchange.problem.empty() || exchange.secured) return exchange;
        // The passage opens at once whatever is behind it; only the tool knows whether it got through.
        const auto problem = relay->problem();
        if (problem.at == At::connection || problem.at == At::name || problem.at == At::time) {
            exchange.connected = false;
            exchange.failed_at = net::ExchangePart::connection;
            exchange.problem = problem.text;
            exchange.timed_out = exchange.timed_out || problem.at == At::time;
        }
        return exchange;
    }

    net::Exchange exchange_of(const RanCommand& ran, probe::HttpHead head, const probe::ToolProblem& problem) const {
        net::Exchange exchange{.connected = head.status != 0, .secured = false, .status = head.status, .headers = std::move(head.headers), .body = std::move(head.body), .chain = {}, .problem = {}};
        exchange.total_microseconds = exchange.answer_microseconds = ran.took.count;
        exchange.timed_out = ran.timed_out || problem.at == At::time;
        if (exchange.status != 0 && !exchange.timed_out) return exchange;
        exchange.failed_at = part_of(problem.at);
        exchange.problem = ran.timed_out ? "no answer in time" : !problem.text.empty() ? problem.text : !ran.problem.empty() ? ran.problem : "no answer that can be read";
        return exchange;
    }

    Result<net::Exchange> ask_curl(const Question& question) const {
        KD_TRY_ASSIGN(auto ran, run(probe::curl_command(question.http, (question.timeout.milliseconds + 999) / 1000, question.verify), question.timeout));
        auto head = probe::parse_http(ran.result.out);
        return exchange_of(ran, std::move(head), probe::curl_problem(ran.result));
    }

    Result<net::Exchange> ask_wget(const Question& question) const {
        KD_TRY_ASSIGN(auto ran, run(probe::wget_command(question.http), question.timeout));
        auto head = probe::parse_wget(ran.result.err);
        const auto problem = head.status != 0 ? probe::ToolProblem{} : probe::connection_problem(ran.result);
        return exchange_of(ran, std::move(head), problem);
    }

    ContainerPlace m_place;
    probe::PodTools m_tools;
    std::vector<std::string> m_search;
};

std::vector<std::string> running_containers(const kube::Pod& pod, std::string_view preferred) {
    std::vector<std::string> names;
    const auto add = [&](const kube::List<kube::ContainerStatus>& statuses) {
        for (const auto& status : statuses)
            if (status.state.running) names.emplace_back(status.name);
    };
    add(pod.status.container_statuses);
    add(pod.status.init_container_statuses);
    add(pod.status.ephemeral_container_statuses);
    std::stable_partition(names.begin(), names.end(), [&](const std::string& name) { return name == preferred; });
    return names;
}

bool has_any(const probe::PodTools& tools) {
    return tools.can_relay() || tools.curl || tools.wget;
}

/// The tools of the first container that has any.
Result<PodWay> way_by_tools(client::ApiClient& client, const kube::Pod& pod, std::string_view preferred, const std::atomic<bool>* interrupted) {
    std::vector<std::string> without;
    for (const auto& name : running_containers(pod, preferred)) {
        ContainerPlace place{client, std::string(pod.meta.namespace_name), std::string(pod.meta.name), name, interrupted};
        KD_TRY_ASSIGN(auto found, way_from_container(std::move(place)));
        if (found.way) return found;
        without.push_back(name);
    }
    return Error{.kind = ErrorKind::not_found, .message = format("no container of pod {} has a tool that can ask for it (nc, bash, curl or wget, with sh)", pod.meta.name),
                 .notes = {format("looked in {}", without.empty() ? "none: no container runs" : list_some(without, 5))},
                 .help = {"start a container that has, beside it: add --image busybox:stable"}};
}

} // namespace

Result<PodWay> way_from_container(ContainerPlace place) {
    KD_TRY_ASSIGN(const auto ran, run_in_container(place, probe::tools_command(), k_start_limit));
    const auto tools = probe::parse_tools(ran.result.out);
    if (!has_any(tools)) return PodWay{};
    auto search = probe::search_list(ran.result.out);
    const auto domain = probe::cluster_domain(search);
    PodWay found{.way = std::make_unique<ToolWay>(std::move(place), tools, std::move(search))};
    if (!domain.empty()) found.cluster_domain = domain;
    return found;
}

Result<PodWay> way_from_pod(client::ApiClient& client, const kube::Pod& pod, std::string_view preferred, Reach reach, const std::atomic<bool>* interrupted) {
    KD_TRY(check_not_completed(pod));
    if (running_containers(pod, preferred).empty()) KD_TRY(check_running(pod));
    auto by_tools = way_by_tools(client, pod, preferred, interrupted);
    // A kubelet that cannot be reached is no better reached by a port-forward.
    const bool may_be_forwarded = reach == Reach::own_ports && !by_tools && (by_tools.error().kind == ErrorKind::not_found || by_tools.error().kind == ErrorKind::forbidden);
    if (!may_be_forwarded) return by_tools;
    return PodWay{.way = way_by_port_forward(client, pod, by_tools.error().message, interrupted)};
}

} // namespace kdiag::app
