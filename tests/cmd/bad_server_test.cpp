// SPDX-License-Identifier: Apache-2.0
// Servers that fail, lie or never end, against the whole binary: exit code, words, time and memory.
#include "kdiag_process.hpp"

#include "support/certificates.hpp"
#include "support/golden.hpp"
#include "support/http_server.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <thread>

using namespace kdiag;
using namespace kdiag::test;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// A list, so that a kind seems to be read.
const std::string k_empty_list = R"({"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]})";

std::string status(int code, const std::string& reason, const std::string& message) {
    return R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":")" + message + R"(","reason":")" + reason + R"(","code":)" + std::to_string(code) + "}";
}

Ended diagnose(const HttpServer& server, const std::string& more = "") {
    return run_kdiag("diagnose -n shop --server " + server.url() + " --request-timeout 1s --timeout 2s " + more);
}

/// No object was read: there is nothing that may look like a verdict.
void check_refused(const Ended& ended, int code, std::string_view words) {
    CAPTURE(ended.out);
    CAPTURE(ended.err);
    CHECK(ended.code == code);
    CHECK(ended.out.empty());
    CHECK(ended.err.starts_with("error: "));
    CHECK(has(ended.err, words));
    CHECK(has(ended.err, "= help: "));
    CHECK(ended.seconds < 15);
    if (k_memory_is_measured) CHECK(ended.most_kib < 200 * 1024);
}

/// Waits until a server was asked for something.
void wait_for_request(const HttpServer& server) {
    for (int i = 0; i < 1000 && server.requests().empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    REQUIRE_FALSE(server.requests().empty());
}

} // namespace

TEST_CASE("what a server answers to every request decides the exit code") {
    struct Row {
        const char* name;
        FakeReply reply;
        int code;
        const char* words;
    };
    const Row rows[] = {
        {"401", {.status = 401, .body = status(401, "Unauthorized", "Unauthorized")}, 5, "does not know who you are"},
        {"403", {.status = 403, .body = status(403, "Forbidden", "it is forbidden")}, 6, "not allowed"},
        {"404", {.status = 404, .body = "404 page not found\n", .content_type = "text/plain"}, 7, "serves none of the kinds of Kubernetes"},
        {"410", {.status = 410, .body = status(410, "Expired", "too old resource version")}, 7, "too old"},
        {"429", {.status = 429, .body = "Too many requests\n", .content_type = "text/plain"}, 8, "too busy"},
        {"500", {.status = 500, .body = status(500, "InternalError", "etcdserver: no leader")}, 7, "no leader"},
        {"503", {.status = 503, .body = status(503, "ServiceUnavailable", "shutting down")}, 7, "shutting down"},
        {"web page", {.body = "<!DOCTYPE html><html>sign in</html>", .content_type = "text/html"}, 7, "a web page"},
        {"web page of a proxy", {.status = 502, .body = "<html>Bad Gateway</html>", .content_type = "text/html"}, 7, "a web page"},
        {"nothing", {.body = ""}, 7, "instead of a list"},
        {"no list", {.body = R"({"kind":"Pod","metadata":{"name":"a"}})"}, 7, "instead of a list"},
        {"items that are null", {.body = R"({"kind":"PodList","items":[null]})"}, 7, "no object"},
        {"nested", {.body = std::string(100'000, '[')}, 7, "instead of a list"},
        {"no HTTP", {.raw = "SSH-2.0-OpenSSH_9.2\r\n"}, 7, "does not speak HTTP"},
        {"cut off", {.body = k_empty_list, .cut_after = 30}, 7, "cut short or damaged"},
        {"reset", {.body = k_empty_list, .cut_after = 30, .end = FakeReply::End::reset}, 4, "the connection to"},
        {"too long a length", {.body = k_empty_list, .claimed_length = 100'000}, 7, "cut short or damaged"},
        {"too short a length", {.body = k_empty_list, .claimed_length = 40}, 7, "instead of a list"},
        {"an end within the JSON", {.body = k_empty_list.substr(0, 60)}, 7, "instead of a list"},
        {"blanks without end", {.body = std::string(65'536, ' '), .repeat = std::size_t{1} << 40}, 8, "--timeout"},
        {"lists without end", {.body = k_empty_list, .repeat = std::size_t{1} << 40}, 8, "--timeout"},
        {"a text without end", {.body = std::string(65'536, 'x'), .repeat = std::size_t{1} << 40}, 7, "instead of a list"},
        {"headers only", {.body = k_empty_list, .cut_after = 0, .end = FakeReply::End::stall}, 8, "time"},
        {"half a list", {.body = k_empty_list, .cut_after = 30, .end = FakeReply::End::stall}, 8, "time"},
        {"silence", {.delay = Duration::hours(1)}, 8, "sent nothing for 1s"},
    };
    for (const auto& row : rows) {
        CAPTURE(std::string(row.name));
        HttpServer server([&](const FakeRequest&) { return row.reply; });
        const auto ended = diagnose(server);
        check_refused(ended, row.code, row.words);
    }
}

TEST_CASE("a redirect is not followed, and no credentials go where it leads") {
    const TemporaryFolder folder;
    HttpServer other([](const FakeRequest&) { return FakeReply{.body = k_empty_list}; });
    for (const int code : {301, 302, 307, 308}) {
        HttpServer server([&](const FakeRequest&) { return FakeReply{.status = code, .headers = {{"Location", other.url() + "/api/v1/pods"}}}; },
                          ServerIdentity{.certificate = certificates().server.certificate, .key = certificates().server.key});
        const auto ended = diagnose(server, "--token s3cr3t-token --certificate-authority " + folder.write("ca.pem", certificates().ca));
        check_refused(ended, 7, "redirects to another place");
        CHECK(!has(ended.err, "s3cr3t-token"));
        REQUIRE_FALSE(server.requests().empty());
        CHECK(server.requests().front().header("authorization") == "Bearer s3cr3t-token");
    }
    CHECK(other.connections() == 0);
}

TEST_CASE("Ctrl-C and a termination end the waiting for a server that does not answer") {
    for (const auto& [number, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
        CAPTURE(number);
        HttpServer server([](const FakeRequest&) { return FakeReply{.body = k_empty_list, .cut_after = 20, .end = FakeReply::End::stall}; });
        KdiagProcess process("diagnose -n shop --request-timeout 60s --server " + server.url());
        wait_for_request(server);
        process.signal(number);
        const auto ended = process.wait();
        CAPTURE(ended.out);
        CAPTURE(ended.err);
        CHECK(ended.code == code);
        CHECK(!has(ended.out, "no problems found\n"));
        CHECK((!ended.err.empty() || has(ended.out, "interrupted")));
        CHECK(ended.seconds < 15);
    }
}

TEST_CASE("a second Ctrl-C ends at once") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.delay = Duration::hours(1)}; });
    KdiagProcess process("diagnose -n shop --request-timeout 60s --server " + server.url());
    wait_for_request(server);
    process.signal(SIGINT);
    process.signal(SIGINT);
    CHECK(process.wait().code == 130);
}
