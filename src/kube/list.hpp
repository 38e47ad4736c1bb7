// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace kdiag::kube {

/// A list that several objects may hold at once: pods of one workload repeat their containers byte for byte, and most lists of most
/// objects are empty, which costs one null pointer. Others are one block of memory. Reads like a vector; a copy is another holder of the
/// same elements. The holders are counted without locks: one thread at a time.
template <class T> class List {
public:
    using value_type = T;
    using const_iterator = const T*;

    List() = default;
    List(std::initializer_list<T> values) : List(values.begin(), values.end()) {}
    template <class Iterator> List(Iterator first, Iterator last) {
        reserve(static_cast<std::size_t>(std::distance(first, last)));
        for (; first != last; ++first) emplace_back(*first);
    }
    List(const List& other) : m_block(other.m_block) {
        if (m_block != nullptr) ++m_block->holders;
    }
    List(List&& other) noexcept : m_block(std::exchange(other.m_block, nullptr)) {}
    List& operator=(List other) noexcept {
        std::swap(m_block, other.m_block);
        return *this;
    }
    ~List() {
        if (m_block != nullptr && --m_block->holders == 0) release(m_block);
    }

    const T* begin() const { return m_block != nullptr ? elements_of(m_block) : nullptr; }
    const T* end() const { return begin() + size(); }
    std::reverse_iterator<const T*> rbegin() const { return std::reverse_iterator(end()); }
    std::reverse_iterator<const T*> rend() const { return std::reverse_iterator(begin()); }
    std::size_t size() const { return m_block != nullptr ? m_block->size : 0; }
    bool empty() const { return size() == 0; }
    const T& operator[](std::size_t index) const {
        if (index >= size()) std::abort(); // as a hardened vector does
        return begin()[index];
    }
    const T& front() const { return (*this)[0]; }
    const T& back() const { return (*this)[size() - 1]; }

    friend bool operator==(const List& a, const List& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

    /// The elements, to change them. Others that hold the list keep theirs as they are.
    std::span<T> elements() {
        reserve(size());
        return {m_block != nullptr ? elements_of(m_block) : nullptr, size()};
    }
    /// Room for so many elements, in a block of its own.
    void reserve(std::size_t wanted) {
        if (wanted > capacity() || is_shared()) move_to(std::max(wanted, size()));
    }
    template <class... Arguments> T& emplace_back(Arguments&&... arguments) {
        if (size() == capacity() || is_shared()) move_to(std::max<std::size_t>(size() + 1, std::min<std::size_t>(size() * 2, k_most_elements)));
        T* const added = std::construct_at(elements_of(m_block) + m_block->size, std::forward<Arguments>(arguments)...);
        ++m_block->size;
        return *added;
    }
    void push_back(T value) { emplace_back(std::move(value)); }
    /// Gives back what was reserved in vain.
    void shrink_to_fit() {
        if (size() < capacity() && !is_shared()) move_to(size());
    }

private:
    static constexpr std::size_t k_most_elements = UINT32_MAX;
    struct alignas(std::max(alignof(T), alignof(std::uint64_t))) Block {
        std::size_t holders;
        std::uint32_t size, capacity;
    };
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

    static T* elements_of(Block* block) { return reinterpret_cast<T*>(block + 1); }
    static void release(Block* block) {
        std::destroy_n(elements_of(block), block->size);
        ::operator delete(block);
    }
    std::size_t capacity() const { return m_block != nullptr ? m_block->capacity : 0; }
    bool is_shared() const { return m_block != nullptr && m_block->holders > 1; }

    /// A block for so many elements instead of the one that was: the elements are moved where nobody else holds them, else copied. What
    /// cannot be copied is filled before it is shared.
    void move_to(std::size_t wanted) {
        if (wanted > k_most_elements) throw std::bad_alloc();
        if (wanted == 0) return void(*this = List());
        List made;
        made.m_block = new (::operator new(sizeof(Block) + wanted * sizeof(T))) Block{1, 0, static_cast<std::uint32_t>(wanted)};
        if (!is_shared()) {
            for (T& element : std::span(m_block != nullptr ? elements_of(m_block) : nullptr, size())) made.emplace_back(std::move(element));
        } else if constexpr (std::is_copy_constructible_v<T>) {
            for (const T& element : *this) made.emplace_back(element);
        } else {
            assert(false);
        }
        std::swap(m_block, made.m_block);
    }

    Block* m_block = nullptr;
};

} // namespace kdiag::kube
