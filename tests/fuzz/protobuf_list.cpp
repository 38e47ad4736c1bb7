// SPDX-License-Identifier: Apache-2.0
#include "protobuf_bytes.hpp"
#include "targets.hpp"

#include "kube/codec/list_splitter.hpp"

#include <algorithm>

namespace kdiag::fuzz {

namespace {

struct Split {
    std::vector<std::string> items;
    std::string kind;
    std::size_t dropped = 0;
    bool whole = false;
    bool operator==(const Split&) const = default;
};

/// Bytes arrive in chunks of these sizes, over and over.
Split split_in(std::string_view bytes, std::initializer_list<std::size_t> sizes) {
    Split split;
    kube::ListSplitter splitter({.on_item = [&](kube::WireFormat format, std::string_view item) -> Status {
                                     split.items.push_back((format == kube::WireFormat::json ? "json " : "protobuf ") + std::string(item));
                                     return {};
                                 },
                                 .on_list_start = [&](std::string_view api_version, std::string_view kind) -> Status {
                                     split.kind = std::string(api_version) + " " + std::string(kind);
                                     return {};
                                 },
                                 .on_oversized = [&](std::size_t size) { split.dropped += size; }});
    const auto* size = sizes.begin();
    Status status;
    for (std::size_t at = 0; at < bytes.size() && status;) {
        const std::size_t count = std::min(*size, bytes.size() - at);
        status = splitter.push(bytes.substr(at, count));
        at += count;
        if (++size == sizes.end()) size = sizes.begin();
    }
    if (status) status = splitter.finish();
    promise(status || (status.error().kind == ErrorKind::decode && !status.error().message.empty()), "a broken list has no reason");
    split.whole = status.has_value();
    return split;
}

} // namespace

void fuzz_protobuf_list(std::string_view bytes) {
    const auto split = split_in(bytes, {std::max<std::size_t>(bytes.size(), 1)});
    promise(split_in(bytes, {1}) == split, "single bytes give other items");
    promise(split_in(bytes, {7, 1, 130}) == split, "uneven chunks give other items");
    std::size_t size = 0;
    for (const auto& item : split.items) size += item.size() - item.find(' ') - 1;
    promise(size <= bytes.size(), "items are larger than their list");
    if (!split.whole || !bytes.starts_with(kube::k_protobuf_magic)) return;
    promise(!split.kind.empty(), "a list does not say of what it is");
    promise(!split_in(bytes.substr(0, 5), {5}).whole, "an envelope without a list is whole");
}

Seeds seeds_protobuf_list() {
    const auto list = [](std::string_view items) {
        return std::string(kube::k_protobuf_magic) + part(1, part(1, "v1") + part(2, "PodList")) + part(2, items) + part(3, "") + part(4, "");
    };
    return {
        list(part(1, part(2, "77") + part(3, "token")) + part(2, part(1, part(1, "a"))) + part(2, part(1, part(1, "b")))),
        list(""),
        list(part(2, std::string(300, 'x')) + number(7, 1) + part(2, "") + part(9, "more")),
        std::string(kube::k_protobuf_magic) + part(1, part(2, "Status")) + part(2, part(3, "not found")),
        R"({"kind":"PodList","items":[{"metadata":{"name":"a"}}]})",
        "k8s",
    };
}

} // namespace kdiag::fuzz
