// SPDX-License-Identifier: Apache-2.0
#include "app/port_forward.hpp"

#include "../support/temporary_folder.hpp"
#include "data/json.hpp"
#include "support/forward_kubelet.hpp"
#include "support/http_server.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

using namespace kdiag;
using namespace kdiag::test;

namespace {

/// Pods of an API server that change, and a kubelet that says in which of them a connection has ended.
class Cluster {
public:
    std::string url() const { return m_server.url(); }
    /// Puts a pod in the place of all; an empty name: none.
    void set_pod(const std::string& name, bool deleted = false) {
        const std::lock_guard lock(m_mutex);
        m_gone = name.empty() ? m_pod : "";
        m_pod = name;
        m_deleted = deleted;
        ++m_changes;
    }
    /// The same, and watches do not tell.
    void set_pod_silently(const std::string& name) {
        const std::lock_guard lock(m_mutex);
        m_pod = name;
    }
    Program program = echo;
    bool forbidden = false;
    std::atomic<bool> forgetful = false; ///< the kubelet has just started, and knows no pod yet

private:
    static std::string pod_json(const std::string& name, bool deleted) {
        return format(R"({{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"{0}","namespace":"shop","uid":"uid-{0}"{1},"labels":{{"app":"web"}}}},
            "spec":{{"nodeName":"n","containers":[{{"name":"app","ports":[{{"name":"http","containerPort":8080}}]}}]}},
            "status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"True"}}],"containerStatuses":[{{"name":"app","ready":true,"state":{{"running":{{}}}}}}]}}}})",
                      name, deleted ? R"(,"deletionTimestamp":"2026-01-01T00:00:00Z")" : "");
    }
    FakeReply answer(const FakeRequest& request) {
        const std::lock_guard lock(m_mutex);
        if (contains(request.path, "/portforward")) {
            if (forbidden) return {.status = 403, .body = R"({"kind":"Status","status":"Failure","reason":"Forbidden","message":"no"})"};
            if (forgetful) return {.status = 404, .body = R"({"kind":"Status","status":"Failure","reason":"NotFound","message":"pod does not exist"})"};
            return tunnel_reply(request, program);
        }
        if (request.path == "/api/v1/namespaces/shop/services/web")
            return {.body = R"({"kind":"Service","apiVersion":"v1","metadata":{"name":"web","namespace":"shop","uid":"s"},
                "spec":{"selector":{"app":"web"},"clusterIP":"10.0.0.1","ports":[{"name":"www","port":80,"targetPort":"http","protocol":"TCP"}]}})"};
        if (request.query.contains("watch")) return {.take_over = [this](Wire& wire) { serve_watch(wire); }};
        const auto items = m_pod.empty() ? "" : pod_json(m_pod, m_deleted);
        if (request.path == "/api/v1/namespaces/shop/pods") return {.body = format(R"({{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"7"}},"items":[{}]}})", items)};
        if (!m_pod.empty() && request.path == "/api/v1/namespaces/shop/pods/" + m_pod) return {.body = items};
        return {.status = 404, .body = R"({"kind":"Status","status":"Failure","reason":"NotFound","message":"not found","details":{"name":"x"}})"};
    }
    void serve_watch(Wire& wire) {
        wire.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
        int seen = changes();
        while (!wire.rest(Duration{20})) {
            if (seen == changes()) continue;
            const std::lock_guard lock(m_mutex);
            seen = m_changes;
            if (!m_gone.empty()) wire.write(format("{{\"type\":\"DELETED\",\"object\":{}}}\n", pod_json(m_gone, true)));
            if (!m_pod.empty()) wire.write(format("{{\"type\":\"MODIFIED\",\"object\":{}}}\n", pod_json(m_pod, m_deleted)));
        }
    }
    int changes() {
        const std::lock_guard lock(m_mutex);
        return m_changes;
    }

    std::mutex m_mutex;
    std::string m_pod = "web-1", m_gone;
    bool m_deleted = false;
    int m_changes = 0;
    HttpServer m_server{[this](const FakeRequest& request) { return answer(request); }};
};

/// `kdiag port-forward` in a thread of its own.
class Run {
public:
    Run(const Cluster& cluster, std::vector<std::string> words, std::vector<std::string> command = {}, app::Format output = app::Format::text) {
        m_kubeconfig = m_folder.write("config", format(R"({{"current-context":"t","clusters":[{{"name":"t","cluster":{{"server":"{}"}}}}],
            "contexts":[{{"name":"t","context":{{"cluster":"t","namespace":"shop"}}}}]}})", cluster.url()));
        options.words = std::move(words);
        options.command = std::move(command);
        options.output.format = output;
        options.addresses = {"127.0.0.1"};
        options.ready_file = m_folder.path("ready");
        options.pod_running_timeout = Duration::seconds(5);
    }
    ~Run() { stop(); }
    void begin() {
        m_thread = std::thread([this] {
            app::Environment environment{.out = m_out, .err = m_err, .variable = [this](std::string_view name) { return name == "KUBECONFIG" ? std::optional(m_kubeconfig) : std::nullopt; }};
            environment.interrupted = &m_interrupted;
            auto end = app::run_port_forward(options, environment);
            m_result.emplace(std::move(end));
            m_ended = true;
        });
    }
    /// The local ports, once they listen.
    std::vector<std::uint16_t> ports() {
        for (int i = 0; i < 500 && !m_ended; ++i) {
            std::ifstream file(options.ready_file);
            std::vector<std::uint16_t> found;
            for (std::string line; std::getline(file, line);) found.push_back(static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1))));
            if (!found.empty()) return found;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return {};
    }
    Result<ExitCode>& stop() {
        m_interrupted = true;
        return wait();
    }
    Result<ExitCode>& wait() {
        if (m_thread.joinable()) m_thread.join();
        return *m_result;
    }
    std::string out() { return wait(), m_out.str(); }
    std::string err() { return wait(), m_err.str(); }
    app::PortForwardOptions options;

private:
    TemporaryFolder m_folder;
    std::string m_kubeconfig;
    std::ostringstream m_out, m_err;
    std::atomic<bool> m_interrupted = false, m_ended = false;
    std::optional<Result<ExitCode>> m_result;
    std::thread m_thread;
};

/// A program on this machine.
class Client {
public:
    explicit Client(std::uint16_t port) : m_socket(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const timeval limit{.tv_sec = 20, .tv_usec = 0};
        setsockopt(m_socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        REQUIRE(connect(m_socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }
    ~Client() { close(m_socket); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    void say(std::string_view bytes) {
        for (std::size_t sent = 0; sent < bytes.size();) {
            const auto now = send(m_socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            broken = now < 0; // the kernel tells of a reset once, to whoever asks first
            if (now <= 0) return;
            sent += static_cast<std::size_t>(now);
        }
    }
    void end() { shutdown(m_socket, SHUT_WR); }
    /// So many bytes, or what there is before the end; `broken`: the end was none.
    std::string hear(std::size_t most) {
        std::string all;
        while (all.size() < most) {
            char buffer[65536];
            const auto got = recv(m_socket, buffer, std::min(sizeof buffer, most - all.size()), 0);
            broken = broken || got < 0;
            if (got <= 0) break;
            all.append(buffer, static_cast<std::size_t>(got));
        }
        return all;
    }
    bool broken = false;

private:
    int m_socket;
};

std::string words_of(const Error& error) {
    std::string words = error.message;
    for (const auto& note : error.notes) words += "\n" + note;
    for (const auto& help : error.help) words += "\n" + help;
    return words;
}

} // namespace

TEST_CASE("a pod's port here: bytes, ends, and the summary when interrupted") {
    Cluster cluster;
    Run run(cluster, {"web-1", ":8080"});
    run.begin();
    const auto ports = run.ports();
    REQUIRE(ports.size() == 1);
    {
        Client client(ports[0]);
        client.say("hello");
        CHECK(client.hear(5) == "hello");
        client.end();
        CHECK(client.hear(1).empty());
        CHECK(!client.broken);
    }
    const auto code = run.stop();
    REQUIRE(code);
    CHECK(*code == ExitCode::interrupted);
    CHECK(run.out() == format("127.0.0.1:{} -> Pod/web-1:8080   ready\n", ports[0]));
    CHECK(run.err() == "1 connection, 0 failed, 5 B in, 5 B out\n");
    CHECK(!std::ifstream(run.options.ready_file)); // gone with it
}

TEST_CASE("a Service's port, as JSON") {
    Cluster cluster;
    Run run(cluster, {"svc/web", "0:www"}, {}, app::Format::json);
    run.begin();
    const auto ports = run.ports();
    REQUIRE(ports.size() == 1);
    run.stop();
    const auto json = data::parse_json(run.out());
    REQUIRE(json);
    CHECK((*json)["kind"].as_string() == "PortForward");
    const auto& port = (*json)["ports"].as_array().at(0);
    CHECK(port["port"].as_integer() == ports[0]);
    CHECK(port["object"].as_string() == "Service/web");
    CHECK(port["pod"].as_string() == "web-1");
    CHECK(port["servicePort"].as_integer() == 80);
    CHECK(port["podPort"].as_integer() == 8080);
}

TEST_CASE("a command sees the ports, and its code is the result") {
    Cluster cluster;
    Run run(cluster, {"svc/web", ":80"}, {"sh", "-c", "test \"$KDIAG_PORT_80\" -gt 0 && test $KDIAG_PORT_80 = $KDIAG_PORT_WWW && exit 7"});
    run.begin();
    const auto code = run.wait();
    REQUIRE(code);
    CHECK(static_cast<int>(*code) == 7);
    CHECK(run.out().empty()); // standard output is the command's
    Run missing(cluster, {"svc/web", ":80"}, {"no-such-program-here"});
    missing.begin();
    REQUIRE(!missing.wait());
    CHECK(missing.wait().error().message.find("no-such-program-here") != std::string::npos);
}

TEST_CASE("many connections at once, each with its own bytes") {
    Cluster cluster;
    Run run(cluster, {"web-1", ":8080"});
    run.begin();
    const auto ports = run.ports();
    REQUIRE(ports.size() == 1);
    std::atomic<int> right = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 40; ++i)
        threads.emplace_back([&, i] {
            Client client(ports[0]);
            std::string text;
            for (int n = 0; n < 20'000; ++n) text += static_cast<char>('a' + (n * 7 + i) % 26);
            client.say(text);
            if (client.hear(text.size()) == text) ++right;
        });
    for (auto& thread : threads) thread.join();
    CHECK(right == 40);
    run.stop();
    CHECK(run.err() == "40 connections, 0 failed, 781.2 KiB in, 781.2 KiB out\n");
}

TEST_CASE("a pod that goes away is replaced, and a connection waits for the next one") {
    Cluster cluster;
    Run run(cluster, {"svc/web", ":80"});
    run.begin();
    const auto ports = run.ports();
    REQUIRE(ports.size() == 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(500)); // the watch stands
    cluster.set_pod("web-1", true);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    Client client(ports[0]);
    client.say("early");
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    cluster.set_pod("web-2");
    CHECK(client.hear(5) == "early");
    run.stop();
    CAPTURE(run.err());
    CHECK(run.err().find("pod web-1 is going away") != std::string::npos);
    CHECK(run.err().find("now using web-2, ") != std::string::npos);
    CHECK(run.err().find("1 connection, 0 failed") != std::string::npos);
}

TEST_CASE("a deleted pod that never says goodbye does not keep its connections") {
    Cluster cluster;
    cluster.program = [](std::string_view bytes, bool) { return Answer{.bytes = bytes.empty() ? "" : "part of"}; };
    Run run(cluster, {"web-1", ":8080"});
    run.begin();
    const auto ports = run.ports();
    REQUIRE(ports.size() == 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(500)); // the watch stands
    Client client(ports[0]);
    client.say("question");
    CHECK(client.hear(7) == "part of");
    cluster.set_pod("web-1", true);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    client.say("more"); // it still lives
    CHECK(client.hear(7) == "part of");
    cluster.set_pod("");
    CHECK(client.hear(1).empty());
    CHECK(client.broken); // not an end that looks like all there is
    run.stop();
    CAPTURE(run.err());
    CHECK(run.err().find("its pod is deleted, and nothing came from it any more") != std::string::npos);
    CHECK(run.err().find("1 connection, 1 failed") != std::string::npos);
}

TEST_CASE("a connection that fails ends alone, as broken, with one line") {
    Cluster cluster;
    cluster.program = [](std::string_view, bool) { return Answer{.refusal = "dial tcp4 127.0.0.1:8080: connect: connection refused"}; };
    Run run(cluster, {"web-1", ":8080"});
    run.begin();
    const auto ports = run.ports();
    REQUIRE(ports.size() == 1);
    for (int i = 0; i < 3; ++i) {
        Client client(ports[0]);
        client.say("x");
        CHECK(client.hear(1).empty());
        CHECK(client.broken);
    }
    CHECK(*run.stop() == ExitCode::interrupted);
    CHECK(run.err().find(format("connection to port {} failed: nothing listens on port 8080 in pod web-1", ports[0])) != std::string::npos);
    CHECK(run.err().find("3 connections, 3 failed") != std::string::npos);
    CHECK(split(run.err(), '\n').size() == 3); // one line for all of them, the summary, and nothing
}

TEST_CASE("a kubelet that does not know a pod for a moment does not make it gone, a deleted one is replaced though no watch tells") {
    Cluster cluster;
    cluster.program = [&](std::string_view bytes, bool fin) { return cluster.forgetful ? Answer{.refusal = "failed to find sandbox \"a\" in store: not found"} : echo(bytes, fin); };
    Run run(cluster, {"svc/web", ":80"});
    run.begin();
    const auto ports = run.ports();
    REQUIRE(ports.size() == 1);
    const auto works = [&] {
        Client client(ports[0]);
        client.say("hello");
        return client.hear(5) == "hello";
    };
    CHECK(works());
    cluster.forgetful = true;
    CHECK(!works()); // neither over what was upgraded before
    CHECK(!works());
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    cluster.forgetful = false;
    CHECK(works());
    cluster.set_pod_silently("web-2");
    cluster.forgetful = true;
    CHECK(!works());
    cluster.forgetful = false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    CHECK(works());
    run.stop();
    CAPTURE(run.err());
    CHECK(run.err().find("now using web-1") == std::string::npos);
    const std::string replaced = "pod web-1 is gone\n"; // after the second time only
    CHECK(run.err().find(replaced) != std::string::npos);
    CHECK(run.err().find(replaced) == run.err().rfind(replaced));
    CHECK(run.err().find("now using web-2") != std::string::npos);
}

TEST_CASE("a program here that ends its input still gets the answer") {
    Cluster cluster;
    std::string request;
    cluster.program = [&](std::string_view bytes, bool fin) {
        request += bytes;
        if (fin) return Answer{.bytes = "cut off", .fin = true}; // as runtimes do: nobody gets this in time
        if (request.empty()) return Answer{};
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        return Answer{.bytes = "the answer", .fin = true};
    };
    Run run(cluster, {"web-1", ":8080"});
    run.begin();
    const auto ports = run.ports();
    REQUIRE(ports.size() == 1);
    Client client(ports[0]);
    client.say("question");
    client.end();
    CHECK(client.hear(100) == "the answer");
    CHECK(!client.broken);
    run.stop();
}

TEST_CASE("what prevents it is an error before anything listens") {
    Cluster cluster;
    const auto error_of = [&](std::vector<std::string> words) {
        Run run(cluster, std::move(words));
        run.begin();
        auto& result = run.wait();
        REQUIRE(!result);
        return result.error();
    };
    CHECK(error_of({"web-9", "8080"}).kind == ErrorKind::not_found);
    CHECK(error_of({"svc/nope", "80"}).kind == ErrorKind::not_found);
    CHECK(error_of({"svc/web", "81"}).kind != ErrorKind::internal);
    CHECK(error_of({"web-1"}).kind == ErrorKind::usage);
    const int taken = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(bind(taken, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(taken, 1) == 0);
    getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size);
    CHECK(error_of({"web-1", format("{}:8080", ntohs(address.sin_port))}).message.find("another program has this port") != std::string::npos);
    close(taken);
    cluster.forbidden = true;
    const auto forbidden = error_of({"web-1", ":8080"});
    CHECK(forbidden.kind == ErrorKind::forbidden);
    CHECK(words_of(forbidden).find("pods/portforward") != std::string::npos);
}
