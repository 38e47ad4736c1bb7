// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace kdiag::test {

/// The whole of a file; fails the test when it cannot be read.
std::string read_file(const std::string& path);
/// Compares with a file under tests/. With KDIAG_UPDATE_GOLDEN=1 it writes the file instead and says so: look at the diff.
void check_golden(const std::string& path, std::string_view text);

} // namespace kdiag::test
