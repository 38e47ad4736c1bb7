// SPDX-License-Identifier: Apache-2.0
#include "report/redact.hpp"

#include "data/json.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace kdiag;
using report::redact_credentials;
using report::redact_named;

TEST_CASE("credentials are replaced, the words around them stay") {
    struct Row {
        const char *text, *expected;
    };
    for (const Row& row : {
             Row{"password=s3cr3t! rest", "password=[redacted] rest"},
             Row{"DB_PASSWORD: 's3cr3t' rest", "DB_PASSWORD: '[redacted]' rest"},
             Row{R"({"apiKey":"abcdef","b":1})", R"({"apiKey":"[redacted]","b":1})"},
             Row{"postgres://app:s3cr3t@db:5432/x", "postgres://app:[redacted]@db:5432/x"},
             Row{"Authorization: Bearer abcdef123456", "Authorization: Bearer [redacted]"},
             Row{"Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [redacted]"},
             Row{"jwt eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abc_DEF-1 end", "jwt [redacted] end"},
             Row{"key AKIAABCDEFGHIJKLMNOP used", "key [redacted] used"},
             Row{"ghp_0123456789abcdefghijABCDEFGHIJ012345", "[redacted]"},
             Row{"run --db-password s3cr3t --verbose", "run --db-password [redacted] --verbose"},
             Row{"-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY----- end", "[redacted] end"},
             Row{"-----BEGIN PRIVATE KEY-----\nMIIE and cut off", "[redacted]"},
         }) {
        std::string text = row.text;
        CHECK(redact_credentials(text));
        CHECK(text == row.expected);
        CHECK_FALSE(redact_credentials(text)); // nothing is left to replace
        CHECK(text == row.expected);
    }
}

TEST_CASE("words that only look like credentials stay: they say what is wrong") {
    for (const char* plain : {"secret \"db\" not found", "couldn't find key password in Secret shop/db", "unexpected token: } at line 3", "FATAL: password authentication failed for user \"app\"",
                              "the token has expired", "https://example.com:8443/path", "image: registry.example.com/app@sha256:0123456789abcdef", "MountVolume.SetUp failed for volume \"db-secret\" : secret \"db\" not found"}) {
        std::string text = plain;
        CHECK_FALSE(redact_credentials(text));
        CHECK(text == plain);
    }
}

TEST_CASE("a name gives its value away") {
    std::string value = "anything at all";
    CHECK(redact_named("SMTP_PASSWORD", value));
    CHECK(value == "[redacted]");
    value = "anything at all";
    CHECK(redact_named("apiToken", value));
    value = "/etc/tokens";
    CHECK_FALSE(redact_named("TOKEN_DIRECTORY", value));
    value.clear();
    CHECK_FALSE(redact_named("PASSWORD", value)); // an empty one is worth knowing
}

TEST_CASE("a document is redacted by its members' names, and by the name beside a value") {
    auto document = *data::parse_json(R"({"env":[{"name":"DB_PASSWORD","value":"abc"},{"name":"MODE","value":"fast"}],"password":"abc","list":["token=abcdef","plain"],"n":1})");
    report::redact_document(document);
    CHECK(data::to_json(document) == R"({"env":[{"name":"DB_PASSWORD","value":"[redacted]"},{"name":"MODE","value":"fast"}],"password":"[redacted]","list":["token=[redacted]","plain"],"n":1})");
}
