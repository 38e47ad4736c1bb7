// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http.hpp"
#include "support/certificates.hpp"
#include "support/http_server.hpp"

#include <doctest/doctest.h>

namespace kdiag::test {

/// The loop that the clients of a test turn.
inline net::EventLoop& loop() {
    static net::EventLoop shared;
    return shared;
}

/// Settings for a test: short waits, nothing compressed.
inline net::HttpSettings quick_settings() {
    net::HttpSettings settings;
    settings.connect_timeout = Duration::seconds(2);
    settings.stall_timeout = Duration::seconds(1);
    settings.compressed = false;
    settings.user_agent = "kdiag/test";
    return settings;
}

inline net::HttpSettings trusting_settings() {
    auto settings = quick_settings();
    settings.tls.ca_pem = certificates().ca;
    return settings;
}

/// One GET to its end.
inline net::Transfer get(net::HttpClient& client, const std::string& url, const net::RunLimits& limits = {}) {
    net::Transfer transfer{.request = {.url = url}};
    client.run({&transfer}, limits);
    return transfer;
}

inline net::Transfer get(const net::HttpSettings& settings, const std::string& url) {
    auto client = net::HttpClient::make(settings, loop());
    REQUIRE(client);
    return get(**client, url);
}

inline ServerIdentity identity_of(const KeyPair& pair) {
    return {.certificate = pair.certificate, .key = pair.key};
}

/// All the text of an error.
inline std::string words_of(const Error& error) {
    std::string words = error.message;
    for (const auto& note : error.notes) words += "\n" + note;
    for (const auto& help : error.help) words += "\n" + help;
    return words;
}

} // namespace kdiag::test
