// SPDX-License-Identifier: Apache-2.0
#include "app/pod_choice.hpp"

#include "decoded.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

using namespace kdiag;

namespace {

struct PodShape {
    std::string name, node = "n1", phase = "Running", ready_since = "2026-09-14T10:00:00Z", created = "2026-09-14T09:00:00Z", deleted = {}, owner = {};
    int restarts = 0, sidecar_restarts = 0;
};

std::string json(const PodShape& pod) {
    return format(R"({{"metadata":{{"name":"{}","creationTimestamp":"{}"{}{}}},
        "spec":{{"nodeName":"{}","containers":[{{"name":"app"}}],"initContainers":[{{"name":"proxy","restartPolicy":"Always"}},{{"name":"migrate"}}]}},
        "status":{{"phase":"{}","conditions":[{{"type":"Ready","status":"{}","lastTransitionTime":"{}"}}],
          "containerStatuses":[{{"name":"app","restartCount":{}}}],"initContainerStatuses":[{{"name":"proxy","restartCount":{}}},{{"name":"migrate","restartCount":9}}]}}}})",
                  pod.name, pod.created, pod.deleted.empty() ? "" : format(R"(,"deletionTimestamp":"{}")", pod.deleted),
                  pod.owner.empty() ? "" : format(R"(,"ownerReferences":[{{"kind":"ReplicaSet","uid":"{}","controller":true}}])", pod.owner), pod.node, pod.phase,
                  pod.ready_since.empty() ? "False" : "True", pod.ready_since.empty() ? "2026-09-14T10:00:00Z" : pod.ready_since, pod.restarts, pod.sidecar_restarts);
}

/// The names in ranked order, whichever way round they came.
std::string ranked(const PodShape& a, const PodShape& b, std::string_view newest = {}) {
    std::string first;
    for (const bool swapped : {false, true}) {
        auto pods = test::decoded<kube::Pod>(swapped ? json(b) + "," + json(a) : json(a) + "," + json(b));
        app::rank_pods(pods.objects, newest);
        const std::string names = format("{} {}", pods.objects[0].meta.name, pods.objects[1].meta.name);
        if (swapped) CHECK(names == first);
        first = names;
    }
    return first;
}

} // namespace

TEST_CASE("the pod that serves best comes first, as in kubectl") {
    CHECK(ranked({.name = "unassigned", .node = ""}, {.name = "assigned"}) == "assigned unassigned");
    CHECK(ranked({.name = "pending", .phase = "Pending"}, {.name = "running"}) == "running pending");
    CHECK(ranked({.name = "pending", .phase = "Pending"}, {.name = "unknown", .phase = "Unknown"}) == "unknown pending");
    CHECK(ranked({.name = "ended", .phase = "Failed"}, {.name = "running", .ready_since = ""}) == "running ended");
    CHECK(ranked({.name = "unready", .ready_since = ""}, {.name = "ready", .restarts = 9}) == "ready unready");
    CHECK(ranked({.name = "going", .deleted = "2026-09-14T11:00:00Z"}, {.name = "staying", .restarts = 9}) == "staying going");
    CHECK(ranked({.name = "sooner", .deleted = "2026-09-14T11:00:00Z"}, {.name = "later", .deleted = "2026-09-14T11:00:30Z"}) == "later sooner");
    CHECK(ranked({.name = "short", .ready_since = "2026-09-14T10:30:00Z"}, {.name = "long", .restarts = 9}) == "long short");
    CHECK(ranked({.name = "restarted", .restarts = 2}, {.name = "calm", .restarts = 1}) == "calm restarted");
    CHECK(ranked({.name = "sidecar", .sidecar_restarts = 2}, {.name = "calm"}) == "calm sidecar");
    CHECK(ranked({.name = "new", .created = "2026-09-14T09:30:00Z"}, {.name = "old"}) == "old new");
}

TEST_CASE("of usable pods those of the newest revision come first, but a ready old one before an unready new one") {
    CHECK(ranked({.name = "old", .owner = "rs1"}, {.name = "new", .ready_since = "2026-09-14T10:30:00Z", .owner = "rs2", .restarts = 3}, "rs2") == "new old");
    CHECK(ranked({.name = "old", .owner = "rs1"}, {.name = "new", .ready_since = "", .owner = "rs2"}, "rs2") == "old new");
}

TEST_CASE("the container is the named one, else the annotated one, else the first with a notice") {
    const auto spec = [](const std::string& annotations) {
        return format(R"({{"metadata":{{"name":"web-1","annotations":{{{}}}}},"spec":{{"containers":[{{"name":"app"}},{{"name":"proxy"}}],"initContainers":[{{"name":"migrate"}}],
            "ephemeralContainers":[{{"name":"dbg"}}]}}}})", annotations);
    };
    const auto pods = test::decoded<kube::Pod>(spec("") + "," + spec(R"("kubectl.kubernetes.io/default-container":"proxy")") + "," +
                                               spec(R"("kubectl.kubernetes.io/default-container":"gone")") +
                                               R"(,{"metadata":{"name":"single"},"spec":{"containers":[{"name":"app"}]}},{"metadata":{"name":"empty"},"spec":{}})");
    const auto& plain = pods.objects[0];
    CHECK(app::choose_container(plain, "")->name == "app");
    CHECK(app::choose_container(plain, "")->notice == R"(Defaulted container "app" out of: app, proxy, dbg (ephem), migrate (init))");
    CHECK(app::choose_container(plain, "migrate")->kind == app::ContainerKind::init);
    CHECK(app::choose_container(plain, "dbg")->kind == app::ContainerKind::ephemeral);
    CHECK(app::choose_container(plain, "proxy")->notice.empty());
    CHECK(app::choose_container(pods.objects[1], "")->name == "proxy");
    CHECK(app::choose_container(pods.objects[1], "")->notice.empty());
    CHECK(app::choose_container(pods.objects[1], "app")->name == "app");
    CHECK(app::choose_container(pods.objects[3], "")->notice.empty());

    const auto unknown = app::choose_container(plain, "proxi");
    REQUIRE(!unknown);
    CHECK(unknown.error().kind == ErrorKind::not_found);
    CHECK(unknown.error().message == "pod `web-1` has no container `proxi`");
    CHECK(unknown.error().notes.front() == "its containers: app, proxy, dbg (ephem), migrate (init)");
    CHECK(unknown.error().help.front() == "did you mean proxy?");
    const auto annotated = app::choose_container(pods.objects[2], "");
    REQUIRE(!annotated);
    CHECK(contains(annotated.error().notes.back(), "kubectl.kubernetes.io/default-container"));
    CHECK(!app::choose_container(pods.objects[4], ""));
}

TEST_CASE("what does not run says why") {
    const auto pods = test::decoded<kube::Pod>(
        R"({"metadata":{"name":"done","namespace":"shop"},"status":{"phase":"Succeeded"}},
           {"metadata":{"name":"evicted","namespace":"shop"},"status":{"phase":"Failed","reason":"Evicted","message":"low on memory"}},
           {"metadata":{"name":"unscheduled","namespace":"shop"},"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/1 nodes are available"}]}},
           {"metadata":{"name":"pulling","namespace":"shop"},"status":{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":0}}}],
             "containerStatuses":[{"name":"a","state":{"waiting":{"reason":"PodInitializing"}}},{"name":"b","state":{"waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling"}}}]}},
           {"metadata":{"name":"web","namespace":"shop"},"status":{"phase":"Running"}})");
    const auto words = [&](std::size_t i) {
        const auto status = app::check_running(pods.objects[i]);
        REQUIRE(!status);
        return status.error().message + " | " + (status.error().notes.empty() ? "" : status.error().notes.front());
    };
    CHECK(words(0) == "pod `done` has ended: its phase is Succeeded, and nothing runs in it any more | ");
    CHECK(words(1) == "pod `evicted` has ended: its phase is Failed, and nothing runs in it any more | Evicted: low on memory");
    CHECK(words(2) == "pod `unscheduled` does not run: its phase is Pending | not scheduled: 0/1 nodes are available");
    CHECK(words(3) == "pod `pulling` does not run: its phase is Pending | container b waits: ImagePullBackOff, Back-off pulling");
    CHECK(app::check_running(pods.objects[4]));
    CHECK(app::check_not_completed(pods.objects[3]));
    CHECK(!app::check_not_completed(pods.objects[1]));
}

TEST_CASE("a container that runs can be entered before its pod runs, and what has ended or is not there is told by trying") {
    const auto pods = test::decoded<kube::Pod>(
        R"({"metadata":{"name":"web"},"spec":{"initContainers":[{"name":"migrate"},{"name":"fetch"}],"containers":[{"name":"app"}]},
            "status":{"phase":"Pending","initContainerStatuses":[{"name":"fetch","state":{"terminated":{"exitCode":0}}},{"name":"migrate","state":{"running":{}}}],
                      "containerStatuses":[{"name":"app","state":{"waiting":{"reason":"PodInitializing"}}}]}},
           {"metadata":{"name":"fresh"},"spec":{"containers":[{"name":"app"}]},"status":{"phase":"Pending"}},
           {"metadata":{"name":"on"},"spec":{"containers":[{"name":"app"}]},"status":{"phase":"Running","containerStatuses":[{"name":"app","state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}})");
    CHECK(app::can_be_entered(pods.objects[0], "migrate"));
    CHECK(app::can_be_entered(pods.objects[0], "fetch"));
    CHECK(app::can_be_entered(pods.objects[0], "none-such"));
    CHECK_FALSE(app::can_be_entered(pods.objects[0], "app"));
    CHECK_FALSE(app::can_be_entered(pods.objects[0], ""));
    CHECK_FALSE(app::can_be_entered(pods.objects[1], ""));
    CHECK(app::can_be_entered(pods.objects[2], ""));
}
