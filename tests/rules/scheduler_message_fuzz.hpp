// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kdiag::test {

/// Parses any bytes and returns what is wrong with the result: empty, or the broken promise. The body of the fuzz target.
std::string_view check_scheduler_message(std::string_view bytes);

} // namespace kdiag::test
