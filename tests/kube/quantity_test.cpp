// SPDX-License-Identifier: Apache-2.0
#include "kube/quantity.hpp"

#include <doctest/doctest.h>

using namespace kdiag::kube;

TEST_CASE("quantities are read as apimachinery reads them, in thousandths and rounded up") {
    struct Row {
        const char* text;
        std::int64_t thousandths;
    };
    for (const auto& row : {Row{"0", 0}, Row{"1", 1000}, Row{"100m", 100}, Row{"0.5", 500}, Row{".5", 500}, Row{"1.", 1000}, Row{"2k", 2'000'000}, Row{"1Ki", 1'024'000},
                            Row{"1.5Gi", 1'610'612'736'000}, Row{"1e3", 1'000'000}, Row{"1E3", 1'000'000}, Row{"5e-1", 500}, Row{"1n", 1}, Row{"1500u", 2}, Row{"-1", -1000},
                            Row{"+1", 1000}, Row{"128Mi", 134'217'728'000}, Row{"12345678n", 13}}) {
        CAPTURE(row.text);
        REQUIRE(parse_quantity(row.text));
        CHECK(*parse_quantity(row.text) == row.thousandths);
    }
    CHECK(*parse_quantity("1E") == std::int64_t{1} << 62); // saturates
    CHECK(*parse_quantity("99999999999999999999999Ei") == std::int64_t{1} << 62);
    for (const char* bad : {"", "m", "1Mb", "1 Gi", "1.2.3", "abc", "1e", "1e+", "--1", "1KiB", "0x10"}) {
        CAPTURE(bad);
        CHECK(!parse_quantity(bad));
    }
}

TEST_CASE("quantities are shown short, in the unit of the resource") {
    CHECK(show_quantity("cpu", 100) == "100m");
    CHECK(show_quantity("cpu", 2000) == "2");
    CHECK(show_quantity("cpu", 2100) == "2.1");
    CHECK(show_quantity("pods", 110'000) == "110");
    CHECK(show_quantity("memory", 134'217'728'000) == "128Mi");
    CHECK(show_quantity("memory", 10'093'173'145'600) == "9.4Gi");
    CHECK(show_quantity("ephemeral-storage", 1000) == "1");
    CHECK(show_quantity("memory", *parse_quantity("1023.96Ki")) == "1Mi");
    CHECK(show_quantity("memory", -1) == "0");
}
