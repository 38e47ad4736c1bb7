// SPDX-License-Identifier: Apache-2.0
// `kdiag port-forward` as a process: exit codes, standard streams, signals, addresses.
#include "fake_kubelet.hpp"
#include "kdiag_process.hpp"

#include "support/forward_kubelet.hpp"
#include "support/golden.hpp"
#include "support/temporary_folder.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

using namespace kdiag;
using namespace kdiag::test;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// Pods whose ports echo.
class EchoKubelet : public FakeKubelet {
public:
    /// `watched`: what is told of the pods, after half a second.
    explicit EchoKubelet(const std::string& watched = {})
        : FakeKubelet([](WebsocketPeer& peer, Wire&, const FakeRequest&) { finish(peer, 0); }, [watched](const FakeRequest& request) -> FakeReply {
              if (has(request.path, "/portforward")) return tunnel_reply(request, echo);
              if (request.query.contains("watch") && !watched.empty()) return {.body = watched, .chunked = true, .delay = Duration{500}};
              if (request.query.contains("watch"))
                  return {.raw = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n", .take_over = [](Wire& wire) { wire.rest(Duration::minutes(5)); }};
              return {.status = 0};
          }) {}
    std::string command(const std::string& rest) const { return "port-forward --server " + url() + " -n shop " + rest; }
};

/// What a file holds once it is there.
std::string wait_for(const std::string& path) {
    for (int i = 0; i < 2000 && (access(path.c_str(), F_OK) != 0 || read_file(path).empty()); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return access(path.c_str(), F_OK) == 0 ? read_file(path) : std::string();
}

bool machine_has_ipv6() {
    const int descriptor = socket(AF_INET6, SOCK_STREAM, 0);
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    const bool bound = descriptor >= 0 && bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    if (descriptor >= 0) close(descriptor);
    return bound;
}

/// `hello` there and back over an address of this machine.
bool echoes(int family, std::uint16_t port) {
    const int descriptor = socket(family, SOCK_STREAM, 0);
    const timeval limit{.tv_sec = 20, .tv_usec = 0};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in four{};
    sockaddr_in6 six{};
    four.sin_family = AF_INET;
    four.sin_port = six.sin6_port = htons(port);
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    six.sin6_family = AF_INET6;
    six.sin6_addr = in6addr_loopback;
    const bool connected = family == AF_INET ? connect(descriptor, reinterpret_cast<sockaddr*>(&four), sizeof four) == 0
                                             : connect(descriptor, reinterpret_cast<sockaddr*>(&six), sizeof six) == 0;
    char got[5] = {};
    const bool said = connected && send(descriptor, "hello", 5, MSG_NOSIGNAL) == 5;
    const bool heard = said && recv(descriptor, got, 5, MSG_WAITALL) == 5 && std::string_view(got, 5) == "hello";
    close(descriptor);
    return heard;
}

} // namespace

TEST_CASE("signals end it with their code, a last line, and no ready file left") {
    const EchoKubelet kubelet;
    for (const auto& [number, code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}}) {
        CAPTURE(number);
        const TemporaryFolder folder;
        const auto ready = folder.path("ready");
        KdiagProcess process(kubelet.command("web :8080 --ready-file " + ready + " <&-")); // standard input is not needed
        REQUIRE(!wait_for(ready).empty());
        process.signal(number);
        const auto ended = process.wait();
        CHECK(ended.code == code);
        CHECK(has(ended.out, " -> Pod/web:8080   ready\n"));
        CHECK(ended.err == "0 connections, 0 failed, 0 B in, 0 B out\n");
        CHECK(access(ready.c_str(), F_OK) != 0);
    }
}

TEST_CASE("a reader that goes after the first line does not end it; a full disk does, at once") {
    const EchoKubelet kubelet;
    const TemporaryFolder folder;
    const auto pipe = folder.path("pipe"), ready = folder.path("ready");
    REQUIRE(std::system(("mkfifo " + pipe + "; (head -1 <" + pipe + " >/dev/null) &").c_str()) == 0);
    KdiagProcess process(kubelet.command("web :8080 --ready-file " + ready + " >" + pipe));
    const auto line = wait_for(ready);
    REQUIRE(!line.empty());
    CHECK(echoes(AF_INET, static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)))));
    process.signal(SIGINT);
    CHECK(process.wait().code == 130);
    for (const auto* arguments : {"web :8080 >/dev/full", "web :8080 -o json >/dev/full"}) {
        CAPTURE(arguments);
        const auto ended = run_kdiag(kubelet.command(arguments));
        CHECK(ended.code == 3);
        CHECK(has(ended.err, "No space left on device"));
    }
    const auto ended = run_kdiag(kubelet.command("web :8080 --ready-file /dev/full/x -- sleep 100"));
    CHECK(ended.code == 203);
    CHECK(has(ended.err, "cannot write /dev/full/x"));
}

TEST_CASE("a command's end is the end, with its code; signals are the command's to answer") {
    const EchoKubelet kubelet;
    auto ended = run_kdiag(kubelet.command("web :8080 -- sh -c 'echo out; echo $KDIAG_PORT_8080 >&2; exit 7'"));
    CHECK(ended.code == 7);
    CHECK(ended.out == "out\n");
    CHECK(run_kdiag(kubelet.command("web :8080 -- sh -c 'exit 201'")).code == 255);
    CHECK(run_kdiag(kubelet.command("web :8080 -- sh -c 'kill -9 $$'")).code == 137);
    const TemporaryFolder folder;
    const auto begun = folder.path("begun");
    KdiagProcess process(kubelet.command("web :8080 -- sh -c 'trap \"exit 5\" TERM; echo yes >" + begun + "; while :; do sleep 0.1; done'"));
    REQUIRE(!wait_for(begun).empty());
    process.signal(SIGTERM);
    CHECK(process.wait().code == 5);
}

TEST_CASE("Ctrl-C is the command's, however often, and its ports stay open meanwhile") {
    const EchoKubelet kubelet;
    const TemporaryFolder folder;
    const auto port = folder.path("port"), ended = folder.path("ended");
    KdiagProcess process(kubelet.command("web :8080 -- sh -c 'echo $KDIAG_PORT_8080 >" + port + "; while ! test -e " + ended + "; do sleep 0.1; done; exit 6'"));
    const auto number = wait_for(port);
    REQUIRE(!number.empty());
    for (int times = 0; times < 3; ++times) {
        process.signal(SIGINT);
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        CHECK(echoes(AF_INET, static_cast<std::uint16_t>(std::stoi(number))));
    }
    REQUIRE(std::system(("touch " + ended).c_str()) == 0);
    const auto result = process.wait();
    CHECK(result.code == 6);
    CHECK(has(result.err, "3 connections, 0 failed"));
}

TEST_CASE("without another pod a command whose pod goes away is ended, and the code is not its own") {
    const EchoKubelet kubelet(R"({"type":"DELETED","object":)" + pod_json("web") + "}\n");
    const auto ended = run_kdiag(kubelet.command("web :8080 --no-reconnect -- sh -c 'trap \"echo told; exit 0\" TERM; while :; do sleep 0.1; done'"));
    CHECK(ended.code > 200);
    CHECK(ended.out == "told\n");
    CHECK(has(ended.err, "pod web is gone"));
}

TEST_CASE("mistakes are told with what was meant, above 200 beside a command") {
    const EchoKubelet kubelet;
    struct Row {
        const char* arguments;
        int code; ///< without a command
        const char* words;
    };
    for (const auto& row : {
             Row{"", 2, "no object is named"},
             Row{"web", 2, "no port of web is named"},
             Row{"web 8080:x:y", 2, "8080:x:y"},
             Row{"web :8080 --adress ::1", 2, "did you mean `--address`?"},
             Row{"web :8080 --redy-file x", 2, "did you mean `--ready-file`?"},
             Row{"web :8080 --address nonsense", 2, "`nonsense` is no IP address to listen on"},
             Row{"web :8080 --address 203.0.113.7", 9, "it is no address of this machine"},
             Row{"web :8080 -o yaml", 2, "port-forward prints text or json"},
             Row{"nobody :8080", 9, "no pod `nobody`"},
         }) {
        CAPTURE(row.arguments);
        auto ended = run_kdiag(kubelet.command(row.arguments));
        CHECK(ended.code == row.code);
        CHECK_MESSAGE(has(ended.err, row.words), ended.err);
        ended = run_kdiag(kubelet.command(std::string(row.arguments) + " -- true"));
        CHECK(ended.code == row.code + 200);
        CHECK_MESSAGE(has(ended.err, row.words), ended.err);
    }
}

TEST_CASE("localhost is both families, other addresses are listened on as they are, and open ones are warned of") {
    const EchoKubelet kubelet;
    const bool six = machine_has_ipv6();
    const auto listen = [&](const std::string& address, const std::function<void(const nlohmann::json&)>& check) {
        const TemporaryFolder folder;
        const auto out = folder.path("out");
        KdiagProcess process(kubelet.command("web :8080 -o json " + address + " >" + out));
        const auto line = wait_for(out);
        REQUIRE(!line.empty());
        check(nlohmann::json::parse(line)["ports"]);
        process.signal(SIGINT);
        return process.wait().err;
    };
    const auto of_localhost = listen("", [&](const nlohmann::json& ports) {
        REQUIRE(ports.size() == (six ? 2 : 1));
        const std::uint16_t port = ports[0]["port"];
        CHECK(ports[0]["address"] == "127.0.0.1");
        CHECK(echoes(AF_INET, port));
        if (!six) return;
        CHECK(ports[1]["address"] == "::1");
        CHECK(ports[1]["port"] == port);
        CHECK(echoes(AF_INET6, port));
    });
    CHECK_FALSE(has(of_localhost, "warning"));
    const auto of_all = listen("--address 0.0.0.0", [&](const nlohmann::json& ports) { CHECK(echoes(AF_INET, ports.at(0)["port"])); });
    CHECK(has(of_all, "warning: other machines can reach 0.0.0.0 and so the pod, without a credential"));
    if (!six) return;
    const auto of_six = listen("--address [::]", [&](const nlohmann::json& ports) {
        CHECK(echoes(AF_INET6, ports.at(0)["port"]));
        CHECK_FALSE(echoes(AF_INET, ports.at(0)["port"])); // only what was asked for
    });
    CHECK(has(of_six, "warning: other machines can reach :: and so the pod"));
}
