// SPDX-License-Identifier: Apache-2.0
#include "net/http.hpp"

#include "net/retry.hpp"

#include <deque>
#include <random>

namespace kdiag::net {

namespace {

constexpr Duration k_longest_wait{100}; ///< the interrupt flag and the deadline are looked at this often
constexpr Duration k_retry_wait{20};

std::uint32_t noise() {
    static std::minstd_rand generator{std::random_device{}()};
    return static_cast<std::uint32_t>(generator());
}

} // namespace

/// Several transfers on the way to their end.
class HttpClient::Run {
public:
    Run(HttpClient& client, const std::vector<Transfer*>& transfers, const RunLimits& limits) : m_client(client), m_limits(limits) {
        for (auto* transfer : transfers) m_waiting.push_back({transfer, {}});
    }

    void to_the_end() {
        while (!m_waiting.empty() || !m_under_way.empty()) {
            const Timestamp now = now_utc();
            if (m_limits.interrupted != nullptr && m_limits.interrupted->load()) return give_up({.kind = ErrorKind::interrupted, .message = "interrupted"});
            if (m_limits.deadline && now >= m_limits.deadline)
                return give_up({.kind = ErrorKind::timeout, .message = "the time given by --timeout is over", .help = {"--timeout gives it longer"}});
            start_waiting(now);
            m_client.m_loop.turn(m_under_way.empty() ? k_retry_wait : k_longest_wait);
            if (m_unreachable && !m_client.m_answered) return give_up(Error(*m_unreachable));
        }
    }

private:
    struct Waiting {
        Transfer* transfer;
        Timestamp not_before;
    };

    void start_waiting(Timestamp now) {
        for (std::size_t looked = m_waiting.size(); looked > 0 && m_under_way.size() < m_limits.concurrency; --looked) {
            const auto entry = m_waiting.front();
            m_waiting.pop_front();
            if (entry.not_before > now) {
                m_waiting.push_back(entry);
                continue;
            }
            m_under_way.push_back(entry.transfer);
            m_client.start(*entry.transfer, [this](Transfer& transfer) { on_end(transfer); });
            m_client.m_loop.turn({}); // the connection is on its way while the next is being prepared
        }
    }

    void on_end(Transfer& transfer) {
        std::erase(m_under_way, &transfer);
        transfer.bytes = 0;
        const auto delay = delay_of(transfer);
        if (!delay) {
            if (transfer.error && !m_client.m_answered) m_unreachable = transfer.error;
            if (m_limits.on_done) m_limits.on_done(transfer);
            return;
        }
        ++m_client.m_retries;
        transfer.error.reset();
        transfer.body.clear();
        transfer.headers.clear();
        m_waiting.push_back({&transfer, now_utc() + *delay});
    }

    /// What was handed on cannot be taken back; what changes something may have been done before its connection was lost.
    std::optional<Duration> delay_of(const Transfer& transfer) const {
        if (transfer.delivered || (transfer.error && transfer.error->kind == ErrorKind::decode)) return std::nullopt;
        if (transfer.error && transfer.request.method != "GET") return std::nullopt;
        return retry_delay({.status = transfer.error ? 0 : transfer.status, .connection_lost = transfer.connection_lost,
                            .retry_after = transfer.header("retry-after"), .attempts = transfer.attempts},
                           noise());
    }

    void give_up(const Error& error) {
        for (auto* transfer : m_under_way) {
            m_client.cancel(*transfer);
            transfer->error = error;
        }
        for (const auto& entry : m_waiting) entry.transfer->error = error;
    }

    HttpClient& m_client;
    const RunLimits& m_limits;
    std::deque<Waiting> m_waiting;
    std::vector<Transfer*> m_under_way;
    std::optional<Error> m_unreachable;
};

void HttpClient::run(const std::vector<Transfer*>& transfers, const RunLimits& limits) {
    Run(*this, transfers, limits).to_the_end();
}

} // namespace kdiag::net
