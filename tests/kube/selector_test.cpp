// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"

#include <doctest/doctest.h>

using namespace kdiag::kube;

namespace {
const TextMap k_labels = {{"app", "web"}, {"tier", "front"}, {"cpus", "8"}};
}

TEST_CASE("requirements match as Kubernetes matches them") {
    CHECK(matches(LabelRequirement{"app", "In", {"web", "api"}}, k_labels));
    CHECK(!matches(LabelRequirement{"app", "NotIn", {"web"}}, k_labels));
    CHECK(matches(LabelRequirement{"absent", "NotIn", {"web"}}, k_labels));
    CHECK(!matches(LabelRequirement{"absent", "In", {""}}, k_labels));
    CHECK(matches(LabelRequirement{"tier", "Exists", {}}, k_labels));
    CHECK(matches(LabelRequirement{"absent", "DoesNotExist", {}}, k_labels));
    CHECK(matches(LabelRequirement{"cpus", "Gt", {"4"}}, k_labels));
    CHECK(!matches(LabelRequirement{"cpus", "Lt", {"8"}}, k_labels));
    CHECK(!matches(LabelRequirement{"app", "Gt", {"4"}}, k_labels));
    CHECK(!matches(LabelRequirement{"app", "Sideways", {"web"}}, k_labels));
    CHECK(matches(LabelSelector{}, k_labels));
    CHECK(matches(TextMap{{"app", "web"}}, k_labels));
    CHECK(!matches(TextMap{{"app", "web"}, {"tier", "back"}}, k_labels));
}

TEST_CASE("kubectl's selectors are understood") {
    struct Row {
        const char* text;
        bool matches;
    };
    for (const auto& row : {Row{"app=web", true}, Row{"app==web", true}, Row{"app!=web", false}, Row{"other!=web", true}, Row{"app", true}, Row{"!app", false}, Row{"!other", true},
                            Row{"app in (api, web)", true}, Row{"app notin (api,web)", false}, Row{"app=web,tier=front", true}, Row{"app=web,tier in (back)", false}, Row{" app = web ", true},
                            Row{"app=", false}, Row{"in=x", false}, Row{"app in (web),!canary,tier", true}}) {
        CAPTURE(row.text);
        const auto selector = OwnedSelector::parse(row.text);
        REQUIRE(selector);
        CHECK(selector->matches(k_labels) == row.matches);
    }
}

TEST_CASE("a malformed selector is a usage error that says where") {
    for (const char* bad : {"", "=web", "app in web", "app in (web", "app=web tier=front", "app=web,", "app>4x", "!", "app=a=b"}) {
        CAPTURE(bad);
        const auto selector = OwnedSelector::parse(bad);
        REQUIRE(!selector);
        CHECK(selector.error().kind == kdiag::ErrorKind::usage);
        CHECK(selector.error().message.find("column") != std::string::npos);
    }
}

TEST_CASE("selectors are shown as they are written") {
    CHECK(show(TextMap{{"app", "web"}, {"tier", "front"}}) == "app=web,tier=front");
    CHECK(show(LabelRequirement{"zone", "In", {"a", "b"}}) == "zone in (a, b)");
    CHECK(show(LabelRequirement{"zone", "In", {"a"}}) == "zone=a");
    CHECK(show(LabelRequirement{"zone", "DoesNotExist", {}}) == "!zone");
}
