// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace kdiag {

/// Bytes that nobody can guess.
std::string random_bytes(std::size_t count);
void fill_random(unsigned char* bytes, std::size_t count);

} // namespace kdiag
