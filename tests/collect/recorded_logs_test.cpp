// SPDX-License-Identifier: Apache-2.0
#include "../support/temporary_folder.hpp"
#include "collect/files.hpp"
#include "collect/recorded_logs.hpp"

#include <doctest/doctest.h>

using namespace kdiag;

namespace {

const std::string k_crashing = R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop"},"spec":{"containers":[{"name":"main"}]},"status":{"phase":"Running","containerStatuses":[{"name":"main","restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":1}}}]}})";

facts::SnapshotParts read(const std::string& path) {
    auto source = collect::open_files(path);
    REQUIRE(source);
    auto parts = (*source)->read({});
    REQUIRE(parts);
    return std::move(*parts);
}

} // namespace

TEST_CASE("logs are found beside a file and in the folders of dumps") {
    struct Row {
        const char* file;
        const char* text;
        bool previous;
    };
    for (const auto& row : {Row{"case.logs/web/main.previous.log", "panic: no\n", true}, Row{"dump/shop/web/logs.txt", "==== START logs for container main of pod shop/web ====\npanic: no\n==== END logs for container main of pod shop/web ====\n", false},
                            Row{"dump/namespaces/shop/pods/web/main/main/logs/previous.log", "panic: no\n", true}, Row{"dump/cluster-resources/pods/logs/shop/web/main-previous.log", "panic: no\n", true}}) {
        CAPTURE(row.file);
        const test::TemporaryFolder folder;
        const bool beside = std::string(row.file).starts_with("case.logs");
        folder.write(beside ? "case.json" : "dump/shop/pods.json", k_crashing);
        folder.write(row.file, row.text);
        const auto parts = read(folder.path(beside ? "case.json" : "dump"));
        REQUIRE(parts.logs.size() == 1);
        CHECK(parts.logs[0].text == "panic: no");
        CHECK(parts.logs[0].previous == row.previous);
        CHECK(parts.read.has(kube::Resource::logs));
    }
}

TEST_CASE("only the last lines are kept, whole and bounded") {
    CHECK(collect::last_lines("a\nb\nc\n", 2) == "b\nc");
    CHECK(collect::last_lines("a\n\n\n", 5) == "a");
    CHECK(collect::last_lines("", 5).empty());
    CHECK(collect::last_lines("one line", 1) == "one line");
    CHECK(collect::last_lines("short\n" + std::string(200'000, 'x'), 5).size() == 64 * 1024);
    CHECK(collect::last_lines(std::string(70'000, 'x') + "\nlast", 5) == "last");
}
