// SPDX-License-Identifier: Apache-2.0
#include "app/logs/pod_seen.hpp"

#include "../decoded.hpp"
#include "util/format.hpp"

using namespace kdiag;

namespace {

const Timestamp k_now = *parse_rfc3339("2026-09-14T12:00:10Z");

app::PodSeen pod(const std::string& status, const std::string& phase = "Running", const std::string& more_spec = "", const std::string& conditions = "") {
    const auto pods = test::decoded<kube::Pod>(format(
        R"({{"metadata":{{"name":"web-58d5c7b6f-2xkqj","namespace":"shop","uid":"u1","ownerReferences":[{{"kind":"ReplicaSet","controller":true}}]}},
            "spec":{{"restartPolicy":"Always","containers":[{{"name":"app"}}]{}}},"status":{{"phase":"{}","conditions":[{}],"containerStatuses":[{}]}}}})",
        more_spec, phase, conditions, status));
    return app::see_pod(pods.objects[0]);
}

std::string app_status(const std::string& state, int restarts = 0, const std::string& last = "") {
    return format(R"({{"name":"app","restartCount":{},"state":{{{}}},"lastState":{{{}}}}})", restarts, state, last);
}

const std::string k_running = R"("running":{"startedAt":"2026-09-14T11:00:00Z"})";
const std::string k_killed = R"("terminated":{"exitCode":137,"reason":"OOMKilled","finishedAt":"2026-09-14T12:00:00Z"})";
const std::string k_failed = R"("terminated":{"exitCode":1,"reason":"Error","finishedAt":"2026-09-14T12:00:00Z"})";
const std::string k_done = R"("terminated":{"exitCode":0,"reason":"Completed","finishedAt":"2026-09-14T12:00:00Z"})";
const std::string k_back_off = R"("waiting":{"reason":"CrashLoopBackOff","message":"back-off 5m0s restarting failed container=app pod=web"})";

/// What is told between two statuses; an empty first one: nothing was seen before.
std::string told(const std::string& before, const std::string& now) {
    const auto after = pod(now);
    std::string words;
    const auto earlier = before.empty() ? app::PodSeen{} : pod(before);
    for (const auto& event : app::tell_changes(after, before.empty() ? nullptr : &earlier.containers[0], after.containers[0], k_now)) words += event.words + "|";
    return words;
}

} // namespace

TEST_CASE("what happens to a container is told once, with when it restarts") {
    CHECK(told("", app_status(k_running)) == "");
    CHECK(told(app_status(k_running), app_status(k_running)) == "");
    CHECK(told(app_status(k_running), app_status(k_killed)) == "container ended: OOMKilled, exit 137|");
    CHECK(told(app_status(k_killed), app_status(k_killed)) == "");
    CHECK(told(app_status(k_killed), app_status(k_back_off, 0, k_killed)) == "restarts in 4m50s|");
    CHECK(told(app_status(k_running), app_status(k_back_off, 0, k_killed)) == "container ended: OOMKilled, exit 137; restarts in 4m50s|");
    CHECK(told("", app_status(k_back_off, 3, k_failed)) == "container ended: exit 1; restarts in 4m50s|");
    CHECK(told(app_status(k_back_off, 3, k_failed), app_status(k_back_off, 3, k_failed)) == "");
    CHECK(told(app_status(k_back_off, 3, k_failed), app_status(k_running, 4, k_failed)) == "container started again, restart 4|");
    CHECK(told(app_status(k_running), app_status(k_running, 1, k_failed)) == "container ended: exit 1|container started again, restart 1|");
    CHECK(told(app_status(k_done), app_status(k_running, 1, k_done)) == "container started again, restart 1|");
    CHECK(told("", app_status(k_done)) == ""); // over and well before anybody looked
    CHECK(told("", app_status(k_failed)) == "container ended: exit 1|");
}

TEST_CASE("waiting is told with its reason, once for each") {
    const std::string creating = app_status(R"("waiting":{"reason":"ContainerCreating"})"), pulling = app_status(R"("waiting":{"reason":"ErrImagePull","message":"not found"})");
    CHECK(told("", creating) == "waiting: container is being created|");
    CHECK(told(creating, creating) == "");
    CHECK(told(creating, pulling) == "waiting: ErrImagePull: not found|");
    CHECK(told(creating, app_status(k_running)) == "");
    const auto unscheduled = pod("", "Pending", "", R"({"type":"PodScheduled","status":"False","message":"0/1 nodes are available"})");
    CHECK(app::waiting_words(unscheduled, unscheduled.containers[0]) == "waiting: not scheduled: 0/1 nodes are available");
    CHECK(app::waits_in_vain(pod(pulling).containers[0]));
    CHECK(!app::waits_in_vain(pod(creating).containers[0]));
}

TEST_CASE("endings have words for signals and codes that mean one") {
    CHECK(app::ending_words({.exit_code = 2, .reason = "Error"}) == "container ended: exit 2");
    CHECK(app::ending_words({.exit_code = 0, .reason = "Completed"}) == "container ended: Completed, exit 0");
    CHECK(app::ending_words({.exit_code = 137, .reason = "Error"}) == "container ended: exit 137 (killed)");
    CHECK(app::ending_words({.exit_code = 143, .reason = "Error"}) == "container ended: exit 143 (terminated)");
    CHECK(app::ending_words({.signal = 11}) == "container ended: signal 11");
}

TEST_CASE("a pod's containers come in the order in which they run, with what they may still do") {
    const auto seen = pod(app_status(k_done), "Running", R"(,"initContainers":[{"name":"migrate"},{"name":"proxy","restartPolicy":"Always"}],"ephemeralContainers":[{"name":"dbg"}])");
    REQUIRE(seen.containers.size() == 4);
    CHECK(seen.containers[0].name == "migrate");
    CHECK(seen.containers[1].sidecar);
    CHECK(seen.containers[2].name == "app");
    CHECK(seen.containers[3].kind == app::ContainerKind::ephemeral);
    CHECK(!seen.is_last_instance(seen.containers[2])); // restartPolicy Always
    CHECK(!seen.containers[0].has_log());
    auto job = seen;
    job.restart_policy = "OnFailure";
    CHECK(job.is_last_instance(job.containers[2]));
    job.containers[2].ending->exit_code = 1;
    CHECK(!job.is_last_instance(job.containers[2]));
    job.restart_policy = "Never";
    CHECK(job.is_last_instance(job.containers[2]));
    CHECK(app::short_name(seen) == "2xkqj");
    auto plain = seen;
    plain.generated_name = false;
    CHECK(app::short_name(plain) == "web-58d5c7b6f-2xkqj");
}
