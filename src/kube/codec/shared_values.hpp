// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/codec/field.hpp"
#include "kube/volume_name.hpp"

#include <algorithm>
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
    bool take(const Access& access, std::string_view key, void* member) {
        auto& set = set_of(key);
        const auto found = std::find_if(set.begin(), set.end(), [&](const Slot& slot) { return slot.access == &access && slot.key == key; });
        if (found == set.end()) return false;
        access.set_shared(member, found->value);
        std::rotate(set.begin(), found, found + 1);
        return true;
    }
    /// The member was filled from bytes with this key.
    void remember(const Access& access, std::string key, void* member) {
        auto& set = set_of(key);
        set.back() = {.access = &access, .key = std::move(key), .value = access.share(member)};
        std::rotate(set.begin(), set.end() - 1, set.end());
    }
    void forget() { m_sets = {}; }
    /// Whether values of so many bytes are remembered at all.
    static bool fits(std::string_view bytes) { return bytes.size() <= k_max_bytes; }

private:
    static constexpr std::size_t k_sets = 64, k_slots = 4;
    static constexpr std::size_t k_max_bytes = 16u << 10;
    struct Slot {
        const Access* access = nullptr;
        std::string key;
        std::shared_ptr<void> value;
    };
    /// What was used last comes first and what was not used for longest is forgotten: of values that meet in one place, as the containers
    /// and the volumes of all pods may, each is still there for the next pod.
    using Set = std::array<Slot, k_slots>;
    Set& set_of(std::string_view key) { return m_sets[std::hash<std::string_view>()(key) % k_sets]; }

    std::array<Set, k_sets> m_sets;
    std::string m_key;
};

} // namespace kdiag::kube
