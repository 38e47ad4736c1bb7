// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/event.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<ObjectReference>() {
    static constexpr Field fields[] = {
        field<&ObjectReference::api_version>("apiVersion", 5),
        field<&ObjectReference::field_path>("fieldPath", 7),
        field<&ObjectReference::kind>("kind", 1),
        unique_field<&ObjectReference::name>("name", 3),
        field<&ObjectReference::namespace_name>("namespace", 2),
        unique_field<&ObjectReference::uid>("uid", 4),
    };
    static constexpr StructType type{"ObjectReference", fields};
    return type;
}

template <> const StructType& type_of<EventSeries>() {
    static constexpr Field fields[] = {
        field<&EventSeries::count>("count", 1),
        field<&EventSeries::last_observed_time>("lastObservedTime", 2),
    };
    static constexpr StructType type{"EventSeries", fields};
    return type;
}

template <> const StructType& type_of<EventSource>() {
    static constexpr Field fields[] = {
        field<&EventSource::component>("component", 1),
        field<&EventSource::host>("host", 2),
    };
    static constexpr StructType type{"EventSource", fields};
    return type;
}

template <> const StructType& type_of<Event>() {
    static constexpr Field fields[] = {
        field<&Event::recorded_count>("count", 8),
        field<&Event::recorded_count>("deprecatedCount", k_json_only),
        field<&Event::first_timestamp>("deprecatedFirstTimestamp", k_json_only),
        field<&Event::last_timestamp>("deprecatedLastTimestamp", k_json_only),
        field<&Event::source>("deprecatedSource", k_json_only),
        field<&Event::event_time>("eventTime", 10),
        field<&Event::first_timestamp>("firstTimestamp", 6),
        field<&Event::involved>("involvedObject", 2),
        field<&Event::last_timestamp>("lastTimestamp", 7),
        unique_field<&Event::message>("message", 4),
        field<&Event::meta>("metadata", 1),
        unique_field<&Event::message>("note", k_json_only),
        field<&Event::reason>("reason", 3),
        field<&Event::involved>("regarding", k_json_only),
        field<&Event::reporting_component>("reportingComponent", 14),
        field<&Event::reporting_component>("reportingController", k_json_only),
        field<&Event::series>("series", 11),
        field<&Event::source>("source", 5),
        field<&Event::type>("type", 9),
    };
    static constexpr StructType type{"Event", fields};
    return type;
}

} // namespace kdiag::kube
