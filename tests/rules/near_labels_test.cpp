// SPDX-License-Identifier: Apache-2.0
#include "rules/network/near_labels.hpp"

#include <doctest/doctest.h>

using kdiag::kube::TextMap;
using kdiag::rules::network::label_distance;

TEST_CASE("labels that meet a selector have no distance") {
    CHECK(label_distance({{"app", "web"}}, TextMap{{"app", "web"}, {"tier", "front"}}) == 0u);
}

TEST_CASE("a wrong letter counts by its edits") {
    CHECK(label_distance({{"app", "fronted"}}, TextMap{{"app", "frontend"}}) == 1u);
    CHECK(label_distance({{"app", "Web"}}, TextMap{{"app", "web"}}) == 1u);
}

TEST_CASE("a value under another key is near, whatever the key") {
    CHECK(label_distance({{"name", "ui"}}, TextMap{{"app", "ui"}}) == 2u);
}

TEST_CASE("a foreign value is bearable beside a pair that fits, and nothing alone") {
    CHECK(label_distance({{"app", "shop"}, {"track", "blue"}}, TextMap{{"app", "shop"}, {"track", "stable"}}) == 8u);
    CHECK(!label_distance({{"app", "billing"}}, TextMap{{"app", "web"}}));
    CHECK(!label_distance({{"app", "billing"}, {"track", "blue"}}, TextMap{{"app", "web"}, {"track", "stable"}}));
}

TEST_CASE("what controllers write into labels is nobody's selector") {
    CHECK(!label_distance({{"hash", "6d4f"}}, TextMap{{"pod-template-hash", "6d4f"}}));
}
