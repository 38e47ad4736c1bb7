// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.hpp"
#include "util/result.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::config {

/// Environment variables, so that tests bring their own.
using Variables = std::function<std::optional<std::string>(std::string_view)>;

/// A named stanza and the folder that its relative paths start from.
struct Stanza {
    data::Value value;
    std::string folder, file;
};

/// Merged kubeconfig files: the first file that names something wins (clientcmd's rules).
struct Kubeconfig {
    std::string current_context;
    std::string current_context_file;
    std::map<std::string, Stanza> clusters, users, contexts;
    std::vector<std::string> files; ///< that were read
    bool empty() const { return clusters.empty() && users.empty() && contexts.empty() && current_context.empty(); }
};

/// Adds one file's text. Broken YAML, a wrong type or a name that stands twice is a config error with file, line and column.
Status merge_kubeconfig(Kubeconfig& merged, std::string_view text, const std::string& path);

/// `--kubeconfig`, else the files of KUBECONFIG, else ~/.kube/config. Only an explicit file has to exist.
Result<Kubeconfig> load_kubeconfig(const std::string& explicit_path, const Variables& variable);

} // namespace kdiag::config
