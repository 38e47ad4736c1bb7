// SPDX-License-Identifier: Apache-2.0
#include "net/turns.hpp"

#include <utility>

namespace kdiag::net {

Turns::~Turns() {
    m_loop.cancel(m_timer);
}

Turns::Id Turns::ask(std::function<void()> begin) {
    m_waiting.emplace(++m_last_id, std::move(begin));
    serve_soon();
    return m_last_id;
}

void Turns::give_back(Id id) {
    m_waiting.erase(id);
    m_running.erase(id);
    serve_soon();
}

void Turns::serve_soon() {
    if (m_timer != 0 || m_waiting.empty() || m_running.size() >= m_at_once) return;
    m_timer = m_loop.after({}, [this] { serve(); });
}

void Turns::serve() {
    m_timer = 0;
    if (m_waiting.empty() || m_running.size() >= m_at_once) return;
    auto next = m_waiting.extract(m_waiting.begin());
    m_running.insert(next.key());
    serve_soon();
    next.mapped()(); // last: it may be the end of this object
}

} // namespace kdiag::net
