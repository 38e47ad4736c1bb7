// SPDX-License-Identifier: Apache-2.0
#include "collect/list_plan.hpp"

#include "client/api_client.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::collect {

namespace {

using kube::Resource;

constexpr Resource k_always[] = {Resource::pods,         Resource::nodes,       Resource::namespaces,   Resource::events,     Resource::services,
                                 Resource::endpointslices, Resource::persistentvolumeclaims, Resource::deployments, Resource::replicasets,
                                 Resource::statefulsets, Resource::daemonsets,  Resource::jobs,         Resource::cronjobs,   Resource::horizontalpodautoscalers,
                                 Resource::ingresses,    Resource::networkpolicies, Resource::poddisruptionbudgets};

bool is_pull_trouble(std::string_view reason) {
    return reason == "ErrImagePull" || reason == "ImagePullBackOff";
}

/// Whether a container waits for something that its ConfigMaps, Secrets or volumes may be the reason of.
bool waits_for_configuration(const kube::ContainerStatus& status) {
    const auto* waiting = status.state.waiting.get();
    return waiting != nullptr && waiting->reason != "CrashLoopBackOff" && waiting->reason != "InvalidImageName" && waiting->reason != "ErrImageNeverPull" &&
           !is_pull_trouble(waiting->reason);
}

bool waits_for_configuration(const kube::Pod& pod) {
    const auto waits = [](const kube::ContainerStatus& status) { return waits_for_configuration(status); };
    const auto& init = pod.status.init_container_statuses;
    const auto& main = pod.status.container_statuses;
    const bool untold = pod.status.phase == "Pending" && !pod.spec.node_name.empty() && init.empty() && main.empty();
    return untold || std::any_of(init.begin(), init.end(), waits) || std::any_of(main.begin(), main.end(), waits);
}

/// Whether a registry's answer is about who asks.
bool is_about_login(std::string_view message) {
    for (const auto* word : {"unauthorized", "denied", "401", "403", "login", "authentica", "credential", "pull secret"})
        if (contains_ignoring_case(message, word)) return true;
    return false;
}

bool is_refused_by_registry(const kube::Pod& pod) {
    const auto refused = [](const auto& status) {
        return status.state.waiting && is_pull_trouble(status.state.waiting->reason) && is_about_login(status.state.waiting->message);
    };
    const auto& init = pod.status.init_container_statuses;
    const auto& main = pod.status.container_statuses;
    return std::any_of(init.begin(), init.end(), refused) || std::any_of(main.begin(), main.end(), refused);
}

template <class T> const facts::Objects<T>& all(const facts::SnapshotParts& parts) {
    return std::get<facts::Objects<T>>(parts.objects);
}

template <class T, class Test> bool any(const facts::SnapshotParts& parts, Test test) {
    return std::any_of(all<T>(parts).begin(), all<T>(parts).end(), test);
}

/// Whether creating pods was refused, as events say for an hour and conditions as long as it lasts.
bool pods_are_refused(const facts::SnapshotParts& parts) {
    const auto says_so = [](const auto& workload) {
        const auto* failure = kube::find_condition(workload.status.conditions, "ReplicaFailure");
        return failure != nullptr && failure->status == "True";
    };
    return any<kube::Event>(parts, [](const auto& event) { return event.reason == "FailedCreate"; }) || any<kube::Deployment>(parts, says_so) ||
           any<kube::ReplicaSet>(parts, says_so);
}

bool names_runtime_class(const facts::SnapshotParts& parts) {
    const auto names_runtime = [](const auto& workload) { return !workload.spec.pod_template.spec.runtime_class_name.empty(); };
    return any<kube::Pod>(parts, [](const auto& pod) { return !pod.spec.runtime_class_name.empty(); }) || any<kube::Deployment>(parts, names_runtime) ||
           any<kube::StatefulSet>(parts, names_runtime) || any<kube::DaemonSet>(parts, names_runtime) || any<kube::Job>(parts, names_runtime) ||
           any<kube::Event>(parts, [](const auto& event) { return event.reason == "FailedCreate" && contains_ignoring_case(event.message, "runtimeclass"); });
}

/// What the first lists show that more has to be known about.
struct Signs {
    explicit Signs(const facts::SnapshotParts& parts) {
        waiting_claim = any<kube::PersistentVolumeClaim>(parts, [](const auto& claim) { return claim.status.phase != "Bound"; });
        unscheduled = any<kube::Pod>(parts, [](const auto& pod) { return pod.spec.node_name.empty() && pod.status.phase == "Pending"; });
        claims_pending = any<kube::Pod>(parts, [](const auto& pod) {
            return pod.status.phase == "Pending" &&
                   std::any_of(pod.spec.volumes.begin(), pod.spec.volumes.end(), [](const auto& v) { return v.persistent_volume_claim != nullptr; });
        });
        refused = pods_are_refused(parts);
        configuration = any<kube::Pod>(parts, [](const auto& pod) { return waits_for_configuration(pod); }) ||
                        any<kube::Event>(parts, [](const auto& event) { return event.reason == "FailedMount"; });
        login = any<kube::Pod>(parts, is_refused_by_registry) || any<kube::Event>(parts, [](const auto& event) {
                    return event.reason == "FailedToRetrieveImagePullSecret" || (event.reason == "Failed" && contains(event.message, "pull") && is_about_login(event.message));
                });
        ingress = !all<kube::Ingress>(parts).empty();
        tls = any<kube::Ingress>(parts, [](const auto& object) { return !object.spec.tls.empty(); });
        runtime_class = names_runtime_class(parts);
    }
    bool waiting_claim = false, unscheduled = false, claims_pending = false, refused = false, configuration = false, login = false, ingress = false,
         tls = false, runtime_class = false;
};

} // namespace

std::vector<PlannedList> first_lists(const ReadRequest& request) {
    std::vector<PlannedList> lists;
    for (const Resource resource : k_always)
        if (request.resources.has(resource))
            lists.push_back({resource, kube::info_of(resource).namespaced && !request.scope.all_namespaces ? request.scope.namespace_name : std::string()});
    return lists;
}

std::vector<PlannedList> second_lists(const ReadRequest& request, const facts::SnapshotParts& parts) {
    const Signs signs(parts);
    std::vector<PlannedList> lists;
    const auto want = [&](Resource resource, bool needed) {
        if (needed && request.resources.has(resource))
            lists.push_back({resource, kube::info_of(resource).namespaced && !request.scope.all_namespaces ? request.scope.namespace_name : std::string()});
    };
    want(Resource::configmaps, signs.configuration);
    want(Resource::secrets, signs.configuration || signs.login || signs.tls);
    want(Resource::serviceaccounts, signs.login || signs.refused);
    want(Resource::resourcequotas, signs.refused);
    want(Resource::persistentvolumes, signs.waiting_claim || signs.claims_pending);
    want(Resource::storageclasses, signs.waiting_claim || signs.claims_pending);
    want(Resource::ingressclasses, signs.ingress);
    want(Resource::runtimeclasses, signs.runtime_class);
    if (signs.unscheduled && !request.scope.all_namespaces && request.resources.has(Resource::nodes)) lists.push_back({Resource::pods, {}, true});
    return lists;
}

std::string list_path(const PlannedList& list, std::string_view group_version, const std::optional<Page>& page) {
    const auto& info = kube::info_of(list.resource);
    const std::string api = !group_version.empty()  ? format("/apis/{}", group_version)
                            : info.group.empty() ? format("/api/{}", info.version)
                                                 : format("/apis/{}/{}", info.group, info.version);
    const std::string place = list.namespace_name.empty() ? std::string() : format("/namespaces/{}", client::escape(list.namespace_name));
    std::vector<std::string> query;
    if (list.for_node_usage) query.emplace_back("fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed"); // finished pods take nothing from nodes
    if (page) query.push_back(format("limit={}", page->most));
    if (page && !page->token.empty()) query.push_back("continue=" + client::escape(page->token));
    return format("{}{}/{}{}{}", api, place, info.plural, query.empty() ? "" : "?", join(query, "&"));
}

std::vector<std::string_view> older_versions(Resource resource) {
    switch (resource) {
    case Resource::endpointslices: return {"discovery.k8s.io/v1beta1"};
    case Resource::cronjobs: return {"batch/v1beta1"};
    case Resource::horizontalpodautoscalers: return {"autoscaling/v2beta2", "autoscaling/v1"};
    case Resource::poddisruptionbudgets: return {"policy/v1beta1"};
    case Resource::ingresses:
    case Resource::ingressclasses: return {"networking.k8s.io/v1beta1"};
    case Resource::runtimeclasses: return {"node.k8s.io/v1beta1"};
    default: return {};
    }
}

} // namespace kdiag::collect
