// SPDX-License-Identifier: Apache-2.0
#include "probe/tool_output.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::probe;
using At = ToolProblem::At;

TEST_CASE("answers as curl --include prints them") {
    const auto head = parse_http("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /x\r\nX: y\r\n\r\nbody\n\nmore");
    CHECK(head.status == 302);
    CHECK(head.header("location") == "/x");
    CHECK(head.body == "body\n\nmore");
    CHECK(parse_http("HTTP/2 204\r\n\r\n").status == 204);
    CHECK(parse_http("HTTP/1.1 200 OK").status == 200);
    for (const auto* text : {"", "hello", "HTTP/1.1", "HTTP/1.1 abc", "HTTP/1.1 1", "SSH-2.0-OpenSSH_9.2\r\n"}) CHECK(parse_http(text).status == 0);
}

TEST_CASE("what wget -S says, of BusyBox and GNU") {
    const auto busybox = parse_wget("Connecting to 10.0.0.7:8080 (10.0.0.7:8080)\n  HTTP/1.1 302 Found\n  Location: /next\n  HTTP/1.1 200 OK\n  Length: 3\nwriting to stdout\n");
    CHECK(busybox.status == 302);
    CHECK(busybox.header("location") == "/next");
    CHECK(busybox.header("length").empty());
    CHECK(parse_wget("Connecting to 10.0.0.7:8080 (10.0.0.7:8080)\n  HTTP/1.1 404 Not Found\nwget: server returned error: HTTP/1.1 404 Not Found\n").status == 404);
    CHECK(parse_wget("wget: server returned error: HTTP/1.1 503 Service Unavailable\n").status == 503);
    CHECK(parse_wget("--2026-09-14--  http://x/\nConnecting to x:80... connected.\nHTTP request sent, awaiting response... \n  HTTP/1.0 200 OK\n  Server: y\nLength: 3\n").status == 200);
    CHECK(parse_wget("wget: can't connect to remote host (10.0.0.7): Connection refused\n").status == 0);
}

TEST_CASE("what nc, wget, bash and curl say when they fail") {
    const auto problem = [](std::string err, int code = 1) { return connection_problem({.code = code, .out = {}, .err = std::move(err)}); };
    CHECK(problem("nc: can't connect to remote host (10.0.0.7): Connection refused").at == At::connection);
    CHECK(problem("nc: can't connect to remote host (10.0.0.7): Connection refused").text == "connection refused");
    CHECK(problem("nc: connect to 10.0.0.7 port 80 (tcp) failed: Connection refused").at == At::connection);
    CHECK(problem("bash: connect: Connection refused\nbash: line 1: /dev/tcp/10.0.0.7/80: Connection refused").at == At::connection);
    CHECK(problem("nc: timed out").at == At::time);
    CHECK(problem("nc: can't connect to remote host (10.96.0.1): Connection timed out").at == At::time);
    CHECK(problem("nc: bad address 'web'").at == At::name);
    CHECK(problem("wget: error getting response: Connection reset by peer").at == At::answer);
    CHECK(problem("nc: can't connect to remote host (10.255.255.1): Network is unreachable").text == "the network is unreachable");
    CHECK(problem("").text == "exit code 1, without a word");
    CHECK(problem("odd", 3).text == "odd");
    CHECK(problem("", 0).at == At::none);
    CHECK(refuses_option({.code = 1, .out = {}, .err = "nc: invalid option -- 'z'\nBusyBox v1.35"}));
    CHECK(!refuses_option({.code = 0, .out = {}, .err = "nc: invalid option"}));
    const auto curl = [](int code, std::string err) { return curl_problem({.code = code, .out = {}, .err = std::move(err)}); };
    CHECK(curl(6, "curl: (6) Could not resolve host: web").at == At::name);
    CHECK(curl(6, "curl: (6) Could not resolve host: web").text == "the name does not resolve: Could not resolve host: web");
    CHECK(curl(7, "curl: (7) Failed to connect to 10.0.0.7 port 80: Connection refused").text == "connection refused");
    CHECK(curl(28, "").at == At::time);
    CHECK(curl(35, "curl: (35) wrong version number").at == At::tls);
    CHECK(curl(2, "curl: option --x: is unknown").at == At::tool);
    CHECK(curl(0, "").at == At::none);
}

TEST_CASE("addresses as getent and nslookup print them") {
    const auto getent = parse_getent({.code = 0, .out = "10.96.4.12      STREAM web.shop.svc\n10.96.4.12      DGRAM\nfd00::1         STREAM\n", .err = {}});
    CHECK(getent.addresses == std::vector<std::string>{"10.96.4.12", "fd00::1"});
    CHECK(parse_getent({.code = 2, .out = {}, .err = {}}).problem == "the name does not resolve");
    const auto busybox = parse_nslookup({.code = 0, .out = "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\nName:\tkubernetes.default.svc.cluster.local\nAddress: 10.96.0.1\n\n", .err = {}});
    CHECK(busybox.addresses == std::vector<std::string>{"10.96.0.1"});
    CHECK(busybox.server == "10.96.0.10");
    const auto old = parse_nslookup({.code = 0, .out = "Server:    10.96.0.10\nAddress 1: 10.96.0.10 kube-dns.kube-system\n\nName:      web\nAddress 1: 10.96.4.12 web.shop\nAddress 2: fd00::1\n", .err = {}});
    CHECK(old.addresses == std::vector<std::string>{"10.96.4.12", "fd00::1"});
    CHECK(parse_nslookup({.code = 1, .out = "** server can't find nope: NXDOMAIN\n", .err = {}}).problem == "no such name (NXDOMAIN)");
    CHECK(contains(parse_nslookup({.code = 1, .out = "** server can't find nope: SERVFAIL\n", .err = {}}).problem, "SERVFAIL"));
    CHECK(contains(parse_nslookup({.code = 1, .out = ";; connection timed out; no servers could be reached\n", .err = {}}).problem, "did not answer"));
    CHECK(parse_nslookup({.code = 0, .out = "Server: x\nAddress: 1.2.3.4\n", .err = {}}).problem == "the name has no address");
}
