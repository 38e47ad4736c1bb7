// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/timestamp.hpp"

namespace kdiag::net {

/// Pings every 10 seconds keep proxies and address translation from forgetting a connection (a load balancer does after four minutes or
/// six), and a peer that says nothing at all for a minute is lost. Time is only what it is told.
class KeepAlive {
public:
    static constexpr Duration k_ping = Duration::seconds(10);
    static constexpr Duration k_silence = Duration::seconds(60);

    enum class Due { nothing, ping, lost };
    /// Something came from the peer.
    void heard() { m_quiet = {}; }
    /// So much time has passed. Nothing is read while `paused`, so that silence then says nothing.
    Due passed(Duration time, bool paused) {
        m_since_ping.milliseconds += time.milliseconds;
        m_quiet.milliseconds = paused ? 0 : m_quiet.milliseconds + time.milliseconds;
        if (m_quiet >= k_silence) return Due::lost;
        if (m_since_ping < k_ping) return Due::nothing;
        m_since_ping = {};
        return Due::ping;
    }

private:
    Duration m_since_ping, m_quiet;
};

} // namespace kdiag::net
