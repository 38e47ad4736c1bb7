// SPDX-License-Identifier: Apache-2.0
#include "client_fixture.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace kdiag;
using namespace kdiag::test;

namespace {

/// A folder that goes away again.
struct Folder {
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "kdiag-client-XXXXXX").string();
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(path + "/" + name) << text;
        return path + "/" + name;
    }
    std::string path;
};

/// Lets in whoever brings a token.
HttpServer::Handler guarded_by(const std::string& token) {
    return [token](const FakeRequest& request) {
        if (request.header("authorization") == "Bearer " + token) return FakeReply{.body = "{}"};
        return status_reply(401, "Unauthorized", "Unauthorized");
    };
}

config::ExecPlugin plugin_of(const std::string& script) {
    return {.command = "/bin/sh", .args = {script}, .api_version = "client.authentication.k8s.io/v1", .interactive_mode = "Never"};
}

std::string credential(const std::string& status) {
    return R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":)" + status + "}";
}

} // namespace

TEST_CASE("a password is sent as Basic") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = "{}"}; }, server_identity());
    auto config = config_for(server);
    config.username = "ana";
    config.password = Secret("p:w");
    REQUIRE(client_for(config)->get_json({.path = "/x", .doing = "ask"}));
    CHECK(server.requests()[0].header("authorization") == "Basic YW5hOnA6dw==");
}

TEST_CASE("a token is never sent over http") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = "{}"}; });
    auto config = config_for(server);
    config.token = Secret("sesame");
    REQUIRE(client_for(config)->get_json({.path = "/x", .doing = "ask"}));
    CHECK(server.requests()[0].header("authorization").empty());
    HttpServer refusing([](const FakeRequest&) { return status_reply(401, "Unauthorized", "Unauthorized"); });
    config.server = refusing.url();
    const auto answer = client_for(config)->get_json({.path = "/x", .doing = "ask"});
    REQUIRE_FALSE(answer);
    CHECK(contains(words_of(answer.error()), "only sent over https"));
}

TEST_CASE("a redirect takes no token along") {
    HttpServer other([](const FakeRequest&) { return FakeReply{.body = "{}"}; }, server_identity());
    HttpServer server([&](const FakeRequest&) { return FakeReply{.status = 307, .headers = {{"Location", other.url() + "/x"}}}; }, server_identity());
    auto config = config_for(server);
    config.token = Secret("sesame");
    const auto answer = client_for(config)->get_json({.path = "/x", .doing = "ask"});
    REQUIRE_FALSE(answer);
    CHECK(other.connections() == 0);
}

TEST_CASE("a token file that was renewed is read again after a 401, once for all requests") {
    const Folder folder;
    const auto file = folder.write("token", "stale\n");
    HttpServer server([&](const FakeRequest& request) {
        folder.write("token", "fresh\n");
        return guarded_by("fresh")(request);
    }, server_identity());
    auto config = config_for(server);
    config.token_file = file;
    const auto answers = client_for(config)->get_all({{.path = "/a", .doing = "ask"}, {.path = "/b", .doing = "ask"}}, {});
    REQUIRE(answers);
    for (const auto& answer : *answers) CHECK(answer.status == 200);
    CHECK(server.requests().size() == 4);
}

TEST_CASE("a token that stays refused is not tried again") {
    const Folder folder;
    HttpServer server(guarded_by("fresh"), server_identity());
    auto config = config_for(server);
    config.token_file = folder.write("token", "stale");
    const auto answer = client_for(config)->get_json({.path = "/x", .doing = "ask"});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::authentication);
    CHECK(contains(words_of(answer.error()), "context test, user ana"));
    CHECK_FALSE(contains(words_of(answer.error()), "stale"));
    CHECK(server.requests().size() == 1);
}

TEST_CASE("a plugin runs once for many requests, and again after a 401") {
    const Folder folder;
    const auto script = folder.write("plugin.sh", "echo run >>" + folder.path + "/runs\nt=stale; [ $(wc -l <" + folder.path + "/runs) -gt 1 ] && t=fresh\ncat <<END\n" +
                                  credential(R"({"token":"$t"})") + "\nEND\n");
    HttpServer server(guarded_by("fresh"), server_identity());
    auto config = config_for(server);
    config.exec = plugin_of(script);
    auto client = client_for(config);
    std::vector<client::ApiRequest> requests(5, {.path = "/x", .doing = "ask"});
    const auto answers = client->get_all(requests, {});
    REQUIRE(answers);
    for (const auto& answer : *answers) CHECK(answer.status == 200);
    REQUIRE(client->get_json({.path = "/x", .doing = "ask"}));
    std::ifstream runs(folder.path + "/runs");
    CHECK(std::count(std::istreambuf_iterator<char>(runs), {}, '\n') == 2);
}

TEST_CASE("a plugin's client certificate is used") {
    const Folder folder;
    auto identity = server_identity();
    identity.client_ca = certificates().ca;
    HttpServer server([](const FakeRequest& request) { return FakeReply{.body = format(R"({{"client":"{}"}})", request.client)}; }, identity);
    const auto escaped = [](std::string text) {
        for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.replace(at, 1, "\\n");
        return text;
    };
    folder.write("answer", credential(format(R"({{"clientCertificateData":"{}","clientKeyData":"{}"}})", escaped(certificates().client.certificate), escaped(certificates().client.key))));
    auto config = config_for(server);
    config.exec = plugin_of(folder.write("plugin.sh", "cat " + folder.path + "/answer\n"));
    const auto answer = client_for(config)->get_json({.path = "/x", .doing = "ask"});
    REQUIRE(answer);
    CHECK((*answer)["client"].as_string() == "ana");
}

TEST_CASE("a plugin that fails is an authentication error, and nothing is requested") {
    const Folder folder;
    HttpServer server(guarded_by("x"), server_identity());
    auto config = config_for(server);
    config.exec = plugin_of(folder.write("plugin.sh", "exit 3\n"));
    const auto answer = client_for(config)->get_json({.path = "/x", .doing = "ask"});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::authentication);
    CHECK(server.requests().empty());
}
