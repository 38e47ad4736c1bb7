// SPDX-License-Identifier: Apache-2.0
#include "util/digest.hpp"

#include "util/regex.hpp"

#include <doctest/doctest.h>

using namespace kdiag;

TEST_CASE("SHA-256 (FIPS 180-4 examples)") {
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("SHA-1 (RFC 3174 7.3)") {
    CHECK(base64_encode(sha1("abc")) == "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
}

TEST_CASE("base64 (RFC 4648 section 10)") {
    for (const auto& [plain, text] : {std::pair{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}}) {
        CHECK(base64_encode(plain) == text);
        CHECK(*base64_decode(text) == plain);
    }
    CHECK(*base64_decode("Zm9v\nYmFy\r\n") == "foobar");
    for (const char* bad : {"Z", "Zg=", "Zg=A", "Z===", "Zm9v!mFy"}) {
        CAPTURE(bad);
        CHECK(!base64_decode(bad));
    }
}

TEST_CASE("patterns give their groups, and say when they are malformed") {
    const Regex regex(R"(lookup ([a-z.]+))");
    CHECK(regex.found_in("dial tcp: LOOKUP db.shop"));
    CHECK(regex.groups("lookup db.shop on")[1] == "db.shop");
    CHECK(regex.groups("nothing").empty());
    CHECK(!Regex("(open").error().empty());
    CHECK(Regex("(a|b)*c").groups(std::string(20000, 'a')).empty());
}
