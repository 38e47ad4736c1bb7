// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collect/source.hpp"
#include "facts/snapshot.hpp"
#include "kube/object_ref.hpp"
#include "kube/selector.hpp"

#include <string>
#include <vector>

namespace kdiag::app {

/// What was named on the command line.
struct Target {
    collect::ResourceType type;
    std::string name; ///< may be a glob; empty: every object of the type
};

/// kubectl's grammar: `TYPE NAME...`, `TYPE/NAME...`, `TYPE,TYPE [NAME...]`, `TYPE`. Mixing the forms, or an unknown type, is a usage error.
Result<std::vector<Target>> parse_targets(collect::Source& source, const std::vector<std::string>& words);

/// The objects behind targets, in the snapshot; kinds that the snapshot doesn't hold are asked of the source. A name that does not
/// exist is not_found, with near names.
Result<std::vector<kube::ObjectRef>> find_targets(collect::Source& source, const facts::Snapshot& facts, const std::string& namespace_name,
                                                  const std::vector<Target>& targets);

/// Every object of the snapshot whose labels meet a selector.
std::vector<kube::ObjectRef> find_by_labels(const facts::Snapshot& facts, const kube::OwnedSelector& selector);

/// The objects that manifest files name (`-f`); folders with their .yaml, .yml and .json files, `-` is standard input.
Result<std::vector<kube::ObjectRef>> objects_in_manifests(const std::vector<std::string>& paths, bool recursive, const std::string& namespace_name);

/// The kinds that have to be read so that targets can be found.
kube::ResourceSet resources_of(const std::vector<Target>& targets);

} // namespace kdiag::app
