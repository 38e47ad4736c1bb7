// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/pod_command.hpp"
#include "app/probe_way.hpp"
#include "facts/snapshot.hpp"
#include "probe/report.hpp"

#include <optional>

namespace kdiag::app {

/// Asks what a pod's probes ask.
class Replayer {
public:
    /// `way` is null when nothing can be asked from inside the pod but commands; `why_no_way` says so.
    Replayer(client::ApiClient& client, const probe::PodPlan& plan, Way* way, std::string why_no_way, const std::atomic<bool>* interrupted)
        : m_client(client), m_plan(plan), m_way(way), m_why_no_way(std::move(why_no_way)), m_interrupted(interrupted) {}

    /// Asks once more and adds the outcome; what cannot be asked gets a note, once.
    Status ask(probe::Replay& replay);
    /// Why a command was not run, if the role does not allow it.
    const std::optional<Error>& refused() const { return m_refused; }

private:
    Result<probe::Outcome> ask_http(const probe::PlannedProbe& probe, const probe::HttpCheck& check, std::vector<std::string>& notes);
    Result<probe::Outcome> ask_tcp(const probe::PlannedProbe& probe, const probe::TcpCheck& check);
    Result<probe::Outcome> ask_grpc_health(const probe::PlannedProbe& probe, const probe::GrpcCheck& check);
    Result<probe::Outcome> ask_command(const probe::PlannedProbe& probe, const probe::ExecCheck& check);

    client::ApiClient& m_client;
    const probe::PodPlan& m_plan;
    Way* m_way;
    std::string m_why_no_way;
    std::optional<Error> m_refused;
    const std::atomic<bool>* m_interrupted;
};

/// The declared probes, not asked yet, with what objects and events say of them: targets, timing, what the kubelet said, what rules say.
std::vector<probe::Replay> make_replays(const probe::PodPlan& plan, const kube::Pod& pod, const facts::Snapshot& facts, Timestamp now);
/// After the last round: what follows from the outcomes.
void conclude(const probe::PodPlan& plan, probe::Replay& replay);

} // namespace kdiag::app
