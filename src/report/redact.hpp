// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace kdiag::report {

/// Replaces what looks like a credential (`password=...`, bearer tokens, JWTs, cloud keys, user info in URLs) by `[redacted]`.
/// Whether anything was replaced.
bool redact_credentials(std::string& text);

} // namespace kdiag::report
