// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace {

namespace fs = std::filesystem;

const fs::path k_root = KDIAG_SOURCE_DIR;

std::string text_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

template <class Check> void each_source(Check check) {
    for (const char* folder : {"src", "cmd", "tests", "bench"}) {
        if (!fs::is_directory(k_root / folder)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(k_root / folder))
            if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp") check(entry.path(), text_of(entry.path()));
    }
}

} // namespace

TEST_CASE("every source file names its licence and ends with a newline") {
    each_source([](const fs::path& path, const std::string& text) {
        CHECK_MESSAGE(text.starts_with("// SPDX-License-Identifier: Apache-2.0\n"), path.string());
        CHECK_MESSAGE(text.ends_with('\n'), path.string());
    });
}

TEST_CASE("every rule file is in a family's list") {
    for (const auto& family : fs::directory_iterator(k_root / "src" / "rules")) {
        if (!family.is_directory() || family.path().filename() == "common") continue;
        const std::string list = text_of(family.path() / (family.path().filename().string() + "_rules.cpp"));
        for (const auto& entry : fs::directory_iterator(family.path())) {
            const std::string text = text_of(entry.path());
            const auto at = text.find("\nextern const Rule ");
            if (entry.path().extension() != ".cpp" || at == std::string::npos || entry.path().filename().string().ends_with("_rules.cpp")) continue;
            const auto start = at + 19;
            const std::string entry_of_list = text.substr(start, text.find_first_of("{ ", start) - start) + ",";
            const bool listed = list.find("::" + entry_of_list) != std::string::npos || list.find("&" + entry_of_list) != std::string::npos;
            CHECK_MESSAGE(listed, entry.path().string() << " is not listed");
        }
    }
}
