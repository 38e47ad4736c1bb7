// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.hpp"
#include "util/result.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::data {

struct YamlOptions {
    /// Every scalar stays a string (kubeconfig: a token may look like a number).
    bool scalars_as_strings = false;
    /// Aliases may expand to at most this many nodes in all.
    std::size_t max_nodes = 5'000'000;
    std::size_t max_depth = 200;
};

/// Every document of a stream, YAML 1.1 scalars as kubectl reads them, `<<` merged, with marks. Duplicate keys, alias bombs and
/// broken syntax are errors that say line and column (`name` is the file for the message).
Result<std::vector<Value>> parse_yaml(std::string_view text, std::string_view name, const YamlOptions& options = {});
/// The same, one document at a time and without holding them; `take` returning an error ends it.
Status parse_yaml_documents(std::string_view text, std::string_view name, const YamlOptions& options, const std::function<Status(Value)>& take);
/// As `kubectl -o yaml` prints: block style, quotes only where needed, literal blocks for several lines.
std::string to_yaml(const Value& value);

} // namespace kdiag::data
