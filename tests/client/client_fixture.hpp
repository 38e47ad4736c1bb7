// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/api_client.hpp"
#include "support/certificates.hpp"
#include "support/http_server.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

namespace kdiag::test {

inline ServerIdentity server_identity() {
    return {.certificate = certificates().server.certificate, .key = certificates().server.key};
}

inline config::ClusterConfig config_for(const HttpServer& server) {
    config::ClusterConfig config;
    config.server = server.url();
    config.ca_pem = certificates().ca;
    config.namespace_name = "default";
    config.context = "test";
    config.user = "ana";
    config.request_timeout = Duration::seconds(1);
    return config;
}

inline std::unique_ptr<client::ApiClient> client_for(config::ClusterConfig config) {
    auto made = client::ApiClient::make(std::move(config), "", {});
    REQUIRE(made);
    return *std::move(made);
}

/// All the text of an error.
inline std::string words_of(const Error& error) {
    std::string words = error.message;
    for (const auto& note : error.notes) words += "\n" + note;
    for (const auto& help : error.help) words += "\n" + help;
    return words;
}

/// metav1.Status as the API server writes it.
inline FakeReply status_reply(int code, std::string_view reason, std::string_view message, std::string_view details = "{}") {
    return {.status = code,
            .body = format(R"({{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Failure","message":"{}","reason":"{}","details":{},"code":{}}})", message, reason, details, code)};
}

} // namespace kdiag::test
