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
    /// Gives a member of this type the value that was decoded from the same bytes; false when none is known.
    bool take(const Access& access, std::string_view bytes, void* member) const {
        const auto& slot = m_slots[place(bytes)];
        if (slot.access != &access || slot.bytes != bytes) return false;
        access.set_shared(member, slot.value);
        return true;
    }
    /// The member was filled from these bytes.
    void remember(const Access& access, std::string_view bytes, void* member) {
        if (bytes.size() > k_max_bytes) return;
        auto& slot = m_slots[place(bytes)];
        slot.access = &access;
        slot.bytes.assign(bytes);
        slot.value = access.share(member);
    }
    void forget() { m_slots = {}; }

private:
    static constexpr std::size_t k_slots = 256;
    static constexpr std::size_t k_max_bytes = 16u << 10;
    struct Slot {
        const Access* access = nullptr;
        std::string bytes;
        std::shared_ptr<void> value;
    };
    static std::size_t place(std::string_view bytes) { return std::hash<std::string_view>()(bytes) % k_slots; }

    std::array<Slot, k_slots> m_slots;
};

} // namespace kdiag::kube
