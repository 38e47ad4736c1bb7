// SPDX-License-Identifier: Apache-2.0
#include "../support/temporary_folder.hpp"
#include "config/exec_credential.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace kdiag;
using namespace kdiag::config;

namespace {

constexpr const char* k_v1 = "client.authentication.k8s.io/v1";

struct Plugin {
    explicit Plugin(const std::string& script) {
        plugin.command = folder.write("plugin", "#!/bin/sh\n" + script);
        std::filesystem::permissions(plugin.command, std::filesystem::perms::owner_all);
        plugin.api_version = k_v1;
        plugin.interactive_mode = "Never";
        plugin.install_hint = "install it from example.com";
    }
    Result<ExecCredential> run(Duration timeout = Duration::seconds(10)) { return run_exec_plugin(plugin, config, {.timeout = timeout}); }
    test::TemporaryFolder folder;
    ExecPlugin plugin;
    ClusterConfig config;
};

std::string answer(const std::string& status, const std::string& version = k_v1) {
    return "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" + version + "\",\"status\":" + status + "}'\n";
}

} // namespace

TEST_CASE("a plugin gives a token, a certificate and an end") {
    Plugin token(answer(R"({"token":"t","expirationTimestamp":"2099-01-01T00:00:00Z"})"));
    const auto credential = token.run();
    REQUIRE(credential);
    CHECK(credential->token.reveal() == "t");
    CHECK(to_rfc3339(credential->expires) == "2099-01-01T00:00:00Z");
    Plugin certificate(answer(R"({"clientCertificateData":"C","clientKeyData":"K"})"));
    CHECK(certificate.run()->client_key_pem.reveal() == "K");
}

TEST_CASE("it is told what is asked, with arguments and variables, and no shell in between") {
    Plugin plugin("printf '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"%s|%s|%s\"}}' \"$1\" \"$EXTRA\" \"$(echo \"$KUBERNETES_EXEC_INFO\" | tr -d '\"')\"\n");
    plugin.plugin.args = {"$(reboot) ; a b"};
    plugin.plugin.env = {{"EXTRA", "value"}};
    plugin.plugin.provide_cluster_info = true;
    plugin.config.server = "https://dev";
    const auto credential = plugin.run();
    REQUIRE(credential);
    CHECK(credential->token.reveal() == "$(reboot) ; a b|value|{kind:ExecCredential,apiVersion:client.authentication.k8s.io/v1,spec:{interactive:false,cluster:{server:https://dev,config:null}}}");
}

TEST_CASE("what a plugin does wrong is said, with how to install it") {
    struct Row {
        std::string script;
        const char* words;
    };
    for (const auto& row : {Row{"exit 3\n", "failed with exit code 3"}, Row{"echo rubbish\n", "not JSON"}, Row{"echo '{\"kind\":\"Pod\"}'\n", "no ExecCredential"},
                            Row{answer(R"({"token":"t"})", "client.authentication.k8s.io/v1beta1"), "answered in client.authentication.k8s.io/v1beta1"}, Row{answer("{}"), "neither a token nor a certificate"},
                            Row{answer(R"({"clientCertificateData":"C"})"), "without its key"}, Row{answer(R"({"token":"t","expirationTimestamp":"2020-01-01T00:00:00Z"})"), "expired"},
                            Row{"head -c 3000000 /dev/zero\n", "more than 1 MiB"}, Row{"kill -9 $$\n", "signal 9"}, Row{"", "not JSON"}}) {
        CAPTURE(row.words);
        Plugin plugin(row.script);
        const auto credential = plugin.run();
        REQUIRE(!credential);
        CHECK(credential.error().kind == ErrorKind::authentication);
        CHECK(credential.error().message.find(row.words) != std::string::npos);
        CHECK(credential.error().notes.front() == "install it from example.com");
    }
}

TEST_CASE("a plugin that hangs is stopped, one that is not there is named") {
    Plugin hanging("sleep 60\n");
    const Timestamp before = now_utc();
    CHECK(hanging.run(Duration{300}).error().message.find("no answer") != std::string::npos);
    Plugin silent(answer(R"({"token":"t"})") + "exec >&-\nsleep 60\n"); // it has said all and does not end
    CHECK(silent.run(Duration{300}).error().message.find("no answer") != std::string::npos);
    CHECK(now_utc() - before < Duration::seconds(10));
    Plugin absent("");
    absent.plugin.command = "kdiag-no-such-plugin";
    CHECK(absent.run().error().message.find("not installed") != std::string::npos);
}
