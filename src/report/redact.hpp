// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.hpp"

#include <string>
#include <string_view>

namespace kdiag::report {

/// Replaces what looks like a credential (`password=...`, bearer tokens, JWTs, cloud keys, user info in URLs) by `[redacted]`.
/// Whether anything was replaced.
bool redact_credentials(std::string& text);

/// The same for the value of a name: that of `DB_PASSWORD` or `apiToken` is replaced whole.
bool redact_named(std::string_view name, std::string& value);

/// The same for every text in a document, by its member's name, or by the `name` beside a `value` (variables).
void redact_document(data::Value& document);

} // namespace kdiag::report
