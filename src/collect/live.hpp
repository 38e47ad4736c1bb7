// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/api_client.hpp"
#include "collect/source.hpp"

#include <memory>

namespace kdiag::collect {

/// A cluster behind an API client. Nothing is requested before the first call.
std::unique_ptr<Source> open_cluster(std::unique_ptr<client::ApiClient> client);

} // namespace kdiag::collect
