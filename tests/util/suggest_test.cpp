// SPDX-License-Identifier: Apache-2.0
#include "util/suggest.hpp"

#include <doctest/doctest.h>

using namespace kdiag;

TEST_CASE("a transposition is one edit, and case is none") {
    CHECK(edit_distance("describe", "descirbe") == 1);
    CHECK(edit_distance("Pod", "pod") == 0);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest names come first, and far ones not at all") {
    CHECK(nearest("fronted", {"frontend", "backend", "front"}) == std::vector<std::string>{"frontend", "front"});
    CHECK(nearest("db_password", {"db-password", "username"}) == std::vector<std::string>{"db-password"});
    CHECK(nearest("x", {"completely-different"}).empty());
    CHECK(nearest("web", {"web1", "web2", "web3", "web4"}, 2).size() == 2);
}
