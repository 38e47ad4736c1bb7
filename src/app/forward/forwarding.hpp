// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/forward/forward_pair.hpp"
#include "app/forward/forward_target.hpp"
#include "net/tcp_listener.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kdiag::app {

/// What went through, for the last line.
struct ForwardTotals {
    std::uint64_t connections = 0, failed = 0, bytes_in = 0, bytes_out = 0;
};
/// `4 connections, 0 failed, 12.4 KiB in, 1.1 MiB out`.
std::string to_text(const ForwardTotals& totals);

/// The local ports, and the connections that came to them.
class Forwarding {
public:
    /// `tell` gets lines for people.
    Forwarding(net::EventLoop& loop, std::function<void(const std::string&)> tell) : m_loop(loop), m_tell(std::move(tell)) {}

    /// Listens for one port of a target on every address; of `localhost`'s two one is enough where the machine has no other.
    Status listen(ForwardTarget& target, std::size_t port, const std::vector<std::string>& addresses);
    /// Joins what has waited for a pod of this target.
    void pod_there(ForwardTarget& target);
    /// Ends what is joined to this pod, a UID, once nothing comes from it.
    void pod_deleted(const std::string& uid);

    struct Port {
        ForwardTarget* target;
        std::size_t index; ///< of the target's ports
        std::vector<std::unique_ptr<net::TcpListener>> listeners;
        std::uint16_t number() const { return listeners.front()->port(); }
    };
    const std::vector<std::unique_ptr<Port>>& ports() const { return m_ports; }
    /// Of all connections, those that still live too.
    ForwardTotals totals() const;

private:
    struct Joined {
        Port* port;
        std::unique_ptr<ForwardPair> pair;
        net::EventLoop::TimerId patience = 0; ///< while it waits for a pod
        std::string pod_uid;                  ///< empty while it waits
    };
    void accepted(Port& port, int descriptor);
    void start(Joined& joined, client::PortForward& forward);
    void over(ForwardPair& pair, std::optional<Error> error);
    void tell_failure(const Port& port, const Error& error);

    net::EventLoop& m_loop;
    std::function<void(const std::string&)> m_tell;
    std::vector<std::unique_ptr<Port>> m_ports;
    std::unordered_map<ForwardPair*, Joined> m_pairs;
    ForwardTotals m_done;
    struct Told {
        Timestamp at;
        std::size_t more = 0;
    };
    std::map<std::string, Told> m_failures; ///< by their line: the same is not told a hundred times
};

} // namespace kdiag::app
