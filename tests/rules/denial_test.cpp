// SPDX-License-Identifier: Apache-2.0
#include "rules/workload/denial.hpp"

#include <doctest/doctest.h>

using kdiag::rules::workload::find_denial;

TEST_CASE("a refusal of RBAC is read from a log line") {
    const auto denial =
        find_denial("start\nE pods is forbidden: User \"system:serviceaccount:shop:bot\" cannot get resource \"pods/log\" in API group "
                    "\"\" in the namespace \"shop\"\nend");
    REQUIRE(denial);
    CHECK(denial->account_namespace == "shop");
    CHECK(denial->account == "bot");
    CHECK(denial->verb == "get");
    CHECK(denial->resource == "pods/log");
    CHECK(denial->group.empty());
    CHECK(denial->namespace_name == "shop");
}

TEST_CASE("quotes may be escaped, and the cluster has no namespace") {
    const auto denial =
        find_denial(R"({"msg":"jobs.batch is forbidden: User \"system:serviceaccount:a:b\" cannot list resource \"jobs\" in API group )"
                    R"(\"batch\" at the cluster scope"})");
    REQUIRE(denial);
    CHECK(denial->group == "batch");
    CHECK(denial->namespace_name.empty());
}

TEST_CASE("other users and other refusals are not meant") {
    CHECK(!find_denial("pods is forbidden: User \"ana\" cannot list resource \"pods\" in API group \"\""));
    CHECK(!find_denial("access is forbidden: User unknown"));
    CHECK(!find_denial(""));
}
