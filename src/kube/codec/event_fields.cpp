// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/event.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<ObjectReference>() {
    static constexpr Field fields[] = {
        field<&ObjectReference::api_version>("apiVersion"),
        field<&ObjectReference::field_path>("fieldPath"),
        field<&ObjectReference::kind>("kind"),
        unique_field<&ObjectReference::name>("name"),
        field<&ObjectReference::namespace_name>("namespace"),
        unique_field<&ObjectReference::uid>("uid"),
    };
    static constexpr StructType type{"ObjectReference", fields};
    return type;
}

template <> const StructType& type_of<EventSeries>() {
    static constexpr Field fields[] = {
        field<&EventSeries::count>("count"),
        field<&EventSeries::last_observed_time>("lastObservedTime"),
    };
    static constexpr StructType type{"EventSeries", fields};
    return type;
}

template <> const StructType& type_of<EventSource>() {
    static constexpr Field fields[] = {
        field<&EventSource::component>("component"),
        field<&EventSource::host>("host"),
    };
    static constexpr StructType type{"EventSource", fields};
    return type;
}

template <> const StructType& type_of<Event>() {
    static constexpr Field fields[] = {
        field<&Event::recorded_count>("count"),
        field<&Event::recorded_count>("deprecatedCount"),
        field<&Event::first_timestamp>("deprecatedFirstTimestamp"),
        field<&Event::last_timestamp>("deprecatedLastTimestamp"),
        field<&Event::source>("deprecatedSource"),
        field<&Event::event_time>("eventTime"),
        field<&Event::first_timestamp>("firstTimestamp"),
        field<&Event::involved>("involvedObject"),
        field<&Event::last_timestamp>("lastTimestamp"),
        unique_field<&Event::message>("message"),
        field<&Event::meta>("metadata"),
        unique_field<&Event::message>("note"),
        field<&Event::reason>("reason"),
        field<&Event::involved>("regarding"),
        field<&Event::reporting_component>("reportingComponent"),
        field<&Event::reporting_component>("reportingController"),
        field<&Event::series>("series"),
        field<&Event::source>("source"),
        field<&Event::type>("type"),
    };
    static constexpr StructType type{"Event", fields};
    return type;
}

} // namespace kdiag::kube
