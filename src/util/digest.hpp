// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kdiag {

/// Lower-case hex of SHA-256.
std::string sha256_hex(std::string_view bytes);
/// The 20 bytes of SHA-1; for protocols that still ask for it, never for security.
std::string sha1(std::string_view bytes);
/// Standard alphabet, white space tolerated; nullopt when it is not base64.
std::optional<std::string> base64_decode(std::string_view text);
std::string base64_encode(std::string_view bytes);

} // namespace kdiag
