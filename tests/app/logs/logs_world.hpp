// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../../live/fake_cluster.hpp"
#include "../../support/temporary_folder.hpp"
#include "app/logs.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace kdiag::test {

inline const std::string k_pods = "/api/v1/namespaces/shop/pods";

/// `kdiag logs` against a fake API server, with a file as standard output.
struct LogsWorld {
    FakeCluster cluster;
    TemporaryFolder folder;
    std::ostringstream out, err;
    std::atomic<bool> interrupted = false;
    app::LogsOptions options;
    app::Environment environment{.out = out, .err = err, .variable = [](std::string_view) { return std::optional<std::string>(); }};

    LogsWorld() {
        std::ofstream(folder.path("config")) << format(R"({{"apiVersion":"v1","kind":"Config","current-context":"c","clusters":[{{"name":"c","cluster":{{"server":"{}"}}}}],
            "users":[{{"name":"u","user":{{}}}}],"contexts":[{{"name":"c","context":{{"cluster":"c","user":"u","namespace":"shop"}}}}]}})", cluster.server().url());
        options.connect.overrides.kubeconfig = folder.path("config");
        environment.interrupted = &interrupted;
    }

    /// What stands on standard output; `result` has the rest.
    std::string run(std::vector<std::string> targets) {
        options.targets = std::move(targets);
        const int file = open(folder.path("out").c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
        run_into(file);
        close(file);
        std::ifstream in(folder.path("out"), std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        return text.str();
    }
    void run_into(int descriptor) {
        environment.descriptors.out = descriptor;
        result = app::run_logs(options, environment);
    }
    std::vector<FakeRequest> requests() const { return const_cast<LogsWorld*>(this)->cluster.server().requests(); }
    /// The error's text, or the exit code.
    std::string outcome() const { return result ? std::to_string(static_cast<int>(*result)) : words_of(result.error()); }

    Result<ExitCode> result = ExitCode::internal;
};

struct PodShape {
    std::string name = "web-1";
    std::string phase = "Running";
    std::string state = R"("running":{"startedAt":"2026-09-14T11:00:00Z"})";
    int restarts = 0;
    std::string last = {};
    std::string restart_policy = "Always";
    std::string containers = R"({"name":"app"})";
};

inline std::string pod_json(const PodShape& pod) {
    return format(R"({{"metadata":{{"name":"{0}","namespace":"shop","uid":"uid-{0}","resourceVersion":"5"}},"spec":{{"nodeName":"n1","restartPolicy":"{5}","containers":[{6}]}},
        "status":{{"phase":"{1}","containerStatuses":[{{"name":"app","restartCount":{3},"state":{{{2}}},"lastState":{{{4}}}}},{{"name":"proxy","restartCount":0,"state":{{"running":{{}}}}}}]}}}})",
                  pod.name, pod.phase, pod.state, pod.restarts, pod.last, pod.restart_policy, pod.containers);
}

inline const std::string k_ended_well = R"("terminated":{"exitCode":0,"reason":"Completed","finishedAt":"2026-09-14T12:00:00Z"})";
inline const std::string k_killed = R"("terminated":{"exitCode":137,"reason":"OOMKilled","finishedAt":"2026-09-14T12:00:00Z"})";

/// A line of a watch.
inline std::string watch_event(const std::string& type, const std::string& object) {
    std::string line = format(R"({{"type":"{}","object":{}}})", type, object);
    std::erase(line, '\n');
    return line + "\n";
}

/// An answer that stays open after its body, as logs that are followed and watches do.
inline FakeReply endless(const std::string& body, Duration delay = {}) {
    return {.body = body, .content_type = "text/plain", .chunked = true, .cut_after = body.size(), .end = FakeReply::End::stall, .delay = delay};
}

inline FakeReply plain(const std::string& body) {
    return {.body = body, .content_type = "text/plain", .chunked = true};
}

inline FakeReply refused(int status, const std::string& message, const std::string& reason = "BadRequest") {
    return {.status = status, .body = format(R"({{"kind":"Status","status":"Failure","message":"{}","reason":"{}","code":{}}})", message, reason, status)};
}

} // namespace kdiag::test
