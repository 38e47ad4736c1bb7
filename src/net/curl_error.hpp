// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http.hpp"

#include <curl/curl.h>

namespace kdiag::net {

struct FailedTransfer {
    const std::string& url;
    std::string_view details; ///< CURLOPT_ERRORBUFFER; only looked at, never shown
};

/// What failed, why, and what to do, for a transfer that libcurl gave up.
Error error_of(CURL* easy, CURLcode code, const FailedTransfer& failed, const HttpSettings& settings);
/// Whether the connection stood and was lost, so that a GET may be sent once more.
bool is_lost_connection(CURLcode code);

} // namespace kdiag::net
