// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collect/source.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kdiag::collect {

/// One list to read: a resource, in one namespace or in all.
struct PlannedList {
    kube::Resource resource;
    std::string namespace_name; ///< empty: every namespace, or a cluster resource
    bool for_node_usage = false; ///< pods of the whole cluster, for what they take from nodes
};

/// What every diagnosis of these resources reads first.
std::vector<PlannedList> first_lists(const ReadRequest& request);
/// What else is needed, now that the first lists are here: the objects that troubled pods refer to, the storage behind waiting claims.
/// Nothing of it is read for a healthy cluster.
std::vector<PlannedList> second_lists(const ReadRequest& request, const facts::SnapshotParts& parts);

/// A part of a list.
struct Page {
    std::size_t most = 0;   ///< objects
    std::string token = {}; ///< where it goes on; empty: its first part
    std::size_t number = 1;
};

/// The URL path of a list, of all of it or of a page; `group_version` overrides the table's, for old servers.
std::string list_path(const PlannedList& list, std::string_view group_version = {}, const std::optional<Page>& page = std::nullopt);
/// Older group versions that serve the same objects, newest first.
std::vector<std::string_view> older_versions(kube::Resource resource);

} // namespace kdiag::collect
