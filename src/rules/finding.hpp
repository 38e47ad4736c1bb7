// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/object_ref.hpp"
#include "util/timestamp.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::rules {

/// How bad, now. critical: users are affected; error: broken, contained; warning: will or may break; info: worth knowing.
enum class Severity { info, warning, error, critical };
/// certain: the objects say so; likely: a message and a cross-check agree; possible: an inference.
enum class Confidence { possible, likely, certain };
enum class Risk { read, change, disruptive };
enum class EvidenceType { field, event, log, metric, probe, derived };

std::string_view to_string(Severity severity);
std::string_view to_string(Confidence confidence);
std::string_view to_string(Risk risk);
std::string_view to_string(EvidenceType type);

/// One fact that can be traced to an object path, an event or a log line.
struct Evidence {
    EvidenceType type = EvidenceType::field;
    std::string text = {};       ///< for people, one line: `last exit 137, reason OOMKilled, after 41s`
    kube::ObjectRef object = {}; ///< empty: the finding's subject
    std::string path = {};       ///< `.status.containerStatuses[?(@.name=="api")].lastState.terminated`
    std::string value = {};      ///< the value at the path, as the API wrote it
    Timestamp time = {}, first_time = {};
    std::int64_t count = 0;
    bool redacted = false;
    /// Printed as it is, aligned by the rule: rows of a table (the scheduling matrix).
    bool table_row = false;
};

/// What to do. A command is complete: it can be pasted.
struct Remedy {
    std::string text;
    std::string command = {};
    Risk risk = Risk::read;
};

struct RuleInfo;

/// One problem, with its proof, its cause and its remedy. Owns all its text, so it outlives the snapshot.
struct Finding {
    const RuleInfo* rule = nullptr;
    Severity severity = Severity::error;
    Confidence confidence = Confidence::certain;
    /// Lower case, no full stop, stands alone, the container in backticks: `container `api` runs out of memory`.
    std::string title = {};
    kube::ObjectRef subject = {};
    /// The workload at the top; empty when the subject is its own top.
    kube::ObjectRef owner = {};
    /// Tells findings of one rule on one owner and container apart: a port name, a ConfigMap's key. Part of the fingerprint.
    std::string discriminator = {};
    std::string cause = {};  ///< why, one sentence; empty when unknown; a guess starts with `probably`
    std::string impact = {}; ///< who feels it
    std::vector<Evidence> evidence = {};
    std::vector<Remedy> remedies = {};
    Timestamp first_seen = {}, last_seen = {};

    /// Objects whose own findings would explain this one: the unready pods of a Service, the claim of a pod. A finding about one
    /// of them (as subject, owner, affected or shared object) becomes `causedBy`.
    std::vector<kube::ObjectRef> explained_by = {};
    /// What else is wrong with the same object does not explain this: a Service whose selector is wrong gets its address all the same.
    bool stands_alone = false;
    /// The one object behind several workloads: ConfigMap, node, claim, registry (kind `Registry`). Findings of one rule that
    /// share it are folded into one.
    kube::ObjectRef shared = {};

    // Filled by the engine.
    std::string id = {};
    std::vector<kube::ObjectRef> affected = {};
    std::int64_t affected_total = 0; ///< 0: unknown
    std::vector<std::string> caused_by = {};
};

} // namespace kdiag::rules
