// SPDX-License-Identifier: Apache-2.0
#include "golden.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace kdiag::test {

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    REQUIRE_MESSAGE(in.good(), "cannot read " << path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

void check_golden(const std::string& path, std::string_view text) {
    const char* update = std::getenv("KDIAG_UPDATE_GOLDEN");
    if (update != nullptr && std::string_view(update) == "1") {
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        std::ofstream(path, std::ios::binary) << text;
        MESSAGE("wrote " << path);
        return;
    }
    CAPTURE(path);
    const std::string expected = read_file(path);
    CHECK(std::string(text) == expected);
}

} // namespace kdiag::test
