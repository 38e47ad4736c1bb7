// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/workload.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<ScaleTargetReference>() {
    static constexpr Field fields[] = {
        field<&ScaleTargetReference::api_version>("apiVersion"),
        field<&ScaleTargetReference::kind>("kind"),
        field<&ScaleTargetReference::name>("name"),
    };
    static constexpr StructType type{"ScaleTargetReference", fields};
    return type;
}

template <> const StructType& type_of<HorizontalPodAutoscalerSpec>() {
    static constexpr Field fields[] = {
        field<&HorizontalPodAutoscalerSpec::max_replicas>("maxReplicas"),
        field<&HorizontalPodAutoscalerSpec::min_replicas>("minReplicas"),
        field<&HorizontalPodAutoscalerSpec::scale_target_ref>("scaleTargetRef"),
    };
    static constexpr StructType type{"HorizontalPodAutoscalerSpec", fields};
    return type;
}

template <> const StructType& type_of<HorizontalPodAutoscalerStatus>() {
    static constexpr Field fields[] = {
        field<&HorizontalPodAutoscalerStatus::conditions>("conditions"),
        field<&HorizontalPodAutoscalerStatus::current_replicas>("currentReplicas"),
        field<&HorizontalPodAutoscalerStatus::desired_replicas>("desiredReplicas"),
    };
    static constexpr StructType type{"HorizontalPodAutoscalerStatus", fields};
    return type;
}

template <> const StructType& type_of<HorizontalPodAutoscaler>() {
    static constexpr Field fields[] = {
        field<&HorizontalPodAutoscaler::meta>("metadata"),
        field<&HorizontalPodAutoscaler::spec>("spec"),
        field<&HorizontalPodAutoscaler::status>("status"),
    };
    static constexpr StructType type{"HorizontalPodAutoscaler", fields};
    return type;
}

template <> const StructType& type_of<PodDisruptionBudgetSpec>() {
    static constexpr Field fields[] = {
        field<&PodDisruptionBudgetSpec::max_unavailable>("maxUnavailable"),
        field<&PodDisruptionBudgetSpec::min_available>("minAvailable"),
        field<&PodDisruptionBudgetSpec::selector>("selector"),
    };
    static constexpr StructType type{"PodDisruptionBudgetSpec", fields};
    return type;
}

template <> const StructType& type_of<PodDisruptionBudgetStatus>() {
    static constexpr Field fields[] = {
        field<&PodDisruptionBudgetStatus::conditions>("conditions"),
        field<&PodDisruptionBudgetStatus::current_healthy>("currentHealthy"),
        field<&PodDisruptionBudgetStatus::desired_healthy>("desiredHealthy"),
        field<&PodDisruptionBudgetStatus::disruptions_allowed>("disruptionsAllowed"),
        field<&PodDisruptionBudgetStatus::expected_pods>("expectedPods"),
    };
    static constexpr StructType type{"PodDisruptionBudgetStatus", fields};
    return type;
}

template <> const StructType& type_of<PodDisruptionBudget>() {
    static constexpr Field fields[] = {
        field<&PodDisruptionBudget::meta>("metadata"),
        field<&PodDisruptionBudget::spec>("spec"),
        field<&PodDisruptionBudget::status>("status"),
    };
    static constexpr StructType type{"PodDisruptionBudget", fields};
    return type;
}

} // namespace kdiag::kube
