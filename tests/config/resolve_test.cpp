// SPDX-License-Identifier: Apache-2.0
#include "../support/temporary_folder.hpp"
#include "config/resolve.hpp"
#include "variables.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::config;

namespace {

const std::string k_config = R"(current-context: dev
clusters:
- name: dev
  cluster: {server: "https://dev.example:6443/prefix/", certificate-authority-data: Q0EgUEVN, tls-server-name: other, proxy-url: "http://proxy:3128"}
- name: plain
  cluster: {server: "10.0.0.1:8080"}
- name: both
  cluster: {server: "https://x", insecure-skip-tls-verify: true, certificate-authority-data: Q0EgUEVN}
contexts:
- name: dev
  context: {cluster: dev, user: ana, namespace: shop}
- name: plain
  context: {cluster: plain, user: nobody}
- name: both
  context: {cluster: both, user: ana}
- name: lost
  context: {cluster: gone, user: ana}
- name: half
  context: {cluster: dev, user: half}
- name: cert
  context: {cluster: dev, user: cert}
users:
- name: ana
  user: {token: secret-token, as: boss, as-groups: [g1, g2]}
- name: half
  user: {client-certificate-data: Q0VSVA==}
- name: cert
  user: {client-certificate: ./cert.pem, client-key-data: S0VZ}
)";

struct Home {
    Home() : path(folder.write("kube/config", k_config)) { folder.write("kube/cert.pem", "CERT PEM"); }
    Result<ClusterConfig> resolve(Overrides overrides = {}) const { return resolve_cluster(overrides, test::variables({{"KUBECONFIG", path}}), folder.path("no-account")); }
    test::TemporaryFolder folder;
    std::string path;
};

} // namespace

TEST_CASE("the context's cluster, user and namespace") {
    const Home home;
    const auto config = home.resolve();
    REQUIRE(config);
    CHECK(config->server == "https://dev.example:6443/prefix");
    CHECK(config->ca_pem == "CA PEM");
    CHECK(config->tls_server_name == "other");
    CHECK(config->proxy_url == "http://proxy:3128");
    CHECK(config->token.reveal() == "secret-token");
    CHECK(config->namespace_name == "shop");
    CHECK(config->impersonation.user == "boss");
    CHECK(config->impersonation.groups.size() == 2);
    CHECK(config->other_contexts.size() == 5);
    const auto plain = home.resolve({.context = "plain"});
    CHECK(plain->server == "http://10.0.0.1:8080");
    CHECK(plain->namespace_name == "default");
    const auto certificate = home.resolve({.context = "cert"});
    CHECK(certificate->client_certificate_pem == "CERT PEM"); // relative to its kubeconfig
    CHECK(certificate->client_key_pem.reveal() == "KEY");
}

TEST_CASE("flags outrank the file") {
    const Home home;
    const auto config = home.resolve({.context = "cert", .server = "https://elsewhere", .token = "t2", .as_user = "me", .insecure_skip_tls_verify = true});
    REQUIRE(config);
    CHECK(config->server == "https://elsewhere");
    CHECK(config->tls_server_name.empty());
    CHECK(config->ca_pem.empty());
    CHECK(config->insecure);
    CHECK(config->token.reveal() == "t2");
    CHECK(config->client_certificate_pem.empty()); // the server would look at it first
    CHECK(config->impersonation.user == "me");
}

TEST_CASE("how streams travel may be forced") {
    const Home home;
    const auto with = [&](const std::string& wanted) { return resolve_cluster({}, test::variables({{"KUBECONFIG", home.path}, {"KDIAG_STREAM_PROTOCOL", wanted}}), home.folder.path("no-account")); };
    CHECK(home.resolve()->streams == ClusterConfig::Streams::automatic);
    CHECK(with("auto")->streams == ClusterConfig::Streams::automatic);
    CHECK(with("spdy")->streams == ClusterConfig::Streams::spdy);
    CHECK(with("websocket")->streams == ClusterConfig::Streams::websocket);
    const auto wrong = with("quic");
    REQUIRE(!wrong);
    CHECK(wrong.error().message.find("quic") != std::string::npos);
}

TEST_CASE("what contradicts itself or does not exist is a config error") {
    const Home home;
    CHECK(home.resolve({.context = "dve"}).error().help.front() == "did you mean dev?");
    CHECK(home.resolve({.cluster = "nope"}).error().message == "the cluster `nope` does not exist");
    CHECK(home.resolve({.user = "nope"}).error().kind == ErrorKind::config);
    CHECK(home.resolve({.context = "both"}).error().message.find("contradict") != std::string::npos);
    CHECK(home.resolve({.context = "lost"}).error().message.find("no server") != std::string::npos);
    CHECK(home.resolve({.context = "half"}).error().message.find("needs its key") != std::string::npos);
    CHECK(home.resolve({.certificate_authority = "/does/not/exist"}).error().message.find("certificate authority") != std::string::npos);
}

TEST_CASE("without a kubeconfig it is the pod's service account, or a clear error") {
    const test::TemporaryFolder folder;
    const auto nothing = resolve_cluster({}, test::variables({{"HOME", folder.path()}}), folder.path("sa"));
    REQUIRE(!nothing);
    CHECK(nothing.error().kind == ErrorKind::config);
    folder.write("sa/token", "pod-token\n");
    folder.write("sa/ca.crt", "CA");
    folder.write("sa/namespace", "team\n");
    const auto pod = resolve_cluster({}, test::variables({{"HOME", folder.path()}, {"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "443"}}), folder.path("sa"));
    REQUIRE(pod);
    CHECK(pod->server == "https://[fd00::1]:443");
    CHECK(pod->namespace_name == "team");
    CHECK(pod->token_file == folder.path("sa/token"));
}
