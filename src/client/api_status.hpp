// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http.hpp"
#include "util/result.hpp"

#include <string>
#include <string_view>

namespace kdiag::client {

/// An answer that is no success as an Error: metav1.Status where it is one, and the plain text, HTML or nothing that proxies send.
/// `doing` is for the message: `list pods in namespace shop`.
Error error_of_answer(const net::Transfer& transfer, const std::string& doing);

/// Whether a body is a metav1.Status, which only the API server itself writes.
bool is_api_status(std::string_view body);

/// What a 410 says of a list whose next page is no longer to be had as it was: the token of that page as it is now; empty: none.
std::string continue_after_expiry(std::string_view body);

/// Whether a 404 says that the resource itself is not served (an absent API), and not that one object is missing.
bool is_unserved(const net::Transfer& transfer);

} // namespace kdiag::client
