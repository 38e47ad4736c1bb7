// SPDX-License-Identifier: Apache-2.0
#include "kube/list.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using kdiag::kube::List;

TEST_CASE("an empty list costs a pointer and reads as empty") {
    const List<int> list;
    static_assert(sizeof(list) == sizeof(void*));
    CHECK(list.empty());
    CHECK(list.begin() == list.end());
    CHECK(list.rbegin() == list.rend());
    CHECK(list == List<int>{});
}

TEST_CASE("a copy holds the same elements, and keeps them when the other is filled on") {
    List<std::string> one{"a", "b"};
    const List<std::string> other = one;
    CHECK(one.begin() == other.begin());
    one.push_back("c");
    CHECK(one == List<std::string>{"a", "b", "c"});
    CHECK(other == List<std::string>{"a", "b"});
    CHECK(*one.rbegin() == "c");
    CHECK(one.front() == "a");
    CHECK(one.back() == "c");
}

TEST_CASE("elements that cannot be copied are held together, and freed with the last holder") {
    const auto counted = std::make_shared<int>(0);
    struct Element {
        std::unique_ptr<int> own;
        std::shared_ptr<int> counted;
    };
    List<Element> one;
    one.emplace_back().counted = counted;
    one.reserve(10);
    one.shrink_to_fit();
    List<Element> other = one, third;
    third = std::move(other);
    CHECK(other.empty());
    one = {};
    CHECK(third[0].counted == counted);
    CHECK(counted.use_count() == 2);
    third = List<Element>();
    CHECK(counted.use_count() == 1);
}

TEST_CASE("a list of a range holds what the range holds") {
    const std::string letters = "xyz";
    CHECK(List<char>(letters.begin(), letters.end()) == List<char>{'x', 'y', 'z'});
    CHECK(List<char>(letters.begin(), letters.begin()) == List<char>());
}
