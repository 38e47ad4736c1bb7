// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

namespace kdiag {

/// A credential. It has no formatter and no stream operator, so it cannot be printed by accident; cleared on destruction.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : m_value(std::move(value)) {}
    ~Secret() { clear(); }
    Secret(const Secret&) = default;
    Secret& operator=(const Secret&) = default;
    Secret(Secret&&) noexcept = default;
    Secret& operator=(Secret&&) noexcept = default;

    bool empty() const { return m_value.empty(); }
    /// For the one place that puts it on the wire.
    const std::string& reveal() const { return m_value; }

private:
    void clear() {
        volatile char* p = m_value.data();
        for (std::size_t i = 0; i < m_value.size(); ++i) p[i] = 0;
    }
    std::string m_value;
};

} // namespace kdiag
