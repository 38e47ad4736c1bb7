// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/meta.hpp"

namespace kdiag::kube {

struct ObjectReference {
    Text api_version, kind, namespace_name, name, uid, field_path;
};
struct EventSeries {
    std::int64_t count = 0;
    Timestamp last_observed_time;
};
struct EventSource {
    Text component, host;
};
/// core/v1 Event and events.k8s.io/v1 Event, which are one object in two spellings (`regarding`, `note`, `deprecated*`).
struct Event {
    static constexpr Text k_kind = "Event";
    ObjectMeta meta;
    ObjectReference involved;
    Text type, reason, message, reporting_component;
    std::int64_t recorded_count = 0;
    Timestamp first_timestamp, last_timestamp, event_time;
    Optional<EventSeries> series;
    EventSource source;

    /// kubectl's order of trust: series, lastTimestamp, eventTime, firstTimestamp, creation.
    Timestamp last_seen() const {
        if (series && series->last_observed_time) return series->last_observed_time;
        for (Timestamp t : {last_timestamp, event_time, first_timestamp})
            if (t) return t;
        return meta.created;
    }
    Timestamp first_seen() const {
        for (Timestamp t : {event_time, first_timestamp})
            if (t) return t;
        return meta.created;
    }
    std::int64_t count() const {
        if (series && series->count > 0) return series->count;
        return recorded_count > 0 ? recorded_count : 1;
    }
    Text component() const { return source.component.empty() ? reporting_component : source.component; }
};

} // namespace kdiag::kube
