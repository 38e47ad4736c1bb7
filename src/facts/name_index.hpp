// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>
#include <vector>

namespace kdiag::facts {

/// Finds objects of a sequence by namespace and name. Holds their places only, in a table with open addressing: the names are theirs.
/// Of several with one name the first is found.
class NameIndex {
public:
    template <class Objects> void build(const Objects& objects) {
        std::size_t size = 1;
        while (size < objects.size() * 2) size *= 2;
        m_places.assign(size, k_free);
        for (std::uint32_t place = 0; place < objects.size(); ++place) {
            const auto& meta = objects[place].meta;
            auto& slot = m_places[slot_of(objects, meta.namespace_name, meta.name)];
            if (slot == k_free) slot = place;
        }
    }
    /// The object, or null. `objects` is the sequence that the index was built from.
    template <class Objects> const typename Objects::value_type* find(const Objects& objects, std::string_view namespace_name, std::string_view name) const {
        if (m_places.empty()) return nullptr;
        const auto place = m_places[slot_of(objects, namespace_name, name)];
        return place == k_free ? nullptr : &objects[place];
    }

private:
    static constexpr std::uint32_t k_free = std::numeric_limits<std::uint32_t>::max();

    /// Where the object of these names is, or would be.
    template <class Objects> std::size_t slot_of(const Objects& objects, std::string_view namespace_name, std::string_view name) const {
        const std::size_t last = m_places.size() - 1;
        const auto hash = std::hash<std::string_view>{};
        std::size_t slot = (hash(name) ^ hash(namespace_name) * 31) & last;
        while (m_places[slot] != k_free) {
            const auto& meta = objects[m_places[slot]].meta;
            if (meta.name == name && meta.namespace_name == namespace_name) break;
            slot = (slot + 1) & last;
        }
        return slot;
    }

    std::vector<std::uint32_t> m_places; ///< a power of two, at most half full
};

} // namespace kdiag::facts
