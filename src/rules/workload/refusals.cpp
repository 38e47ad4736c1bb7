// SPDX-License-Identifier: Apache-2.0
#include "rules/workload/refusals.hpp"

#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/youth.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::workload {

namespace {

/// Controllers retry with pauses of up to a quarter of an hour.
constexpr Duration k_fresh = Duration::hours(1);
/// What a template names may be created a moment after it.
constexpr Duration k_order_of_creation = Duration::seconds(10);

/// The newest refusal that may still hold.
const kube::Event* newest_refusal(const RuleContext& context, const kube::ObjectRef& ref) {
    const kube::Event* found = nullptr;
    for (const auto* event : context.facts.events_of(ref.kind, ref.namespace_name, ref.name, ref.uid))
        if (event->reason == "FailedCreate" && context.age(event->last_seen()) < k_fresh) found = event;
    return found;
}

const kube::Condition* replica_failure(const kube::List<kube::Condition>& conditions) {
    const auto* failure = kube::find_condition(conditions, "ReplicaFailure");
    return failure != nullptr && failure->status == "True" && failure->reason == "FailedCreate" ? failure : nullptr;
}

struct Numbers {
    std::int64_t wanted = 0, existing = 0;
};

class Search {
public:
    explicit Search(const RuleContext& context) : m_context(context) {}

    template <class T> void look_at(const T& object, Numbers numbers, const kube::List<kube::Condition>& conditions) {
        if (numbers.existing >= numbers.wanted || object.meta.deleted || is_younger(m_context, object.meta.created, k_order_of_creation))
            return;
        Refused refused{.controller = kube::ref_of(object),
                        .top = m_context.facts.top_owner(object.meta, T::k_kind),
                        .message = {},
                        .path = {},
                        .wanted = numbers.wanted,
                        .existing = numbers.existing};
        refused.event = newest_refusal(m_context, refused.controller);
        if (const auto* failure = replica_failure(conditions)) {
            refused.message = failure->message;
            refused.path = ".status.conditions[?(@.type==\"ReplicaFailure\")].message";
        } else if (refused.event != nullptr) {
            refused.message = refused.event->message;
        } else {
            return;
        }
        refused.parsed = parse_admission(refused.message);
        found.push_back(std::move(refused));
    }

    std::vector<Refused> found;

private:
    const RuleContext& m_context;
};

bool is_running(const kube::Job& job) {
    return !job.status.completion_time && !job.spec.suspend && kube::find_condition(job.status.conditions, "Failed") == nullptr &&
           kube::find_condition(job.status.conditions, "Complete") == nullptr;
}

std::vector<Refused> find_all(const RuleContext& context) {
    Search search(context);
    const auto& facts = context.facts;
    for (const auto& set : facts.all<kube::ReplicaSet>())
        search.look_at(set, {set.spec.replicas.value_or(1), set.status.replicas}, set.status.conditions);
    for (const auto& deployment : facts.all<kube::Deployment>())
        if (facts.replica_sets_owned_by(kube::ref_of(deployment)).empty() && replica_failure(deployment.status.conditions) != nullptr)
            search.look_at(deployment, {deployment.spec.replicas.value_or(1), deployment.status.replicas}, deployment.status.conditions);
    for (const auto& set : facts.all<kube::StatefulSet>())
        search.look_at(set, {set.spec.replicas.value_or(1), set.status.replicas}, set.status.conditions);
    for (const auto& set : facts.all<kube::DaemonSet>())
        search.look_at(set, {set.status.desired_number_scheduled, set.status.current_number_scheduled}, set.status.conditions);
    for (const auto& job : facts.all<kube::Job>())
        if (is_running(job)) search.look_at(job, {1, job.status.active + job.status.succeeded}, {});
    return std::move(search.found);
}

/// Where each kind counts the pods that exist.
std::string count_path(const kube::ObjectRef& controller) {
    if (controller.kind == kube::DaemonSet::k_kind) return ".status.currentNumberScheduled";
    return controller.kind == kube::Job::k_kind ? ".status.active" : ".status.replicas";
}

} // namespace

std::vector<Refused> find_refused(const RuleContext& context, std::initializer_list<Refusal> reasons) {
    auto found = find_all(context);
    std::erase_if(
        found, [&](const Refused& refused) { return std::find(reasons.begin(), reasons.end(), refused.parsed.refusal) == reasons.end(); });
    return found;
}

Finding begin(const Refused& refused) {
    Finding finding;
    finding.subject = refused.controller;
    if (refused.top.key() != refused.controller.key()) finding.owner = refused.top;
    const bool runs_once = refused.controller.kind == kube::Job::k_kind;
    finding.severity = refused.existing == 0 && !runs_once ? Severity::critical : Severity::error;
    if (refused.event != nullptr) {
        finding.first_seen = refused.event->first_seen();
        finding.last_seen = refused.event->last_seen();
    }
    finding.impact = format("{} of {} pods exist", refused.existing, refused.wanted);
    if (refused.event != nullptr) finding.evidence.push_back(event_evidence(*refused.event));
    if (!refused.path.empty() && (refused.event == nullptr || refused.event->message.find(refused.message) == kube::Text::npos))
        finding.evidence.push_back(field_evidence(refused.path, refused.message, refused.message));
    finding.evidence.push_back(field_evidence(count_path(refused.controller), std::to_string(refused.existing), finding.impact));
    return finding;
}

std::string edit_command(const Refused& refused) {
    if (refused.top.kind == kube::Job::k_kind) // its template cannot be changed: it has to be made again
        return format("{} get {} -o yaml", kubectl_in(refused.top.namespace_name), kubectl_name(refused.top));
    return format("{} edit {}", kubectl_in(refused.top.namespace_name), kubectl_name(refused.top));
}

} // namespace kdiag::rules::workload
