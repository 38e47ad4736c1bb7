// SPDX-License-Identifier: Apache-2.0
#include "rules/lifecycle/eviction_message.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace kdiag::rules::lifecycle;

TEST_CASE("the kubelet's words about an eviction are read") {
    struct Row {
        std::string_view text;
        EvictionKind kind;
        std::string_view name, limit, container, usage, request;
    };
    for (const Row& row : {
             Row{"Usage of EmptyDir volume \"spool\" exceeds the limit \"1Gi\". ", EvictionKind::empty_dir_limit, "spool", "1Gi", "", "",
                 ""},
             Row{"Container api exceeded its local ephemeral storage limit \"500Mi\". ", EvictionKind::container_limit, "api", "500Mi", "",
                 "", ""},
             Row{"Pod ephemeral local storage usage exceeds the total limit of containers 1536Mi. ", EvictionKind::pod_limit, "", "1536Mi",
                 "", "", ""},
             Row{"The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 9Gi. Container api was using 7Gi, "
                 "request is 0, has larger consumption of ephemeral-storage. ",
                 EvictionKind::node_low, "ephemeral-storage", "", "api", "7Gi", "0"},
             Row{"The node was low on resource: memory. Container api was using 900Mi, which exceeds its request of 100Mi. ",
                 EvictionKind::node_low, "memory", "", "api", "900Mi", "100Mi"},
             Row{"Pod The node had condition: [DiskPressure]. ", EvictionKind::node_condition, "DiskPressure", "", "", "", ""},
             Row{"The node was low on resource: ", EvictionKind::node_low, "", "", "", "", ""},
             Row{"", EvictionKind::unknown, "", "", "", "", ""},
             Row{"something new", EvictionKind::unknown, "", "", "", "", ""},
         }) {
        CAPTURE(std::string(row.text));
        const auto eviction = parse_eviction(row.text);
        CHECK(eviction.kind == row.kind);
        CHECK(eviction.name == row.name);
        CHECK(eviction.limit == row.limit);
        CHECK(eviction.container == row.container);
        CHECK(eviction.usage == row.usage);
        CHECK(eviction.request == row.request);
    }
}
