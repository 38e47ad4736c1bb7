// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/codec/field.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace kdiag::kube {

/// Remembers values by the bytes they were decoded from, so that equal ones are decoded and held once. Lists come sorted by name, so
/// siblings are neighbours and a small memory finds nearly all of them; what it forgets is only decoded again.
class SharedValues {
public:
    /// The value decoded from these bytes for this type of member, or null.
    std::shared_ptr<void> find(const Sharing& sharing, std::string_view bytes) const {
        const auto& slot = m_slots[place(bytes)];
        return slot.sharing == &sharing && slot.bytes == bytes ? slot.value : nullptr;
    }
    void remember(const Sharing& sharing, std::string_view bytes, std::shared_ptr<void> value) {
        if (bytes.size() > k_max_bytes) return;
        auto& slot = m_slots[place(bytes)];
        slot.sharing = &sharing;
        slot.bytes.assign(bytes);
        slot.value = std::move(value);
    }
    void forget() { m_slots = {}; }

private:
    static constexpr std::size_t k_slots = 256;
    static constexpr std::size_t k_max_bytes = 16u << 10;
    struct Slot {
        const Sharing* sharing = nullptr;
        std::string bytes;
        std::shared_ptr<void> value;
    };
    static std::size_t place(std::string_view bytes) { return std::hash<std::string_view>()(bytes) % k_slots; }

    std::array<Slot, k_slots> m_slots;
};

} // namespace kdiag::kube
