// SPDX-License-Identifier: Apache-2.0
#include "util/random.hpp"

#include <openssl/rand.h>

#include <cstdlib>

namespace kdiag {

void fill_random(unsigned char* bytes, std::size_t count) {
    if (RAND_bytes(bytes, static_cast<int>(count)) != 1) std::abort(); // a system without randomness has no safe TLS either
}

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    fill_random(reinterpret_cast<unsigned char*>(bytes.data()), count);
    return bytes;
}

} // namespace kdiag
