// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

namespace kdiag::kube {

/// A list that several objects may hold at once: pods of one workload repeat their containers byte for byte, and most lists of most
/// objects are empty, which costs one null pointer. Reads like a vector; a copy is another holder of the same elements.
/// The holders are counted without locks: one thread at a time.
template <class T> class List {
public:
    using value_type = T;
    using const_iterator = const T*;

    List() = default;
    List(std::initializer_list<T> values) {
        if (values.size() != 0) m_block = new Block{1, values};
    }
    template <class Iterator> List(Iterator first, Iterator last) : List(copy_of({first, last})) {}
    List(const List& other) : m_block(other.m_block) {
        if (m_block != nullptr) ++m_block->holders;
    }
    List(List&& other) noexcept : m_block(std::exchange(other.m_block, nullptr)) {}
    List& operator=(List other) noexcept {
        std::swap(m_block, other.m_block);
        return *this;
    }
    ~List() {
        if (m_block != nullptr && --m_block->holders == 0) delete m_block;
    }

    const T* begin() const { return m_block != nullptr ? m_block->elements.data() : nullptr; }
    const T* end() const { return m_block != nullptr ? m_block->elements.data() + m_block->elements.size() : nullptr; }
    std::reverse_iterator<const T*> rbegin() const { return std::reverse_iterator(end()); }
    std::reverse_iterator<const T*> rend() const { return std::reverse_iterator(begin()); }
    std::size_t size() const { return m_block != nullptr ? m_block->elements.size() : 0; }
    bool empty() const { return size() == 0; }
    const T& operator[](std::size_t index) const { return m_block->elements[index]; }
    const T& front() const { return m_block->elements.front(); }
    const T& back() const { return m_block->elements.back(); }

    friend bool operator==(const List& a, const List& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

    /// To fill the list. Others that hold the same elements keep theirs; what cannot be copied is filled before it is shared.
    std::vector<T>& elements() {
        if (m_block == nullptr) m_block = new Block{1, {}};
        if (m_block->holders > 1) {
            if constexpr (std::is_copy_constructible_v<T>)
                *this = copy_of(m_block->elements);
            else
                assert(false);
        }
        return m_block->elements;
    }
    template <class... Arguments> T& emplace_back(Arguments&&... arguments) { return elements().emplace_back(std::forward<Arguments>(arguments)...); }
    void push_back(T value) { elements().push_back(std::move(value)); }
    /// Gives back what was reserved in vain.
    void shrink_to_fit() {
        if (m_block != nullptr) m_block->elements.shrink_to_fit();
    }

private:
    struct Block {
        std::size_t holders;
        std::vector<T> elements;
    };
    static List copy_of(std::vector<T> elements) {
        List list;
        if (!elements.empty()) list.m_block = new Block{1, std::move(elements)};
        return list;
    }
    Block* m_block = nullptr;
};

} // namespace kdiag::kube
