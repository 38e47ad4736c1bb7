// SPDX-License-Identifier: Apache-2.0
#include "facts/related.hpp"

#include "kube/selector.hpp"

#include <unordered_map>
#include <vector>

namespace kdiag::facts {

namespace {

using Keys = std::unordered_set<std::string>;
using Edges = std::unordered_map<std::string, std::vector<std::string>>;

std::string key_of(std::string_view kind, std::string_view namespace_name, std::string_view name) {
    return kube::ObjectRef{.kind = std::string(kind), .namespace_name = std::string(namespace_name), .name = std::string(name)}.key();
}
template <class T> std::string key_of(const T& object) {
    return key_of(T::k_kind, object.meta.namespace_name, object.meta.name);
}

/// "depends on", both ways round, and "owns", which makes parts of one thing.
class Graph {
public:
    explicit Graph(const Snapshot& facts) : m_facts(facts) {
        add_owners();
        for (const auto& pod : facts.all<kube::Pod>()) add_pod(pod);
        add_network();
        add_workloads();
        add_storage();
    }

    Keys around(std::span<const kube::ObjectRef> targets) const {
        Keys self;
        for (const auto& target : targets) self.insert(target.key());
        spread(self, m_owned);
        Keys all = self, up = self;
        spread(all, m_needs);
        spread(up, m_needed_by);
        all.insert(up.begin(), up.end());
        return all;
    }

private:
    void depends(const std::string& dependent, const std::string& dependency) {
        m_needs[dependent].push_back(dependency);
        m_needed_by[dependency].push_back(dependent);
    }

    static void spread(Keys& keys, const Edges& edges) {
        std::vector<std::string> open(keys.begin(), keys.end());
        while (!open.empty()) {
            const auto found = edges.find(open.back());
            open.pop_back();
            if (found == edges.end()) continue;
            for (const auto& next : found->second)
                if (keys.insert(next).second) open.push_back(next);
        }
    }

    template <class T> void add_owners_of() {
        for (const auto& object : m_facts.all<T>())
            for (const auto& owner : object.meta.owners) {
                const std::string from = key_of(owner.kind, object.meta.namespace_name, owner.name);
                m_owned[from].push_back(key_of(object));
                depends(from, key_of(object));
            }
    }
    void add_owners() {
        add_owners_of<kube::Pod>();
        add_owners_of<kube::ReplicaSet>();
        add_owners_of<kube::Job>();
    }

    void add_pod(const kube::Pod& pod) {
        const std::string self = key_of(pod);
        const auto needs = [&](std::string_view kind, std::string_view name) {
            if (!name.empty()) depends(self, key_of(kind, pod.meta.namespace_name, name));
        };
        if (!pod.spec.node_name.empty()) depends(self, key_of(kube::Node::k_kind, {}, pod.spec.node_name));
        depends(self, key_of(kube::Namespace::k_kind, {}, pod.meta.namespace_name));
        needs(kube::ServiceAccount::k_kind, pod.spec.service_account_name);
        for (const auto& secret : pod.spec.image_pull_secrets) needs(kube::Secret::k_kind, secret.name);
        if (!pod.spec.runtime_class_name.empty()) depends(self, key_of(kube::RuntimeClass::k_kind, {}, pod.spec.runtime_class_name));
        for (const auto* containers : {&pod.spec.containers, &pod.spec.init_containers})
            for (const auto& container : *containers) {
                for (const auto& variable : container.env) {
                    if (!variable.value_from) continue;
                    if (variable.value_from->config_map_key_ref) needs(kube::ConfigMap::k_kind, variable.value_from->config_map_key_ref->name);
                    if (variable.value_from->secret_key_ref) needs(kube::Secret::k_kind, variable.value_from->secret_key_ref->name);
                }
                for (const auto& source : container.env_from) {
                    if (source.config_map_ref) needs(kube::ConfigMap::k_kind, source.config_map_ref->name);
                    if (source.secret_ref) needs(kube::Secret::k_kind, source.secret_ref->name);
                }
            }
        for (const auto& volume : pod.spec.volumes) {
            if (volume.config_map) needs(kube::ConfigMap::k_kind, volume.config_map->name);
            if (volume.secret) needs(kube::Secret::k_kind, volume.secret->secret_name);
            if (volume.persistent_volume_claim) needs(kube::PersistentVolumeClaim::k_kind, volume.persistent_volume_claim->claim_name);
            if (volume.ephemeral) needs(kube::PersistentVolumeClaim::k_kind, std::string(pod.meta.name) + "-" + std::string(volume.name));
            if (volume.projected)
                for (const auto& source : volume.projected->sources) {
                    if (source.config_map) needs(kube::ConfigMap::k_kind, source.config_map->name);
                    if (source.secret) needs(kube::Secret::k_kind, source.secret->name);
                }
        }
    }

    void add_backend(const std::string& ingress, std::string_view namespace_name, const kube::IngressBackend& backend) {
        if (backend.service) depends(ingress, key_of(kube::Service::k_kind, namespace_name, backend.service->name));
    }
    void add_network() {
        for (const auto& service : m_facts.all<kube::Service>()) {
            if (service.spec.selector.empty()) continue;
            for (const auto* pod : m_facts.pods_matching(service.meta.namespace_name, service.spec.selector)) depends(key_of(service), key_of(*pod));
        }
        for (const auto& ingress : m_facts.all<kube::Ingress>()) {
            const std::string self = key_of(ingress);
            if (!ingress.spec.ingress_class_name.empty()) depends(self, key_of(kube::IngressClass::k_kind, {}, ingress.spec.ingress_class_name));
            for (const auto& tls : ingress.spec.tls) depends(self, key_of(kube::Secret::k_kind, ingress.meta.namespace_name, tls.secret_name));
            if (ingress.spec.default_backend) add_backend(self, ingress.meta.namespace_name, *ingress.spec.default_backend);
            for (const auto& rule : ingress.spec.rules)
                if (rule.http)
                    for (const auto& path : rule.http->paths) add_backend(self, ingress.meta.namespace_name, path.backend);
        }
        for (const auto& policy : m_facts.all<kube::NetworkPolicy>())
            for (const auto* pod : m_facts.pods_matching(policy.meta.namespace_name, policy.spec.pod_selector)) depends(key_of(*pod), key_of(policy));
    }

    void add_workloads() {
        for (const auto& scaler : m_facts.all<kube::HorizontalPodAutoscaler>())
            depends(key_of(scaler), key_of(scaler.spec.scale_target_ref.kind, scaler.meta.namespace_name, scaler.spec.scale_target_ref.name));
        for (const auto& budget : m_facts.all<kube::PodDisruptionBudget>())
            if (budget.spec.selector)
                for (const auto* pod : m_facts.pods_matching(budget.meta.namespace_name, *budget.spec.selector)) depends(key_of(budget), key_of(*pod));
        // A quota holds back whatever makes pods in its namespace.
        for (const auto& quota : m_facts.all<kube::ResourceQuota>()) {
            const auto hold = [&](const auto& objects) {
                for (const auto& object : objects)
                    if (object.meta.namespace_name == quota.meta.namespace_name) depends(key_of(object), key_of(quota));
            };
            hold(m_facts.all<kube::ReplicaSet>());
            hold(m_facts.all<kube::StatefulSet>());
            hold(m_facts.all<kube::DaemonSet>());
            hold(m_facts.all<kube::Job>());
        }
        const auto account = [&](const auto& objects) { // of a template, which matters when no pod could be made
            for (const auto& object : objects)
                if (const auto name = object.spec.pod_template.spec.service_account_name; !name.empty())
                    depends(key_of(object), key_of(kube::ServiceAccount::k_kind, object.meta.namespace_name, name));
        };
        account(m_facts.all<kube::Deployment>());
        account(m_facts.all<kube::StatefulSet>());
        account(m_facts.all<kube::DaemonSet>());
    }

    void add_storage() {
        for (const auto& claim : m_facts.all<kube::PersistentVolumeClaim>()) {
            if (!claim.spec.volume_name.empty()) depends(key_of(claim), key_of(kube::PersistentVolume::k_kind, {}, claim.spec.volume_name));
            if (claim.spec.storage_class_name && !claim.spec.storage_class_name->empty())
                depends(key_of(claim), key_of(kube::StorageClass::k_kind, {}, *claim.spec.storage_class_name));
        }
    }

    const Snapshot& m_facts;
    Edges m_needs, m_needed_by, m_owned;
};

} // namespace

std::unordered_set<std::string> related_to(const Snapshot& facts, std::span<const kube::ObjectRef> targets) {
    return Graph(facts).around(targets);
}

} // namespace kdiag::facts
