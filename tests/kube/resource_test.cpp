// SPDX-License-Identifier: Apache-2.0
#include "kube/resource.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace kdiag::kube;

TEST_CASE("the table is in the order of the enumeration") {
    CHECK(resource_table().size() == k_resource_count);
    for (std::size_t i = 0; i < k_resource_count; ++i) CHECK(static_cast<std::size_t>(resource_table()[i].resource) == i);
}

TEST_CASE("kubectl's words name resources") {
    for (const char* word : {"pod", "pods", "po", "Pods", "pods.v1", "pod."}) {
        CAPTURE(word);
        const auto* info = find_by_word(word);
        CHECK((info != nullptr && info->resource == Resource::pods) == (std::string(word) != "pod." || info != nullptr));
    }
    CHECK(find_by_word("deploy")->resource == Resource::deployments);
    CHECK(find_by_word("deployments.apps")->resource == Resource::deployments);
    CHECK(find_by_word("deploy.v1.apps")->resource == Resource::deployments);
    CHECK(find_by_word("pvc")->resource == Resource::persistentvolumeclaims);
    CHECK(find_by_word("deployments.batch") == nullptr);
    CHECK(find_by_word("pods/log") == nullptr);
    CHECK(find_by_word("") == nullptr);
    CHECK(find_by_word("widgets") == nullptr);
}

TEST_CASE("kinds are found by group, older groups included") {
    CHECK(find_by_kind("", "Pod")->resource == Resource::pods);
    CHECK(find_by_kind("extensions", "Ingress")->resource == Resource::ingresses);
    CHECK(find_by_kind("events.k8s.io", "Event")->resource == Resource::events);
    CHECK(find_by_kind("serving.knative.dev", "Service") == nullptr);
    CHECK(find_by_kind("", "") == nullptr);
    CHECK(group_of("apps/v1") == "apps");
    CHECK(group_of("v1").empty());
}
