// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/configuration.hpp"
#include "kube/event.hpp"
#include "kube/node.hpp"
#include "kube/pod.hpp"
#include "kube/resource.hpp"
#include "kube/service.hpp"
#include "kube/storage.hpp"
#include "kube/workload.hpp"

#include <deque>
#include <tuple>

namespace kdiag::facts {

/// Grows without moving what it holds: a vector of 10,000 pods would need half as much again while it grows.
template <class T> using Objects = std::deque<T>;

/// Every kind of object that a snapshot holds, one list each.
using ObjectVectors =
    std::tuple<Objects<kube::Pod>, Objects<kube::Node>, Objects<kube::Namespace>, Objects<kube::Event>, Objects<kube::Service>,
               Objects<kube::EndpointSlice>, Objects<kube::ConfigMap>, Objects<kube::Secret>, Objects<kube::ServiceAccount>,
               Objects<kube::PersistentVolumeClaim>, Objects<kube::PersistentVolume>, Objects<kube::StorageClass>,
               Objects<kube::ResourceQuota>, Objects<kube::Deployment>, Objects<kube::ReplicaSet>, Objects<kube::StatefulSet>,
               Objects<kube::DaemonSet>, Objects<kube::Job>, Objects<kube::CronJob>, Objects<kube::HorizontalPodAutoscaler>,
               Objects<kube::PodDisruptionBudget>, Objects<kube::Ingress>, Objects<kube::IngressClass>,
               Objects<kube::NetworkPolicy>, Objects<kube::RuntimeClass>>;

/// The resource of a kind's type.
template <class T> constexpr kube::Resource resource_of();
#define KD_RESOURCE_OF(Type, resource)                                                                                                     \
    template <> constexpr kube::Resource resource_of<kube::Type>() {                                                                       \
        return kube::Resource::resource;                                                                                                   \
    }
KD_RESOURCE_OF(Pod, pods)
KD_RESOURCE_OF(Node, nodes)
KD_RESOURCE_OF(Namespace, namespaces)
KD_RESOURCE_OF(Event, events)
KD_RESOURCE_OF(Service, services)
KD_RESOURCE_OF(EndpointSlice, endpointslices)
KD_RESOURCE_OF(ConfigMap, configmaps)
KD_RESOURCE_OF(Secret, secrets)
KD_RESOURCE_OF(ServiceAccount, serviceaccounts)
KD_RESOURCE_OF(PersistentVolumeClaim, persistentvolumeclaims)
KD_RESOURCE_OF(PersistentVolume, persistentvolumes)
KD_RESOURCE_OF(StorageClass, storageclasses)
KD_RESOURCE_OF(ResourceQuota, resourcequotas)
KD_RESOURCE_OF(Deployment, deployments)
KD_RESOURCE_OF(ReplicaSet, replicasets)
KD_RESOURCE_OF(StatefulSet, statefulsets)
KD_RESOURCE_OF(DaemonSet, daemonsets)
KD_RESOURCE_OF(Job, jobs)
KD_RESOURCE_OF(CronJob, cronjobs)
KD_RESOURCE_OF(HorizontalPodAutoscaler, horizontalpodautoscalers)
KD_RESOURCE_OF(PodDisruptionBudget, poddisruptionbudgets)
KD_RESOURCE_OF(Ingress, ingresses)
KD_RESOURCE_OF(IngressClass, ingressclasses)
KD_RESOURCE_OF(NetworkPolicy, networkpolicies)
KD_RESOURCE_OF(RuntimeClass, runtimeclasses)
#undef KD_RESOURCE_OF

/// Calls `f.template operator()<T>()` for the type of a resource (none for logs).
template <class F> void with_type_of(kube::Resource resource, F&& f) {
    [&]<class... Vectors>(std::tuple<Vectors...>*) {
        ((resource_of<typename Vectors::value_type>() == resource ? f.template operator()<typename Vectors::value_type>() : void()), ...);
    }(static_cast<ObjectVectors*>(nullptr));
}

} // namespace kdiag::facts
