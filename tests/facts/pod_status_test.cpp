// SPDX-License-Identifier: Apache-2.0
#include "facts/pod_status.hpp"

#include "kube/codec/decode.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace kdiag;

TEST_CASE("STATUS, READY and RESTARTS are those of kubectl get pods") {
    struct Row {
        const char* name;
        const char* spec;
        const char* status;
        const char* columns;
    };
    const Row rows[] = {
        {"running", R"("containers":[{"name":"a"}])", R"("phase":"Running","containerStatuses":[{"name":"a","ready":true,"restartCount":2,"state":{"running":{}}}])", "Running 1/1 2"},
        {"not ready says nothing", R"("containers":[{"name":"a"}])", R"("phase":"Running","containerStatuses":[{"name":"a","ready":false,"state":{"running":{}}}])", "Running 0/1 0"},
        {"crash loop", R"("containers":[{"name":"a"}])", R"("phase":"Running","containerStatuses":[{"name":"a","restartCount":7,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}])", "CrashLoopBackOff 0/1 7"},
        {"the first container wins", R"("containers":[{"name":"a"},{"name":"b"}])", R"("phase":"Running","containerStatuses":[{"name":"a","state":{"waiting":{"reason":"ErrImagePull"}}},{"name":"b","state":{"terminated":{"exitCode":1,"reason":"Error"}}}])", "ErrImagePull 0/2 0"},
        {"exit code without reason", R"("containers":[{"name":"a"}])", R"("phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":3}}}])", "ExitCode:3 0/1 0"},
        {"signal", R"("containers":[{"name":"a"}])", R"("phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":137,"signal":9}}}])", "Signal:9 0/1 0"},
        {"evicted", R"("containers":[{"name":"a"}])", R"("phase":"Failed","reason":"Evicted")", "Evicted 0/1 0"},
        {"init waits", R"("initContainers":[{"name":"i"}],"containers":[{"name":"a"}])", R"("phase":"Pending","initContainerStatuses":[{"name":"i","state":{"running":{}}}])", "Init:0/1 0/1 0"},
        {"init crashes", R"("initContainers":[{"name":"i"}],"containers":[{"name":"a"}])", R"("phase":"Pending","initContainerStatuses":[{"name":"i","restartCount":4,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}])", "Init:CrashLoopBackOff 0/1 4"},
        {"init failed", R"("initContainers":[{"name":"i"}],"containers":[{"name":"a"}])", R"("phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":1,"reason":"Error"}}}])", "Init:Error 0/1 0"},
        {"sidecar counts", R"("initContainers":[{"name":"s","restartPolicy":"Always"}],"containers":[{"name":"a"}])", R"("phase":"Running","initContainerStatuses":[{"name":"s","started":true,"ready":true,"restartCount":1,"state":{"running":{}}}],"containerStatuses":[{"name":"a","ready":true,"state":{"running":{}}}])", "Running 2/2 1"},
        {"gated", R"("containers":[{"name":"a"}])", R"("phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}])", "SchedulingGated 0/1 0"},
        {"one is done, one runs", R"("containers":[{"name":"a"},{"name":"b"}])", R"("phase":"Running","conditions":[{"type":"Ready","status":"False"}],"containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}},{"name":"b","ready":true,"state":{"running":{}}}])", "NotReady 1/2 0"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        TextPool pool;
        const kube::PaddedText json(std::string(R"({"metadata":{"name":"p"},"spec":{)") + row.spec + R"(},"status":{)" + row.status + "}}");
        const auto pod = kube::Decoder(pool).decode<kube::Pod>(json.view());
        REQUIRE(pod);
        const auto columns = facts::pod_columns(*pod);
        CHECK(columns.status + " " + std::to_string(columns.ready) + "/" + std::to_string(columns.total) + " " + std::to_string(columns.restarts) == row.columns);
    }
}

TEST_CASE("a deleted pod is terminating until its containers are down") {
    TextPool pool;
    const kube::PaddedText json(R"({"metadata":{"name":"p","deletionTimestamp":"2026-09-14T12:00:00Z"},"spec":{"containers":[]},"status":{"phase":"Running"}})");
    const auto pod = kube::Decoder(pool).decode<kube::Pod>(json.view());
    REQUIRE(pod);
    CHECK(facts::pod_columns(*pod).status == "Terminating");
}
