// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/pod_list.hpp"
#include "collect/type_lookup.hpp"
#include "kube/object_ref.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kdiag::app {

class PodWatch;

/// What the command line names: TYPE/NAME, TYPE NAME, or a pod's NAME alone.
struct TargetName {
    std::string type = "pods";
    std::string name;
    bool is_node() const { return type == "node" || type == "nodes" || type == "no"; }
};
Result<TargetName> parse_target_name(const std::vector<std::string>& words);

/// A Service with what its ports and pods are to be found with.
struct ServiceTarget {
    TextPool texts;
    kube::Service service;
};

/// What is known of a named object so that its pods can be listed now, again later, and watched.
struct PodTarget {
    kube::ObjectRef named;
    /// Of its pods. Empty: the pod itself, or the pods that EndpointSlices name.
    std::string label_selector;
    std::shared_ptr<const ServiceTarget> service; ///< null: no Service was named
    bool is_pod() const { return named.kind == kube::Pod::k_kind; }
    /// A Service of type ExternalName: it can be asked by its name, and has no pods.
    bool is_alias() const { return service != nullptr && service->service.spec.type == "ExternalName"; }
};

/// The pods behind a target, the one that serves best first.
struct TargetPods {
    PodList list;
    /// Of a Service without selector: they say where its endpoints listen.
    ObjectList<kube::EndpointSlice> slices;
    const std::vector<kube::Pod>& pods() const { return list.objects; }
};

/// The text of `spec.selector` of a workload, a Service, a ReplicationController or a custom resource, else of `status.selector` (as the
/// scale subresource has it); nullopt: it selects no pods.
std::optional<std::string> pod_selector_of(const data::Value& object);

/// Finds the pods behind a name in few requests: one for a pod, two for most workloads, three for a Deployment, whose newest ReplicaSet
/// is preferred. Discovery is only for kinds that kdiag does not know.
class PodFinder {
public:
    /// `namespace_name` may be empty: the context's. `interrupted` ends waiting.
    PodFinder(client::ApiClient& client, std::string namespace_name, const std::atomic<bool>* interrupted = nullptr);

    /// A name or type that does not exist is an error with near names.
    Result<PodTarget> find(const TargetName& name);
    /// The pods of a target as they are now; of a workload possibly none. What cannot have any is a usage error.
    Result<TargetPods> pods(const PodTarget& target);
    /// As pods, when one of them runs (phase Running) or, with `any_phase`, is there at all; waits for that so long, turning the loop,
    /// with a watch on them. An error says what the pods wait for. `on_wait` is told once, in words, that and why there is a wait.
    enum class Wanted { running, any_phase };
    Result<TargetPods> wait_for_pods(const PodTarget& target, Wanted wanted, Duration timeout, const std::function<void(const std::string&)>& on_wait = {});
    /// The same until the best of them is as wanted.
    Result<TargetPods> wait_for_pods(const PodTarget& target, const std::function<bool(const kube::Pod&)>& is_wanted, Duration timeout,
                                     const std::function<void(const std::string&)>& on_wait = {});

    const std::string& namespace_name() const { return m_namespace; }

private:
    Result<PodTarget> find_job_of(PodTarget cron_job);
    Result<data::Value> object(const collect::ResourceType& type, const std::string& name);
    Result<TargetPods> named_pods(const PodTarget& target);
    Result<TargetPods> selected_pods(const PodTarget& target);
    Result<TargetPods> pods_in_slices(const PodTarget& target);
    std::unique_ptr<PodWatch> watch(const PodTarget& target, const TargetPods& found, std::function<void()> on_change);
    Status await_change(const bool& changed, Duration longest);
    net::RunLimits limits() const;

    client::ApiClient& m_client;
    std::string m_namespace;
    const std::atomic<bool>* m_interrupted;
    collect::TypeLookup m_lookup;
};

} // namespace kdiag::app
