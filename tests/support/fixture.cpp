// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

#include "collect/files.hpp"

#include <doctest/doctest.h>

namespace kdiag::test {

facts::Snapshot snapshot_of(const std::string& path, kube::ResourceSet missing, facts::Scope scope) {
    auto source = collect::open_files(path);
    if (!source) FAIL(path << ": " << source.error().message);
    collect::ReadRequest request;
    request.scope = std::move(scope);
    auto parts = (*source)->read(request);
    if (!parts) FAIL(path << ": " << parts.error().message);
    for (std::size_t i = 0; i < kube::k_resource_count; ++i) {
        const auto resource = static_cast<kube::Resource>(i);
        if (!missing.has(resource)) continue;
        parts->read.remove(resource);
        parts->gaps.push_back({.resource = resource, .reason = facts::GapReason::forbidden,
                               .detail = "cannot list " + std::string(kube::info_of(resource).plural)});
        if (resource == kube::Resource::logs) parts->logs.clear();
        facts::with_type_of(resource, [&]<class T>() { std::get<facts::Objects<T>>(parts->objects).clear(); });
    }
    return facts::Snapshot(std::move(*parts));
}

} // namespace kdiag::test
