// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/exchange.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kdiag::net {

/// A certificate from what libcurl says of it (CURLINFO_CERTINFO): lines `Subject:CN = web`, `Expire date:Jan  1 00:00:00 2027 GMT`.
Certificate certificate_of(const std::vector<std::string_view>& lines);
/// `Sep 14 12:05:33 2026 GMT`, as OpenSSL prints times; unset when it is no such time.
Timestamp parse_openssl_time(std::string_view text);
/// Why a handshake failed: `not_trusted` with OpenSSL's verification result (openssl/x509_vfy.h), or its own words.
std::string handshake_problem(bool not_trusted, long verification, std::string_view details);
/// OpenSSL's verification results that people meet, about `it`; empty: another.
std::string verification_problem(long result);

} // namespace kdiag::net
