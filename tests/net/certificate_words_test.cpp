// SPDX-License-Identifier: Apache-2.0
#include "net/certificate_words.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::net;

TEST_CASE("a certificate is read from libcurl's lines, and odd lines are passed over") {
    const auto certificate = certificate_of({"Subject:CN = web", "Issuer:O = shop, CN = ca", "Start date:Sep  4 12:05:33 2026 GMT", "Expire date:Jan 14 00:00:00 2027 GMT",
                                             "X509v3 Subject Alternative Name:DNS:web, DNS:*.web.example, IP Address:10.0.0.7, email:x", "Version:2", "nothing", ":", ""});
    CHECK(certificate.subject == "CN = web");
    CHECK(certificate.issuer == "O = shop, CN = ca");
    CHECK(to_rfc3339(certificate.not_before) == "2026-09-04T12:05:33Z");
    CHECK(to_rfc3339(certificate.not_after) == "2027-01-14T00:00:00Z");
    CHECK(certificate.names == std::vector<std::string>{"web", "*.web.example", "10.0.0.7"});
}

TEST_CASE("times that are none are not set") {
    for (const auto* text : {"", "Sep", "Xyz  4 12:05:33 2026 GMT", "Sep xx 12:05:33 2026 GMT", "Sep  4 99:05:33 2026 GMT", "Sep  4 12:05:33 abcd GMT"}) CHECK(!parse_openssl_time(text));
}

TEST_CASE("why a handshake fails") {
    CHECK(handshake_problem(true, 10, "") == "its certificate has expired");
    CHECK(handshake_problem(true, 0, "") == "its certificate is for another name");
    CHECK(handshake_problem(true, 99, "") == "its certificate is not trusted");
    CHECK(handshake_problem(false, 0, "error:0A00010B:SSL routines::wrong version number") == "the port does not speak TLS");
    CHECK(handshake_problem(false, 0, "odd") == "the TLS handshake failed");
}
