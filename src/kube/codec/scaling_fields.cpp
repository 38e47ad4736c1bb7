// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/common_fields.hpp"
#include "kube/workload.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<ScaleTargetReference>() {
    static constexpr Field fields[] = {
        field<&ScaleTargetReference::api_version>("apiVersion", 3),
        field<&ScaleTargetReference::kind>("kind", 1),
        field<&ScaleTargetReference::name>("name", 2),
    };
    static constexpr StructType type{"CrossVersionObjectReference", fields};
    return type;
}

template <> const StructType& type_of<HorizontalPodAutoscalerSpec>() {
    static constexpr Field fields[] = {
        field<&HorizontalPodAutoscalerSpec::max_replicas>("maxReplicas", 3),
        field<&HorizontalPodAutoscalerSpec::min_replicas>("minReplicas", 2),
        field<&HorizontalPodAutoscalerSpec::scale_target_ref>("scaleTargetRef", 1),
    };
    static constexpr StructType type{"HorizontalPodAutoscalerSpec", fields};
    return type;
}

template <> const StructType& type_of<HorizontalPodAutoscalerStatus>() {
    static constexpr Field fields[] = {
        field<&HorizontalPodAutoscalerStatus::conditions>("conditions", 6, &workload_condition),
        field<&HorizontalPodAutoscalerStatus::current_replicas>("currentReplicas", 3),
        field<&HorizontalPodAutoscalerStatus::desired_replicas>("desiredReplicas", 4),
    };
    static constexpr StructType type{"HorizontalPodAutoscalerStatus", fields};
    return type;
}

template <> const StructType& type_of<HorizontalPodAutoscaler>() {
    static constexpr Field fields[] = {
        field<&HorizontalPodAutoscaler::meta>("metadata", 1),
        field<&HorizontalPodAutoscaler::spec>("spec", 2),
        field<&HorizontalPodAutoscaler::status>("status", 3),
    };
    static constexpr StructType type{"HorizontalPodAutoscaler", fields};
    return type;
}

template <> const StructType& type_of<PodDisruptionBudgetSpec>() {
    static constexpr Field fields[] = {
        field<&PodDisruptionBudgetSpec::max_unavailable>("maxUnavailable", 3),
        field<&PodDisruptionBudgetSpec::min_available>("minAvailable", 1),
        field<&PodDisruptionBudgetSpec::selector>("selector", 2),
    };
    static constexpr StructType type{"PodDisruptionBudgetSpec", fields};
    return type;
}

template <> const StructType& type_of<PodDisruptionBudgetStatus>() {
    static constexpr Field fields[] = {
        field<&PodDisruptionBudgetStatus::conditions>("conditions", 7, &condition),
        field<&PodDisruptionBudgetStatus::current_healthy>("currentHealthy", 4),
        field<&PodDisruptionBudgetStatus::desired_healthy>("desiredHealthy", 5),
        field<&PodDisruptionBudgetStatus::disruptions_allowed>("disruptionsAllowed", 3),
        field<&PodDisruptionBudgetStatus::expected_pods>("expectedPods", 6),
    };
    static constexpr StructType type{"PodDisruptionBudgetStatus", fields};
    return type;
}

template <> const StructType& type_of<PodDisruptionBudget>() {
    static constexpr Field fields[] = {
        field<&PodDisruptionBudget::meta>("metadata", 1),
        field<&PodDisruptionBudget::spec>("spec", 2),
        field<&PodDisruptionBudget::status>("status", 3),
    };
    static constexpr StructType type{"PodDisruptionBudget", fields};
    return type;
}

} // namespace kdiag::kube
