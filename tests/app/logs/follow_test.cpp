// SPDX-License-Identifier: Apache-2.0
#include "logs_world.hpp"

#include <csignal>
#include <thread>

using namespace kdiag;
using namespace kdiag::test;

namespace {

/// The pod at the beginning, its last state some time later, and how the log answers to the first, second, ... request.
struct Followed {
    LogsWorld world;
    std::atomic<int> asked = 0;

    Followed(const PodShape& first, std::vector<FakeReply> logs, const std::vector<std::pair<Duration, PodShape>>& later) {
        world.options.follow = true;
        world.cluster.reply(k_pods + "/web-1", {.body = pod_json(first)});
        world.cluster.handle(k_pods + "/web-1/log", [this, logs](const FakeRequest& request) {
            if (request.query.contains("previous")) return refused(400, "previous terminated container not found");
            const auto turn = static_cast<std::size_t>(asked++);
            return turn < logs.size() ? logs[turn] : plain("");
        });
        world.cluster.handle(k_pods, [first, later, told = std::make_shared<std::atomic<std::size_t>>(0)](const FakeRequest& request) {
            if (!request.query.contains("watch")) return FakeReply{.body = FakeCluster::list_of(pod_json(first))};
            const auto turn = told->fetch_add(1);
            if (turn >= later.size()) return endless(watch_event("BOOKMARK", R"({"metadata":{"resourceVersion":"9"}})"));
            // The server ends each watch after its event, as it may.
            FakeReply reply = plain(watch_event("MODIFIED", pod_json(later[turn].second)));
            reply.delay = later[turn].first;
            return reply;
        });
    }
};

const PodShape k_running{};
const PodShape k_over{.phase = "Succeeded", .state = k_ended_well, .restart_policy = "Never"};

/// A reset throws away what the client has not read yet: a test of what was shown before the break needs End::close.
FakeReply lost(const std::string& body, FakeReply::End end = FakeReply::End::reset) {
    return {.body = body, .content_type = "text/plain", .chunked = true, .cut_after = body.size(), .end = end};
}

} // namespace

TEST_CASE("a pod that ends for good ends what follows it") {
    Followed followed(k_running, {plain("2026-09-14T12:00:01Z a\n2026-09-14T12:00:02Z b")}, {{Duration{300}, k_over}});
    CHECK(followed.world.run({"web-1"}) == "a\nb");
    CHECK(followed.world.outcome() == "0");
    CHECK(followed.asked == 1);
}

TEST_CASE("a connection that is lost in the middle of a line goes on where it broke") {
    Followed followed(k_running,
                      {lost("2026-09-14T12:00:01.1Z a\n2026-09-14T12:00:02.5Z b\n2026-09-14T12:00:02.5Z b\n2026-09-14T12:00:03Z half"),
                       plain("2026-09-14T12:00:02.5Z b\n2026-09-14T12:00:02.5Z b\n2026-09-14T12:00:03Z half a line\n2026-09-14T12:00:04Z d\n")},
                      {{Duration{1500}, k_over}});
    CHECK(followed.world.run({"web-1"}) == "a\nb\nb\nhalf a line\nd\n");
    CHECK(followed.world.outcome() == "0");
    CHECK(contains(followed.world.err.str(), "connection lost"));
    CHECK(contains(followed.world.err.str(), "connected again"));
    std::string since;
    for (const auto& request : followed.world.requests())
        if (request.path.ends_with("/log") && request.query.contains("sinceTime")) since = request.query.at("sinceTime");
    CHECK(since == "2026-09-14T12:00:01Z");
}

TEST_CASE("a long line that was shown in part goes on where it broke, byte for byte") {
    const std::string text(300'000, 'x');
    Followed followed(k_running, {lost("2026-09-14T12:00:01Z " + text.substr(0, 200'000), FakeReply::End::close), plain("2026-09-14T12:00:01Z " + text + "y\n")}, {{Duration{1500}, k_over}});
    const bool same = followed.world.run({"web-1"}) == text + "y\n";
    CHECK(same);
}

TEST_CASE("a line whose rest never comes is ended before the next") {
    const std::string text(300'000, 'x');
    Followed followed(k_running, {lost("2026-09-14T12:00:01Z " + text, FakeReply::End::close), plain("2026-09-14T12:00:09Z next\n")}, {{Duration{1500}, k_over}});
    const auto out = followed.world.run({"web-1"});
    CHECK(out.ends_with("x\nnext\n"));
    CHECK(contains(followed.world.err.str(), "lines are missing here"));
}

TEST_CASE("restarts are followed without a line lost or repeated, and told") {
    const PodShape back_off{.state = R"("waiting":{"reason":"CrashLoopBackOff","message":"back-off 10s restarting failed container=app"})", .last = k_killed};
    const PodShape again{.restarts = 1, .last = k_killed};
    // The second request comes while the kubelet still gives the old instance's log.
    Followed followed(k_running,
                      {plain("2026-09-14T12:00:01Z a\n2026-09-14T12:00:02Z b\n"), plain("2026-09-14T12:00:02Z b\n2026-09-14T12:00:09Z c\n"), plain("2026-09-14T12:00:09Z c\n2026-09-14T12:00:09Z c\n")},
                      {{Duration{200}, {.state = k_killed}}, {Duration{200}, back_off}, {Duration{200}, again}, {Duration{2500}, k_over}});
    CHECK(followed.world.run({"web-1"}) == "a\nb\nc\nc\n");
    const auto told = followed.world.err.str();
    CHECK(contains(told, "--- pod/web-1/app: container ended: OOMKilled, exit 137"));
    CHECK(contains(told, "--- pod/web-1/app: container started again, restart 1 ---"));
}

TEST_CASE("after an end that the kubelet told no line is called missing, though none comes again") {
    const PodShape again{.restarts = 1, .last = k_killed};
    Followed followed(k_running, {plain("2026-09-14T12:00:01Z a\n"), plain("2026-09-14T12:00:09Z b\n")}, {{Duration{200}, again}, {Duration{2500}, k_over}});
    CHECK(followed.world.run({"web-1"}) == "a\nb\n");
    CHECK(!contains(followed.world.err.str(), "missing"));
}

TEST_CASE("an instance that came and went between two looks is read too") {
    Followed followed(k_running, {plain("2026-09-14T12:00:01Z a\n"), plain("2026-09-14T12:00:09Z c\n")}, {{Duration{200}, {.restarts = 2, .last = k_killed}}, {Duration{2500}, k_over}});
    followed.world.cluster.handle(k_pods + "/web-1/log", [asked = 0](const FakeRequest& request) mutable {
        if (request.query.contains("previous")) return plain("2026-09-14T12:00:05Z b\n");
        return plain(asked++ == 0 ? "2026-09-14T12:00:01Z a\n" : "2026-09-14T12:00:09Z c\n");
    });
    CHECK(followed.world.run({"web-1"}) == "a\nb\nc\n");
}

TEST_CASE("a container that has not started yet is followed when it has") {
    const PodShape creating{.phase = "Pending", .state = R"("waiting":{"reason":"PodInitializing"})"};
    Followed followed(creating, {refused(400, "container \\\"app\\\" in pod \\\"web-1\\\" is waiting to start: PodInitializing"), plain("2026-09-14T12:00:01Z a\n")},
                      {{Duration{200}, k_running}, {Duration{3000}, k_over}});
    CHECK(followed.world.run({"web-1"}) == "a\n");
    CHECK(contains(followed.world.err.str(), "waiting: init containers run first"));
    CHECK(!contains(followed.world.err.str(), "connection lost"));
    // A pod that the kubelet has only just heard of.
    Followed early({.phase = "Pending", .state = ""}, {refused(400, "container \\\"app\\\" in pod \\\"web-1\\\" is not available"), plain("2026-09-14T12:00:01Z a\n")}, {{Duration{200}, k_running}, {Duration{3000}, k_over}});
    CHECK(early.world.run({"web-1"}) == "a\n");
    CHECK(!contains(early.world.err.str(), "connect"));
}

TEST_CASE("new pods are followed from their first line, and deleted ones are let go") {
    LogsWorld world;
    world.options.follow = true;
    world.options.selector = "app=web";
    world.options.tail = 1;
    const auto second = pod_json({.name = "web-2"}), gone = pod_json({.name = "web-1"});
    world.cluster.handle(k_pods, [&](const FakeRequest& request) {
        if (!request.query.contains("watch")) return FakeReply{.body = FakeCluster::list_of(pod_json({.name = "web-1"}))};
        if (request.query.at("resourceVersion") == "1") {
            FakeReply reply = plain(watch_event("ADDED", second) + watch_event("DELETED", gone));
            reply.delay = Duration{300};
            return reply;
        }
        FakeReply reply = plain(watch_event("MODIFIED", pod_json({.name = "web-2", .phase = "Succeeded", .state = k_ended_well})));
        reply.delay = Duration{1000};
        return reply;
    });
    world.cluster.reply(k_pods + "/web-1/log", plain("2026-09-14T12:00:01Z a\n"));
    world.cluster.reply(k_pods + "/web-2/log", plain("2026-09-14T12:00:02Z b\n"));
    CHECK(world.run({}) == "[pod/web-1/app] a\n[pod/web-2/app] b\n");
    CHECK(world.outcome() == "0");
    for (const auto& request : world.requests())
        if (request.path == k_pods + "/web-2/log") CHECK(!request.query.contains("tailLines"));
}

/// A pod that has failed and another that comes in its place, both of a Job, which is over once it was asked for this often, or of a ReplicaSet.
struct Controlled {
    LogsWorld world;
    std::atomic<int> asked_for_job = 0;

    Controlled(const std::string& kind, int over_after) {
        world.options.follow = true;
        const auto owned = [kind](const PodShape& shape) {
            auto json = pod_json(shape);
            return json.insert(json.find(R"("resourceVersion")"), format(R"("ownerReferences":[{{"kind":"{}","name":"import","uid":"u","controller":true}}],)", kind));
        };
        world.cluster.handle(k_pods, [owned, told = std::make_shared<std::atomic<bool>>(false)](const FakeRequest& request) {
            if (!request.query.contains("watch")) return FakeReply{.body = FakeCluster::list_of(owned({.phase = "Failed", .state = k_killed, .restart_policy = "Never"}))};
            if (told->exchange(true)) return endless(watch_event("BOOKMARK", R"({"metadata":{"resourceVersion":"9"}})"));
            FakeReply reply = plain(watch_event("ADDED", owned({.name = "web-2", .phase = "Succeeded", .state = k_ended_well, .restart_policy = "Never"})));
            reply.delay = Duration{1500};
            return reply;
        });
        world.cluster.reply(k_pods + "/web-1/log", plain("2026-09-14T12:00:01Z a\n"));
        world.cluster.reply(k_pods + "/web-2/log", plain("2026-09-14T12:00:02Z b\n"));
        world.cluster.handle("/apis/batch/v1/namespaces/shop/jobs/import", [this, over_after](const FakeRequest&) {
            const bool over = ++asked_for_job > over_after;
            return FakeReply{.body = format(R"({{"metadata":{{"name":"import","uid":"u"}},"spec":{{"selector":{{"matchLabels":{{"job":"import"}}}}}},"status":{{{}}}}})",
                                            over ? R"("conditions":[{"type":"Complete","status":"True"}])" : "")};
        });
    }
};

TEST_CASE("a Job that tries again is followed to its end, by name and by a selector") {
    Controlled named("Job", 2); // the first time to find its pods
    CHECK(named.world.run({"job/import"}) == "[pod/web-1/app] a\n[pod/web-2/app] b\n");
    CHECK(named.world.outcome() == "0");
    Controlled selected("Job", 1);
    selected.world.options.selector = "job=import";
    CHECK(selected.world.run({}) == "[pod/web-1/app] a\n[pod/web-2/app] b\n");
    CHECK(selected.world.outcome() == "0");
    Controlled unreadable("Job", 0);
    unreadable.world.cluster.handle("/apis/batch/v1/namespaces/shop/jobs/import", [](const FakeRequest&) { return FakeCluster::forbidden("get"); });
    unreadable.world.options.selector = "job=import";
    CHECK(unreadable.world.run({}) == "[pod/web-1/app] a\n");
    CHECK(unreadable.world.outcome() == "0");
}

TEST_CASE("a selection whose pods are replaced goes on until an interrupt, or to the first end with --until-exit") {
    Controlled endless("ReplicaSet", 0);
    endless.world.options.selector = "app=web";
    std::thread stop([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(3500));
        endless.world.interrupted = true;
    });
    CHECK(endless.world.run({}) == "[pod/web-1/app] a\n[pod/web-2/app] b\n");
    stop.join();
    CHECK(endless.world.outcome() == "130");
    Controlled once("ReplicaSet", 0);
    once.world.options.selector = "app=web";
    once.world.options.until_exit = true;
    CHECK(once.world.run({}) == "[pod/web-1/app] a\n");
    CHECK(once.world.outcome() == "0");
    CHECK(once.asked_for_job == 0);
}

TEST_CASE("an interrupt ends following with its code and what was read") {
    Followed followed(k_running, {endless("2026-09-14T12:00:01Z a\n")}, {});
    std::thread stop([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(700));
        followed.world.interrupted = true;
        kill(getpid(), SIGINT);
    });
    const auto ignored = std::signal(SIGINT, [](int) {});
    CHECK(followed.world.run({"web-1"}) == "a\n");
    stop.join();
    std::signal(SIGINT, ignored);
    CHECK(followed.world.outcome() == "130");
}

TEST_CASE("what may not be watched is asked for again and again") {
    Followed followed(k_running, {plain("2026-09-14T12:00:01Z a\n")}, {});
    std::atomic<int> gets = 0;
    followed.world.cluster.handle(k_pods, [](const FakeRequest&) { return FakeCluster::forbidden("watch"); });
    followed.world.cluster.handle(k_pods + "/web-1", [&](const FakeRequest&) { return FakeReply{.body = pod_json(++gets < 3 ? k_running : k_over)}; });
    CHECK(followed.world.run({"web-1"}) == "a\n");
    CHECK(followed.world.outcome() == "0");
}

TEST_CASE("a pod that is deleted while it is followed ends it, and is told") {
    LogsWorld world;
    world.options.follow = true;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({})});
    world.cluster.reply(k_pods + "/web-1/log", plain("2026-09-14T12:00:01Z a\n"));
    world.cluster.handle(k_pods, [](const FakeRequest&) {
        FakeReply reply = plain(watch_event("DELETED", pod_json({})));
        reply.delay = Duration{300};
        return reply;
    });
    CHECK(world.run({"web-1"}) == "a\n");
    CHECK(world.outcome() == "0");
    CHECK(contains(world.err.str(), "pod is gone"));
}

TEST_CASE("a selection without pods waits for one, and says so") {
    LogsWorld world;
    world.options.follow = true;
    world.options.selector = "app=web";
    world.cluster.handle(k_pods, [](const FakeRequest& request) {
        if (!request.query.contains("watch")) return FakeReply{.body = FakeCluster::list_of("")};
        FakeReply reply = plain(watch_event("ADDED", pod_json({.phase = "Succeeded", .state = k_ended_well, .restart_policy = "Never"})));
        reply.delay = Duration{300};
        return reply;
    });
    world.cluster.reply(k_pods + "/web-1/log", plain("2026-09-14T12:00:01Z a\n"));
    CHECK(world.run({}) == "[pod/web-1/app] a\n");
    CHECK(world.outcome() == "0");
    CHECK(contains(world.err.str(), "waiting: there is no such pod in namespace shop yet\n"));
}

TEST_CASE("a pod whose containers end before it is gone is told to the end") {
    LogsWorld world;
    world.options.follow = true;
    world.options.selector = "app=web";
    auto leaves = pod_json({}), ended = pod_json({.phase = "Failed", .state = k_killed});
    for (auto* json : {&leaves, &ended}) json->insert(json->find(R"("resourceVersion")"), R"("deletionTimestamp":"2026-09-14T12:00:00Z",)");
    world.cluster.handle(k_pods, [=, turn = 0](const FakeRequest& request) mutable {
        if (!request.query.contains("watch")) return FakeReply{.body = FakeCluster::list_of(pod_json({}))};
        const auto part = turn++;
        FakeReply reply = plain(part == 0 ? watch_event("MODIFIED", leaves) + watch_event("ADDED", pod_json({.name = "web-2"})) : part == 1 ? watch_event("MODIFIED", ended)
                                : part == 2 ? watch_event("DELETED", ended) : watch_event("MODIFIED", pod_json({.name = "web-2", .phase = "Succeeded", .state = k_ended_well})));
        reply.delay = Duration{part == 2 ? 1500 : 300};
        return reply;
    });
    world.cluster.reply(k_pods + "/web-1/log", plain("2026-09-14T12:00:01Z a\n"));
    world.cluster.reply(k_pods + "/web-2/log", plain("2026-09-14T12:00:02Z b\n"));
    world.run({});
    CHECK(world.outcome() == "0");
    CHECK(contains(world.err.str(), "web-1/app: pod is being deleted"));
    CHECK(contains(world.err.str(), "web-1/app: pod is gone"));
}

TEST_CASE("too many logs to follow at once are refused with the number that is needed") {
    LogsWorld world;
    world.options.follow = true;
    world.options.max_requests = 1;
    world.options.all_containers = true;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({.containers = R"({"name":"app"},{"name":"proxy"})"})});
    world.run({"web-1"});
    CHECK(contains(world.outcome(), "2 logs would be followed, and 1 at once is the limit\n--max-log-requests 2 raises it"));
}

TEST_CASE("the kubelet's own trouble with a log is told once, is no line, and reading goes on") {
    const std::string watcher = "failed to create fsnotify watcher: too many open files";
    Followed followed(k_running,
                      {plain("2026-09-14T12:00:01Z a\n" + watcher), plain("2026-09-14T12:00:01Z a\n" + watcher), plain("2026-09-14T12:00:01Z a\n2026-09-14T12:00:02Z b\n" + watcher), plain("2026-09-14T12:00:02Z b\n2026-09-14T12:00:03Z c\n")},
                      {{Duration{5000}, k_over}});
    CHECK(followed.world.run({"web-1"}) == "a\nb\nc\n");
    CHECK(followed.world.outcome() == "0");
    const auto told = followed.world.err.str();
    CHECK(contains(told, "--- pod/web-1/app: the kubelet cannot go on with the log (failed to create fsnotify watcher: too many open files); trying again ---"));
    CHECK(told.find("fsnotify") == told.rfind("fsnotify"));
}

TEST_CASE("a log that the kubelet has no more ends what follows a pod that is over") {
    const auto gone = plain("unable to retrieve container logs for containerd://4d5e");
    Followed followed(k_over, {gone, gone}, {}); // asked once more, for the rest of what has ended needs no watching
    CHECK(followed.world.run({"web-1"}).empty());
    CHECK(contains(followed.world.outcome(), "the kubelet cannot read the log of container app in pod web-1\nunable to retrieve container logs for containerd://4d5e"));
}

TEST_CASE("a log that is rotated while it is followed goes on, with a word where lines are missing") {
    Followed followed(k_running,
                      {lost("2026-09-14T12:00:01Z a\n2026-09-14T12:00:02Z b\n"), plain("2026-09-14T12:00:09Z first of the new file\n")},
                      {{Duration{2500}, k_over}});
    CHECK(followed.world.run({"web-1"}) == "a\nb\nfirst of the new file\n");
    CHECK(contains(followed.world.err.str(), "lines are missing here: the log was rotated while it could not be read"));
}

TEST_CASE("characters and colours that chunks cut stay whole on a terminal") {
    const std::string line = "2026-09-14T12:00:01Z \x1b[31m\xe4\xb8\xad\xf0\x9f\x99\x82\x1b[0m\n";
    for (const std::size_t piece : {1u, 2u, 3u}) {
        FakeReply reply = plain(line);
        reply.piece = piece;
        Followed followed(k_running, {reply}, {{Duration{600}, k_over}});
        followed.world.environment.stdout_is_terminal = true;
        followed.world.options.output.color = "always";
        followed.world.options.output.quiet = true;
        CHECK(followed.world.run({"web-1"}) == "\x1b[31m\xe4\xb8\xad\xf0\x9f\x99\x82\x1b[0m\x1b[0m\n");
    }
}

TEST_CASE("a termination ends following with its own code") {
    Followed followed(k_running, {endless("2026-09-14T12:00:01Z a\n")}, {});
    std::atomic<int> signal = 0;
    followed.world.environment.signal = &signal;
    std::thread stop([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(700));
        signal = SIGTERM;
        followed.world.interrupted = true;
        kill(getpid(), SIGTERM);
    });
    const auto ignored = std::signal(SIGTERM, [](int) {});
    CHECK(followed.world.run({"web-1"}) == "a\n");
    stop.join();
    std::signal(SIGTERM, ignored);
    CHECK(followed.world.outcome() == "143");
}
