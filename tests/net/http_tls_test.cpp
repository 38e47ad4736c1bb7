// SPDX-License-Identifier: Apache-2.0
#include "http_fixture.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

using namespace kdiag;
using namespace kdiag::test;

namespace {

FakeReply hello(const FakeRequest& request) {
    return {.body = "hello " + request.client};
}

std::string address_of(const HttpServer& server) {
    return format("127.0.0.1:{}", server.port());
}

} // namespace

TEST_CASE("a server whose CA is known is trusted") {
    HttpServer server(hello, identity_of(certificates().server));
    const auto transfer = get(trusting_settings(), server.url() + "/x");
    REQUIRE_FALSE(transfer.error);
    CHECK(transfer.body == "hello ");
}

TEST_CASE("a server of an unknown CA is not, with the kubeconfig's CA and without one") {
    HttpServer server(hello, identity_of(certificates().server));
    auto other = quick_settings();
    other.tls.ca_pem = certificates().other_ca;
    for (const auto& settings : {other, quick_settings()}) {
        const auto transfer = get(settings, server.url() + "/x");
        REQUIRE(transfer.error);
        CHECK(transfer.error->kind == ErrorKind::tls);
        CHECK(contains(transfer.error->message, "authority that is not trusted"));
        CHECK(contains(transfer.error->message, address_of(server)));
        CHECK_FALSE(transfer.error->help.empty());
    }
    CHECK(server.requests().empty());
}

TEST_CASE("an expired certificate is named as such") {
    HttpServer server(hello, identity_of(certificates().expired));
    const auto transfer = get(trusting_settings(), server.url() + "/x");
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::tls);
    CHECK(contains(transfer.error->message, "expired"));
}

TEST_CASE("a certificate for another name is named as such, and tls-server-name accepts it") {
    HttpServer server(hello, identity_of(certificates().other_name));
    auto settings = trusting_settings();
    const auto refused = get(settings, server.url() + "/x");
    REQUIRE(refused.error);
    CHECK(refused.error->kind == ErrorKind::tls);
    CHECK_MESSAGE(contains(refused.error->message, "another name"), words_of(*refused.error));
    settings.tls.server_name = "db.example.com";
    const auto transfer = get(settings, server.url() + "/x?y=1");
    REQUIRE_FALSE(transfer.error);
    CHECK(transfer.status == 200);
    REQUIRE(server.requests().size() == 1);
    CHECK(server.requests()[0].header("host") == address_of(server));
    CHECK(server.requests()[0].target == "/x?y=1");
}

TEST_CASE("insecure trusts anything") {
    HttpServer server(hello, identity_of(certificates().expired));
    auto settings = quick_settings();
    settings.tls.insecure = true;
    CHECK(get(settings, server.url() + "/x").status == 200);
}

TEST_CASE("a client certificate is presented from memory; without it the server hangs up") {
    auto identity = identity_of(certificates().server);
    identity.client_ca = certificates().ca;
    HttpServer server(hello, identity);
    auto settings = trusting_settings();
    const auto refused = get(settings, server.url() + "/x");
    REQUIRE(refused.error);
    CHECK(refused.error->kind == ErrorKind::authentication);
    CHECK(contains(refused.error->message, "wants a client certificate"));
    CHECK(server.requests().empty());
    settings.tls.certificate_pem = certificates().client.certificate;
    settings.tls.key_pem = Secret(certificates().client.key);
    const auto transfer = get(settings, server.url() + "/x");
    REQUIRE_FALSE(transfer.error);
    CHECK(transfer.body == "hello ana");
}

TEST_CASE("another identity closes the old connection") {
    auto identity = identity_of(certificates().server);
    identity.client_ca = certificates().ca;
    HttpServer server(hello, identity);
    auto client = net::HttpClient::make(trusting_settings(), loop());
    REQUIRE(client);
    CHECK(get(**client, server.url() + "/x").error);
    (*client)->set_identity(certificates().client.certificate, Secret(certificates().client.key));
    CHECK(get(**client, server.url() + "/x").body == "hello ana");
}

TEST_CASE("a certificate or CA that is no PEM is the configuration's fault") {
    HttpServer server(hello, identity_of(certificates().server));
    auto settings = trusting_settings();
    settings.tls.certificate_pem = "rubbish";
    settings.tls.key_pem = Secret("rubbish");
    const auto client_error = get(settings, server.url() + "/x");
    REQUIRE(client_error.error);
    CHECK(client_error.error->kind == ErrorKind::config);
    settings = quick_settings();
    settings.tls.ca_pem = "rubbish";
    const auto ca_error = get(settings, server.url() + "/x");
    REQUIRE(ca_error.error);
    CHECK(ca_error.error->kind == ErrorKind::config);
}

TEST_CASE("TLS to a port that speaks plain HTTP") {
    HttpServer server(hello);
    const auto transfer = get(trusting_settings(), format("https://{}/x", address_of(server)));
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::tls);
    CHECK(contains(words_of(*transfer.error), "TLS"));
}

TEST_CASE("Authorization travels encrypted or not at all, and is in no error") {
    HttpServer plain(hello), secure(hello, identity_of(certificates().server));
    auto client = net::HttpClient::make(trusting_settings(), loop());
    REQUIRE(client);
    for (const HttpServer* server : {&plain, &secure}) {
        net::Transfer transfer{.request = {.url = server->url() + "/x", .authorization = Secret("Bearer very-secret-token")}};
        (*client)->run({&transfer}, {});
        REQUIRE(server->requests().size() == 1);
        CHECK(server->requests()[0].header("authorization") == (server == &secure ? "Bearer very-secret-token" : ""));
    }
    HttpServer wrong(hello, identity_of(certificates().expired));
    net::Transfer transfer{.request = {.url = wrong.url() + "/x?token=very-secret-token", .authorization = Secret("Bearer very-secret-token")}};
    (*client)->run({&transfer}, {});
    REQUIRE(transfer.error);
    CHECK_FALSE(contains(words_of(*transfer.error), "very-secret-token"));
}
