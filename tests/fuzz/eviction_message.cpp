// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "rules/lifecycle/eviction_message.hpp"

namespace kdiag::fuzz {

void fuzz_eviction_message(std::string_view bytes) {
    const auto eviction = rules::lifecycle::parse_eviction(bytes);
    for (const auto part : {eviction.name, eviction.limit, eviction.container, eviction.usage, eviction.request}) {
        promise(is_inside(part, bytes), "a part points outside of the message");
        if (eviction.kind == rules::lifecycle::EvictionKind::unknown) promise(part.empty(), "an unknown eviction has parts");
    }
    promise(eviction.usage.find(' ') == std::string_view::npos && eviction.request.find(' ') == std::string_view::npos, "a quantity of two words");
}

Seeds seeds_eviction_message() {
    return {
        "Usage of EmptyDir volume \"cache\" exceeds the limit \"16Mi\". ",
        "Container api exceeded its local ephemeral storage limit \"1Gi\". ",
        "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ",
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi. Container api was using 5Gi, request is 1Gi, has larger consumption of memory. ",
        "The node was low on resource: ephemeral-storage. Container api was using 5Gi, which exceeds its request of 1.5Gi. ",
        "The node had condition: [DiskPressure]. ",
        "Pod The node had condition: [MemoryPressure PIDPressure]. ",
    };
}

} // namespace kdiag::fuzz
