// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/common/container_view.hpp"
#include "rules/crash/log_signatures.hpp"
#include "rules/rule.hpp"

#include <string>
#include <vector>

namespace kdiag::rules::crash {

/// A container that ends, or cannot be started, and is not what it should be.
struct Crash {
    ContainerView view;
    const kube::StateTerminated* end = nullptr; ///< null when it could not even be created
    const facts::ContainerLog* log = nullptr;
    TellingLine telling;
    bool recovered = false; ///< runs and is ready again; it ended within the last hour

    /// What the runtime said about a start that failed; empty otherwise.
    std::string_view start_message() const;
};

/// Every container that crashes now, or has crashed a short time ago.
const std::vector<Crash>& find_crashes(const RuleContext& context);
/// Of these the ones that go on, ended with an error that no probe caused, and whose log shows one of the signs.
std::vector<Crash> crashes_telling(const RuleContext& context, std::initializer_list<LogSign> signs);

/// Why the kubelet killed it: `liveness`, `startup`, or empty. Told by its Killing event, or by failed probes before a kill.
std::string_view killed_by_probe(const RuleContext& context, const Crash& crash);
/// The newest failure of a probe of the container, or null; `probe` is Liveness, Readiness or Startup.
const kube::Event* probe_failure(const RuleContext& context, const ContainerView& view, std::string_view probe);

/// A finding with what is common: subject, severity by what is left of the workload, how it ended, how often, the telling log lines.
Finding begin(const RuleContext& context, const Crash& crash);
/// The commands that are worth a look: the log of the crash, and going back to the revision that worked.
void add_usual_help(const RuleContext& context, const Crash& crash, Finding& finding);
/// `deployment/web` for commands: the owner when there is one.
std::string target_of(const RuleContext& context, const kube::Pod& pod);

} // namespace kdiag::rules::crash
