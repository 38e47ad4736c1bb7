// SPDX-License-Identifier: Apache-2.0
#include "logs_world.hpp"

#include "data/json.hpp"

#include <sys/wait.h>

#include <thread>

using namespace kdiag;
using namespace kdiag::test;

namespace {

const std::string k_two = R"({"name":"app"},{"name":"proxy"})";

std::string query_of(const LogsWorld& world) {
    std::string query;
    for (const auto& request : world.requests())
        if (request.path.ends_with("/log"))
            for (const auto& [name, value] : request.query) query += name + "=" + value + " ";
    return query;
}

} // namespace

TEST_CASE("the words after logs name pods, containers and workloads") {
    const auto shown = [](const std::vector<std::string>& words) {
        const auto targets = app::parse_log_targets(words);
        if (!targets) return std::string("error");
        std::string text;
        for (const auto& name : targets->names) text += format("{} ", join(name, "+"));
        return text + targets->container;
    };
    CHECK(shown({"web-1"}) == "web-1 ");
    CHECK(shown({"web-1", "app"}) == "web-1 app");
    CHECK(shown({"deploy/web", "app"}) == "deploy/web app");
    CHECK(shown({"deploy", "web"}) == "deploy+web ");
    CHECK(shown({"pods", "a", "b"}) == "pods+a pods+b ");
    CHECK(shown({"deploy/a", "svc/b", "pod/c"}) == "deploy/a svc/b pod/c ");
    CHECK(shown({"a", "b", "c"}) == "error");
    CHECK(shown({"deploy/a", "svc/b", "c"}) == "error");
}

TEST_CASE("the log of one container comes byte for byte, in two requests") {
    LogsWorld world;
    const std::string bytes = "one\r\n\x1b[31mred\xff\n\nno end";
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({})}).reply(k_pods + "/web-1/log", plain(bytes));
    CHECK(world.run({"web-1"}) == bytes);
    CHECK(world.outcome() == "0");
    CHECK(world.err.str().empty());
    CHECK(query_of(world) == "container=app ");
    CHECK(world.cluster.server().requests().size() == 2);
}

TEST_CASE("flags reach the kubelet as kubectl's do") {
    LogsWorld world;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({.containers = k_two})}).reply(k_pods + "/web-1/log", plain("2026-09-14T12:00:00Z x\n"));
    world.options.tail = 7;
    world.options.since = Duration{1500};
    world.options.limit_bytes = 99;
    world.options.previous = world.options.timestamps = world.options.insecure_backend = true;
    CHECK(world.run({"web-1", "proxy"}) == "2026-09-14T12:00:00Z x\n");
    CHECK(query_of(world) == "container=proxy insecureSkipTLSVerifyBackend=true limitBytes=99 previous=true sinceSeconds=2 tailLines=7 timestamps=true ");
}

TEST_CASE("a container that nobody chose is told, one that is not there is an error") {
    LogsWorld world;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({.containers = k_two})}).reply(k_pods + "/web-1/log", plain("x\n"));
    CHECK(world.run({"web-1"}) == "x\n");
    CHECK(world.err.str() == "Defaulted container \"app\" out of: app, proxy\n");
    world.options.container = "prxy";
    CHECK(world.run({"web-1"}).empty());
    CHECK(contains(world.outcome(), "pod `web-1` has no container `prxy`"));
    CHECK(contains(world.outcome(), "did you mean proxy?"));
}

TEST_CASE("lines of several containers are in order of time, and say where they are from") {
    LogsWorld world;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({.containers = k_two})});
    world.cluster.handle(k_pods + "/web-1/log", [](const FakeRequest& request) {
        if (request.query.at("container") == "app") return plain("2026-09-14T12:00:01Z a1\n2026-09-14T12:00:03.5Z a2\n2026-09-14T12:00:05Z a3");
        FakeReply slow = plain("2026-09-14T14:00:02+02:00 p1\n2026-09-14T12:00:04Z p2\n2026-09-14T12:00:06Z p3\n");
        slow.delay = Duration{300};
        return slow;
    });
    world.options.all_containers = true;
    CHECK(world.run({"web-1"}) == "[pod/web-1/app] a1\n[pod/web-1/proxy] p1\n[pod/web-1/app] a2\n[pod/web-1/proxy] p2\n[pod/web-1/app] a3\n[pod/web-1/proxy] p3\n");
    world.options.prefix = "never";
    CHECK(world.run({"web-1"}) == "a1\np1\na2\np2\na3\np3\n");
    world.options.merge = "never";
    CHECK(world.run({"web-1"}) == "a1\na2\na3\np1\np2\np3\n");
}

TEST_CASE("lines of 10 MB stay whole between others") {
    LogsWorld world;
    std::string text;
    while (text.size() < 10'000'000) text += "\xe4\xb8\xad" "abc";
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({.containers = k_two})});
    world.cluster.handle(k_pods + "/web-1/log", [&](const FakeRequest& request) {
        return request.query.at("container") == "app" ? plain("2026-09-14T12:00:01Z " + text + "\n2026-09-14T12:00:03Z a\n") : plain("2026-09-14T12:00:02Z p\n2026-09-14T12:00:04Z " + text + "\n");
    });
    world.options.all_containers = true;
    world.options.prefix = "never";
    const bool same = world.run({"web-1"}) == text + "\np\na\n" + text + "\n";
    CHECK(same);
}

TEST_CASE("filters choose lines, JSON says where each is from") {
    LogsWorld world;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({})}).reply(k_pods + "/web-1/log", plain("2026-09-14T12:00:01Z INFO a\n2026-09-14T12:00:02Z ERROR b\n2026-09-14T12:00:03Z ERROR /health\n"));
    world.options.include = {"ERROR"};
    world.options.exclude = {"health"};
    world.options.format = "json";
    const auto line = data::parse_json(world.run({"web-1"}));
    REQUIRE(line);
    CHECK((*line)["line"].as_string() == "ERROR b");
    CHECK((*line)["time"].as_string() == "2026-09-14T12:00:02Z");
    CHECK((*line)["pod"].as_string() == "web-1");
}

TEST_CASE("a pager gets what a terminal would with --color=always, others the bytes as they are") {
    LogsWorld world;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({})});
    world.cluster.reply(k_pods + "/web-1/log", plain("\x1b[31mred\x1b[2J one\n"));
    world.options.highlight = {"one"};
    CHECK(world.run({"web-1"}) == "\x1b[31mred\x1b[2J one\n");
    world.environment.variable = [](std::string_view name) { return name == "FORCE_COLOR" ? std::optional<std::string>("1") : std::nullopt; }; // as CI services set it
    CHECK(world.run({"web-1"}) == "\x1b[31mred\x1b[2J one\n");
    world.options.output.color = "always";
    CHECK(world.run({"web-1"}) == "\x1b[31mred^[[2J \x1b[7mone\x1b[27m\x1b[0m\n");
}

TEST_CASE("a selection reads all pods, and says when there are none") {
    LogsWorld world;
    world.cluster.list(k_pods, pod_json({.name = "web-1"}) + "," + pod_json({.name = "web-2"}) + "," + pod_json({.name = "db-0"}));
    for (const char* name : {"web-1", "web-2", "db-0"}) world.cluster.reply(k_pods + "/" + name + "/log", plain(format("2026-09-14T12:00:01Z {}\n", name)));
    world.options.match = "^web-";
    CHECK(world.run({}) == "[pod/web-1/app] web-1\n[pod/web-2/app] web-2\n");
    world.options.match = "^nothing";
    CHECK(world.run({}).empty());
    CHECK(world.outcome() == "0");
    CHECK(contains(world.err.str(), "No resources found in shop namespace."));
    world.options.match.clear();
    world.options.selector = "app in (web)";
    CHECK(contains(world.run({}), "db-0"));
    CHECK(world.cluster.server().requests().at(world.cluster.server().requests().size() - 4).query.at("labelSelector") == "app in (web)");
}

TEST_CASE("what stands between lines: how a container ended and when it restarts") {
    LogsWorld world;
    const std::string back_off = R"("waiting":{"reason":"CrashLoopBackOff","message":"back-off 5m0s restarting failed container=app"})";
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({.state = back_off, .restarts = 4, .last = k_killed})}).reply(k_pods + "/web-1/log", plain("heap\n"));
    world.environment.clock = [] { return *parse_rfc3339("2026-09-14T12:00:10Z"); };
    CHECK(world.run({"web-1"}) == "heap\n");
    CHECK(world.err.str() == "--- pod/web-1/app: container ended: OOMKilled, exit 137; restarts in 4m50s ---\n");
    world.environment.stdout_is_terminal = true;
    CHECK(world.run({"web-1"}) == "heap\n--- container ended: OOMKilled, exit 137; restarts in 4m50s ---\n");
    world.options.output.quiet = true;
    CHECK(world.run({"web-1"}) == "heap\n");
}

TEST_CASE("a container that cannot start is an error that says why, at once") {
    LogsWorld world;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({.phase = "Pending", .state = R"("waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling image"})"})});
    CHECK(world.run({"web-1"}).empty());
    CHECK(contains(world.outcome(), "container `app` of pod `web-1` has no log, it has not started\nwaiting: ImagePullBackOff: Back-off pulling image"));
    CHECK(world.err.str().empty()); // the error says it, once
    REQUIRE(!world.result);
    CHECK(world.result.error().kind == ErrorKind::not_found);
}

TEST_CASE("a container that is being created is waited for, and why is told") {
    LogsWorld world;
    const std::string creating = pod_json({.phase = "Pending", .state = R"("waiting":{"reason":"ContainerCreating"})"});
    world.cluster.reply(k_pods + "/web-1", {.body = creating}).reply(k_pods + "/web-1/log", plain("started\n"));
    world.cluster.reply(k_pods, endless(watch_event("ADDED", creating)));
    world.cluster.list("/api/v1/namespaces/shop/events", R"({"reason":"Pulling","type":"Normal","message":"Pulling image \"nginx:1\"","involvedObject":{"fieldPath":"spec.containers{app}"},"lastTimestamp":"2026-09-14T12:00:00Z"})");
    world.options.pod_running_timeout = Duration{700};
    CHECK(world.run({"web-1"}).empty());
    CHECK(contains(world.outcome(), "waiting: container is being created"));
    CHECK(world.result.error().kind == ErrorKind::timeout);

    world.cluster.reply(k_pods, endless(watch_event("ADDED", pod_json({})), Duration{300}));
    world.options.pod_running_timeout = Duration::seconds(20);
    CHECK(world.run({"web-1"}) == "started\n");
    CHECK(world.outcome() == "0");
    CHECK(contains(world.err.str(), "--- pod/web-1/app: waiting: pulling image nginx:1 ---\n"));
}

TEST_CASE("errors of the server and the kubelet keep their words and codes") {
    LogsWorld world;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({.containers = k_two})});
    world.options.container = "app";
    const auto outcome = [&](FakeReply reply) {
        world.cluster.reply(k_pods + "/web-1/log", std::move(reply));
        world.run({"web-1"});
        return std::pair(world.result ? ExitCode::ok : exit_code_of(world.result.error().kind), world.outcome());
    };
    auto [code, words] = outcome(refused(403, "pods is forbidden", "Forbidden"));
    CHECK(code == ExitCode::forbidden);
    CHECK(contains(words, "not allowed to read the log of container app in pod web-1"));
    std::tie(code, words) = outcome(refused(500, "Get https://10.0.0.1:10250/containerLogs: dial tcp: connection refused", "InternalError"));
    CHECK(code == ExitCode::bad_answer);
    CHECK(contains(words, "10250"));
    std::tie(code, words) = outcome({.body = "half a li", .content_type = "text/plain", .chunked = true, .cut_after = 9, .end = FakeReply::End::reset});
    CHECK(code == ExitCode::network);
    std::tie(code, words) = outcome({.status = 204, .body = ""});
    CHECK(code == ExitCode::ok);

    world.options.container.clear();
    world.options.all_containers = true;
    world.cluster.handle(k_pods + "/web-1/log", [](const FakeRequest& request) {
        return request.query.at("container") == "app" ? plain("2026-09-14T12:00:01Z a\n") : refused(400, "container \\\"proxy\\\" is not available");
    });
    CHECK(world.run({"web-1"}) == "[pod/web-1/app] a\n");
    CHECK(world.result);
    CHECK(*world.result == ExitCode::bad_answer);
    CHECK(contains(world.err.str(), "error: web-1/proxy: container \"proxy\" is not available\n"));
    world.options.ignore_errors = true;
    world.run({"web-1"});
    CHECK(world.outcome() == "0");
}

TEST_CASE("the kubelet's own words behind the lines are an error, and an application's are not") {
    LogsWorld world;
    const std::string gone = "failed to open log file \"/var/log/pods/shop_web-1_u/app/0.log\": open: no such file or directory";
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({})}).reply(k_pods + "/web-1/log", plain("a\n" + gone));
    CHECK(world.run({"web-1"}) == "a\n");
    REQUIRE(!world.result);
    CHECK(world.result.error().kind == ErrorKind::server);
    CHECK(contains(world.outcome(), gone));
    world.options.include = {"a"};
    CHECK(world.run({"web-1"}) == "a\n");
    CHECK(!world.result);
    world.options.include.clear();
    for (const char* text : {"failed to open log file \"x.log\"", "failed to open log file \"/var/log/pods/x\"\nand goes on", "failed to open log file \"/var/log/pods/x\"\n", "so: failed to open log file \"/var/log/pods/x\""}) {
        world.cluster.reply(k_pods + "/web-1/log", plain(text));
        CHECK(world.run({"web-1"}) == text);
        CHECK(world.outcome() == "0");
    }
}

TEST_CASE("wrong flags are usage errors before anything is asked") {
    const auto usage = [](auto change) {
        LogsWorld world;
        change(world.options);
        world.options.connect.overrides.kubeconfig = "/nonexistent";
        const auto result = app::run_logs(world.options, world.environment);
        return !result && result.error().kind == ErrorKind::usage;
    };
    CHECK(usage([](auto&) {}));
    CHECK(usage([](auto& o) { o.targets = {"a"}, o.selector = "b"; }));
    CHECK(usage([](auto& o) { o.targets = {"a"}, o.tail = -2; }));
    CHECK(usage([](auto& o) { o.targets = {"a"}, o.limit_bytes = -1; }));
    CHECK(usage([](auto& o) { o.targets = {"a"}, o.prefix = "x"; }));
    CHECK(usage([](auto& o) { o.targets = {"a"}, o.container = "c", o.all_containers = true; }));
    CHECK(usage([](auto& o) { o.targets = {"a"}, o.since = Duration::seconds(1), o.since_time = Timestamp{1}; }));
}

TEST_CASE("a reader that has seen enough is no failure, a full disk is one") {
    LogsWorld world;
    FakeReply much = plain(std::string(10'000, 'x') + "\n");
    much.repeat = 1000;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({})}).reply(k_pods + "/web-1/log", much);
    world.options.targets = {"web-1"};
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    close(ends[0]);
    world.run_into(ends[1]);
    close(ends[1]);
    CHECK(world.outcome() == "0");
    const int full = open("/dev/full", O_WRONLY);
    world.run_into(full);
    close(full);
    CHECK(world.outcome() == "cannot write the output: No space left on device");
}

TEST_CASE("a slow reader stops the server, with a filter and without, and gets everything in the end") {
    for (const bool filtered : {false, true}) {
        LogsWorld world;
        std::atomic<std::size_t> sent = 0;
        FakeReply much = plain("2026-09-14T12:00:01Z " + std::string(10'000, 'x') + "\n");
        much.repeat = 8000; // 80 MB
        much.on_sent = [&](std::size_t bytes) { sent = bytes; };
        world.cluster.reply(k_pods + "/web-1", {.body = pod_json({})}).reply(k_pods + "/web-1/log", much);
        world.options.targets = {"web-1"};
        if (filtered) world.options.include = {"x"};
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        std::size_t before = 0, total = 0;
        std::thread reader([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(1500));
            before = sent;
            std::vector<char> buffer(1 << 20);
            for (ssize_t got = 0; (got = read(ends[0], buffer.data(), buffer.size())) > 0;) total += static_cast<std::size_t>(got);
        });
        world.run_into(ends[1]);
        close(ends[1]);
        reader.join();
        close(ends[0]);
        CHECK(world.outcome() == "0");
        CHECK(before < 16'000'000); // sockets hold some of it
        CHECK(total == 8000 * much.body.size());
    }
}
