// SPDX-License-Identifier: Apache-2.0
#include "argv_normalizer.hpp"

#include <doctest/doctest.h>

using kdiag::cmd::normalize_argv;
using Words = std::vector<std::string>;

TEST_CASE("kubectl's spellings become what the parser understands") {
    CHECK(normalize_argv({"kdiag", "get", "-o=json", "-ojson", "-n=shop", "-l=app=web"}, "onl") == Words{"kdiag", "get", "-o", "json", "-o", "json", "-n", "shop", "-l", "app=web"});
    CHECK(normalize_argv({"-A", "-Rf", "--output=json", "-", "-q"}, "on") == Words{"-A", "-Rf", "--output=json", "-", "-q"});
    CHECK(normalize_argv({"exec", "--", "ls", "-o=x"}, "o") == Words{"exec", "--", "ls", "-o=x"});
    CHECK(normalize_argv({"-o="}, "o") == Words{"-o", ""});
}
