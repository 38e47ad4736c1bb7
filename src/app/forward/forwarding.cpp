// SPDX-License-Identifier: Apache-2.0
#include "app/forward/forwarding.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

constexpr Duration k_patience = Duration::seconds(10); // of a connection, for a pod
constexpr Duration k_not_again = Duration::seconds(5);
constexpr int k_tries_for_both = 10; // a free port that is free for IPv4 and IPv6

/// `12.4 KiB`.
std::string bytes_text(std::uint64_t bytes) {
    if (bytes < 1024) return format("{} B", bytes);
    double amount = static_cast<double>(bytes);
    const char* unit = "B";
    for (const auto* larger : {"KiB", "MiB", "GiB", "TiB"}) {
        if (amount < 1024) break;
        amount /= 1024;
        unit = larger;
    }
    return format("{:.1f} {}", amount, unit);
}

} // namespace

std::string to_text(const ForwardTotals& totals) {
    return format("{}, {} failed, {} in, {} out", counted(totals.connections, "connection"), totals.failed, bytes_text(totals.bytes_in), bytes_text(totals.bytes_out));
}

Status Forwarding::listen(ForwardTarget& target, std::size_t index, const std::vector<std::string>& addresses) {
    auto port = std::make_unique<Port>(Port{.target = &target, .index = index, .listeners = {}});
    const std::uint16_t wanted = target.ports()[index].local;
    const bool both_local = addresses == std::vector<std::string>{"127.0.0.1", "::1"};
    std::optional<Error> absent;
    for (int tries = 0; tries < k_tries_for_both && port->listeners.size() < addresses.size(); ++tries) {
        port->listeners.clear();
        for (const auto& address : addresses) {
            const std::uint16_t number = port->listeners.empty() ? wanted : port->number();
            auto listener = net::TcpListener::listen(m_loop, address, number, [this, raw = port.get()](int descriptor, const std::string&) { accepted(*raw, descriptor); });
            if (listener) {
                port->listeners.push_back(*std::move(listener));
                continue;
            }
            const bool no_such = both_local && listener.error().kind == ErrorKind::not_found;
            const bool again = wanted == 0 && !port->listeners.empty() && tries + 1 < k_tries_for_both;
            if (!no_such && !again) return std::move(listener).error();
            absent = std::move(listener).error();
            if (no_such) tries = k_tries_for_both; // a machine without IPv6, or without IPv4
            else break;
        }
    }
    if (port->listeners.empty()) return *std::move(absent);
    m_ports.push_back(std::move(port));
    return {};
}

void Forwarding::accepted(Port& port, int descriptor) {
    auto pair = std::make_unique<ForwardPair>(m_loop, descriptor, [this](ForwardPair& over_pair, std::optional<Error> error) { over(over_pair, std::move(error)); });
    ForwardPair& joined = *pair;
    m_pairs.emplace(&joined, Joined{.port = &port, .pair = std::move(pair)});
    ++m_done.connections;
    if (auto* forward = port.target->forward()) return start(m_pairs.at(&joined), *forward);
    m_pairs.at(&joined).patience = m_loop.after(k_patience, [this, &joined] {
        const auto found = m_pairs.find(&joined);
        if (found != m_pairs.end() && !joined.started()) joined.refuse(found->second.port->target->no_pod());
    });
}

void Forwarding::start(Joined& joined, client::PortForward& forward) {
    const auto& target = *joined.port->target;
    joined.pod_uid = target.pod_uid();
    joined.pair->start(forward, target.ports()[joined.port->index].pod_port);
}

void Forwarding::pod_deleted(const std::string& uid) {
    for (auto& [pair, joined] : m_pairs)
        if (joined.pod_uid == uid) pair->pod_deleted();
}

void Forwarding::pod_there(ForwardTarget& target) {
    auto* forward = target.forward();
    for (auto& [pair, joined] : m_pairs) {
        if (joined.port->target != &target || pair->started() || forward == nullptr) continue;
        m_loop.cancel(joined.patience);
        start(joined, *forward);
    }
}

void Forwarding::over(ForwardPair& pair, std::optional<Error> error) {
    const auto found = m_pairs.find(&pair);
    if (found == m_pairs.end()) return;
    m_done.bytes_in += pair.bytes_in();
    m_done.bytes_out += pair.bytes_out();
    Port& port = *found->second.port;
    m_loop.cancel(found->second.patience);
    m_pairs.erase(found);
    if (!error) return;
    ++m_done.failed;
    tell_failure(port, *error);
    if (error->kind == ErrorKind::gone || error->kind == ErrorKind::not_found) port.target->doubt();
}

void Forwarding::tell_failure(const Port& port, const Error& error) {
    std::string line = format("connection to port {} failed: {}", port.number(), error.message);
    if (!error.notes.empty()) line += format(" ({})", error.notes.front());
    auto& told = m_failures[line];
    const auto now = now_utc();
    if (told.at && now - told.at < k_not_again) {
        ++told.more;
        return;
    }
    m_tell(told.more == 0 ? line : format("{}; {} more like it before", line, told.more));
    told = {.at = now};
    if (m_failures.size() > 100) std::erase_if(m_failures, [&](const auto& entry) { return now - entry.second.at >= k_not_again; });
}

ForwardTotals Forwarding::totals() const {
    auto totals = m_done;
    for (const auto& [pair, joined] : m_pairs) {
        totals.bytes_in += pair->bytes_in();
        totals.bytes_out += pair->bytes_out();
    }
    return totals;
}

} // namespace kdiag::app
