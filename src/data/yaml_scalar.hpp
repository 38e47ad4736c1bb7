// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.hpp"

#include <string_view>

namespace kdiag::data {

/// What an unquoted scalar means to kubectl (YAML 1.1 as go-yaml reads it): null, booleans (`yes`, `on`), integers (0x, 0o, 0b,
/// leading 0 is octal, `_` between digits), floats, else a string.
Value resolve_plain_scalar(std::string_view text);

} // namespace kdiag::data
