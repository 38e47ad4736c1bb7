// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/codec/field.hpp"
#include "kube/volume_name.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace kdiag::kube {

/// Remembers values by the bytes they were decoded from, so that equal ones are decoded and held once. Lists come sorted by name, so
/// siblings are neighbours and a small memory finds nearly all of them; what it forgets is only decoded again.
class SharedValues {
public:
    /// The bytes that a value is known by: without the random parts of token volumes' names, which the value does not hold either.
    /// Good until the next call.
    std::string_view key_of(std::string_view bytes) {
        std::size_t found = bytes.find(k_token_volume);
        if (found == std::string_view::npos) return bytes;
        m_key.clear();
        while (found != std::string_view::npos) {
            const std::size_t end = found + k_token_volume.size();
            m_key.append(bytes.substr(0, end));
            bytes.remove_prefix(end + (begins_with_random_part(bytes.substr(end)) ? k_token_volume_random : 0));
            found = bytes.find(k_token_volume);
        }
        m_key.append(bytes);
        return m_key;
    }
    /// Gives a member of this type the value of this key; false when none is known.
    bool take(const Access& access, std::string_view key, void* member) const {
        const auto& slot = m_slots[place(key)];
        if (slot.access != &access || slot.key != key) return false;
        access.set_shared(member, slot.value);
        return true;
    }
    /// The member was filled from bytes with this key.
    void remember(const Access& access, std::string key, void* member) {
        auto& slot = m_slots[place(key)];
        slot.access = &access;
        slot.key = std::move(key);
        slot.value = access.share(member);
    }
    void forget() { m_slots = {}; }
    /// Whether values of so many bytes are remembered at all.
    static bool fits(std::string_view bytes) { return bytes.size() <= k_max_bytes; }

private:
    static constexpr std::size_t k_slots = 256;
    static constexpr std::size_t k_max_bytes = 16u << 10;
    struct Slot {
        const Access* access = nullptr;
        std::string key;
        std::shared_ptr<void> value;
    };
    static std::size_t place(std::string_view key) { return std::hash<std::string_view>()(key) % k_slots; }

    std::array<Slot, k_slots> m_slots;
    std::string m_key;
};

} // namespace kdiag::kube
