// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/port_forward.hpp"
#include "net/socket_stream.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace kdiag::app {

/// A local connection and the one into the pod that it is joined to. Neither side is read faster than the other takes, and every way of
/// ending one ends the other, at the latest ten seconds after nothing moves any more.
class ForwardPair {
public:
    /// Told once, from the loop, and may destroy the pair. An Error: the pod's side failed.
    using OnOver = std::function<void(ForwardPair&, std::optional<Error>)>;
    /// Takes the descriptor of the local connection, which waits until start().
    ForwardPair(net::EventLoop& loop, int descriptor, OnOver on_over);
    ~ForwardPair();
    ForwardPair(const ForwardPair&) = delete;
    ForwardPair& operator=(const ForwardPair&) = delete;

    void start(client::PortForward& forward, std::uint16_t port);
    bool started() const { return m_pod != nullptr; }
    /// Nothing new will come: the pod's network may have been torn down before it could say goodbye, and then nobody ends its side. What is
    /// under way still arrives; silence is the end.
    void pod_deleted();
    /// Ends the local connection as a refusal does.
    void refuse(Error why);
    std::uint64_t bytes_in() const { return m_in; }   ///< into the pod
    std::uint64_t bytes_out() const { return m_out; } ///< out of it

private:
    void local_bytes(std::string_view bytes);
    void local_ended(int error);
    void pod_bytes(std::string_view bytes);
    void pod_ended(std::optional<Error> error);
    void after_silence(Duration time, void (ForwardPair::*action)());
    void end_input();
    void give_up();
    void give_up_pod();
    void look();
    void over(std::optional<Error> error);

    net::EventLoop& m_loop;
    OnOver m_on_over;
    std::unique_ptr<net::SocketStream> m_local;
    std::unique_ptr<client::PodConnection> m_pod;
    net::EventLoop::TimerId m_silence = 0, m_over_timer = 0;
    bool m_local_ended = false, m_answer_due = false, m_input_ended = false, m_pod_over = false, m_pod_deleted = false, m_over = false;
    std::uint64_t m_in = 0, m_out = 0, m_unsent_before = 0;
};

} // namespace kdiag::app
