// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/environment.hpp"
#include "client/api_client.hpp"
#include "collect/source.hpp"
#include "config/resolve.hpp"

#include <memory>
#include <string>

namespace kdiag::app {

struct ConnectOptions {
    std::string from;           ///< `--from`: a recording instead of a cluster
    std::string namespace_name; ///< `-n`; empty: the context's, or every namespace of a recording
    config::Overrides overrides;
};

/// The cluster by kubeconfig and flags, for commands that need a live one. Makes no request yet.
Result<std::unique_ptr<client::ApiClient>> open_client(const ConnectOptions& options, const Environment& environment);

/// A cluster by kubeconfig and flags, or a recording. Opening a cluster makes no request yet.
Result<std::unique_ptr<collect::Source>> open_source(const ConnectOptions& options, const Environment& environment);

/// Where a command looks: every namespace, the one named, or the source's own.
facts::Scope scope_of(const ConnectOptions& options, bool all_namespaces, const collect::Source& source);

} // namespace kdiag::app
