// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/api_client.hpp"

#include <string>
#include <vector>

namespace kdiag::client {

/// A kind that the server serves.
struct ServedType {
    std::string group, version, plural, singular, kind;
    std::vector<std::string> short_names;
    bool namespaced = true;
};

/// Every kind that the server serves, in its preferred version: aggregated discovery (KEP-3352) in two requests, else the old way with
/// one request a group version. An API that does not answer is left out.
Result<std::vector<ServedType>> discover(ApiClient& client);

/// The kinds in an aggregated document; also for tests.
std::vector<ServedType> read_aggregated(const data::Value& document);

} // namespace kdiag::client
