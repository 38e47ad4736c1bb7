// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/result.hpp"

namespace kdiag::net {

/// Sets libcurl up, once. It comes before the first handle, so that commands without network do not wait for it.
Status start_curl();

} // namespace kdiag::net
