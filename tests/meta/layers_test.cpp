// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;

/// What each layer may include besides itself.
const std::map<std::string, std::set<std::string>> k_allowed = {
    {"util", {}},
    {"data", {"util"}},
    {"probe", {"util", "data"}},
    {"kube", {"util"}},
    {"net", {"util"}},
    {"local", {"util", "net"}},
    {"config", {"util", "data"}},
    {"client", {"util", "data", "kube", "config", "net"}},
    {"facts", {"util", "kube"}},
    {"collect", {"util", "data", "kube", "config", "net", "client", "facts"}},
    {"rules", {"util", "kube", "facts"}},
    {"report", {"util", "data", "probe", "kube", "facts", "rules"}},
    {"app", {"util", "data", "probe", "kube", "config", "net", "local", "client", "facts", "collect", "rules", "report"}},
};

/// Each third-party header and the one layer that may include it.
const std::map<std::string, std::string> k_libraries = {
    {"fmt/", "util"},      {"re2/", "util"},  {"utf8proc.h", "util"}, {"openssl/", "util"}, {"nlohmann/", "data"}, {"yaml.h", "data"},
    {"simdjson.h", "kube"}, {"protozero/", "kube"}, {"curl/", "net"}, {"wslay/", "net"}, {"zlib.h", "collect"},  {"CLI/", "cmd"},      {"boost/", "tests"},   {"doctest/", "tests"},
};

struct Include {
    std::string file, layer, target;
    bool ours = false;
};

std::vector<Include> includes_under(const fs::path& folder, const std::string& fixed_layer) {
    std::vector<Include> includes;
    const std::regex line_pattern(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const auto extension = entry.path().extension();
        if (extension != ".cpp" && extension != ".hpp") continue;
        const auto relative = fs::relative(entry.path(), folder);
        const std::string layer = fixed_layer.empty() ? relative.begin()->string() : fixed_layer;
        std::ifstream in(entry.path());
        for (std::string line; std::getline(in, line);) {
            std::smatch match;
            if (line.size() < 300 && std::regex_search(line, match, line_pattern)) includes.push_back({relative.string(), layer, match[2], match[1] == "\""});
        }
    }
    return includes;
}

const fs::path k_root = KDIAG_SOURCE_DIR;

} // namespace

TEST_CASE("layers include only what is below them") {
    const auto includes = includes_under(k_root / "src", "");
    CHECK(includes.size() > 500);
    for (const auto& include : includes) {
        if (!include.ours) continue;
        const std::string target = include.target.substr(0, include.target.find('/'));
        if (target == include.layer || k_allowed.find(target) == k_allowed.end()) continue;
        CHECK_MESSAGE(k_allowed.at(include.layer).contains(target), include.layer << "/" << include.file << " includes " << include.target);
    }
    for (const auto& [layer, below] : k_allowed) CHECK(fs::is_directory(k_root / "src" / layer));
}

TEST_CASE("each third-party library is included by one layer only") {
    std::map<std::string, std::set<std::string>> users;
    const auto look = [&](const std::vector<Include>& includes) {
        for (const auto& include : includes)
            for (const auto& [prefix, layer] : k_libraries)
                if (!include.ours && include.target.starts_with(prefix)) {
                    users[prefix].insert(include.layer);
                    CHECK_MESSAGE(include.layer == layer, include.layer << "/" << include.file << " includes " << include.target);
                }
    };
    look(includes_under(k_root / "src", ""));
    look(includes_under(k_root / "cmd", "cmd"));
    CHECK(users.contains("simdjson.h"));
    CHECK(users.contains("CLI/"));
}

TEST_CASE("rules do no I/O and know no clock") {
    const std::set<std::string> forbidden = {"fstream", "iostream", "filesystem", "thread", "unistd.h", "ctime"};
    for (const auto& include : includes_under(k_root / "src" / "rules", "rules"))
        CHECK_MESSAGE(!forbidden.contains(include.target), include.file << " includes " << include.target);
}
