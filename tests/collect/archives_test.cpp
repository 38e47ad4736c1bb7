// SPDX-License-Identifier: Apache-2.0
#include "../support/temporary_folder.hpp"
#include "collect/files.hpp"
#include "collect/tar_reader.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

using namespace kdiag;

namespace {

std::size_t pods_in(const std::string& path) {
    auto source = collect::open_files(path);
    REQUIRE(source);
    auto parts = (*source)->read({});
    if (!parts) FAIL(parts.error().message);
    return std::get<facts::Objects<kube::Pod>>(parts->objects).size();
}

void run(const std::string& command) {
    REQUIRE(std::system(command.c_str()) == 0);
}

std::string pod(const std::string& name) {
    return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"(","namespace":"n"}})";
}

} // namespace

TEST_CASE("archives of the system's tar are read, in each of its formats, compressed or not") {
    const test::TemporaryFolder folder;
    folder.write("dump/a.json", pod("a"));
    folder.write("dump/" + std::string(120, 'd') + "/" + std::string(120, 'f') + ".json", pod("b")); // a name that needs an extension
    folder.write("dump/c.json", pod("c"));
    run("gzip " + folder.path("dump/c.json"));
    for (const char* format : {"gnu", "pax", "ustar"}) {
        CAPTURE(format);
        const std::string file = folder.path(std::string(format) + ".tar");
        if (std::string(format) != "ustar") run("tar -C " + folder.path() + " --format=" + format + " -cf " + file + " dump");
        else run("tar -C " + folder.path() + " --format=ustar --exclude='d*d' -cf " + file + " dump");
        CHECK(pods_in(file) == (std::string(format) == "ustar" ? 2 : 3));
        run("gzip -k " + file);
        CHECK(pods_in(file + ".gz") == (std::string(format) == "ustar" ? 2 : 3));
    }
    CHECK(pods_in(folder.path("dump/c.json.gz")) == 1);
}

TEST_CASE("damaged archives are errors, not crashes") {
    const test::TemporaryFolder folder;
    folder.write("dump/a.json", pod("a"));
    run("tar -C " + folder.path() + " -czf " + folder.path("good.tgz") + " dump");
    std::ifstream in(folder.path("good.tgz"), std::ios::binary);
    const std::string good(std::istreambuf_iterator<char>(in), {});
    for (std::size_t length = 2; length + 9 < good.size(); length += 7) {
        auto source = collect::open_files(folder.write("cut.tgz", good.substr(0, length)));
        REQUIRE(source);
        const auto parts = (*source)->read({});
        // Cut within the last blocks, everything was there.
        if (parts) CHECK((!parts->gaps.empty() || std::get<facts::Objects<kube::Pod>>(parts->objects).size() == 1));
        else CHECK(!parts.error().message.empty());
    }
    // A damaged file in a folder hides no other, and is named.
    folder.write("some/a.json", pod("a"));
    folder.write("some/b.json.gz", good.substr(0, 40));
    folder.write("some/c.json", pod("c"));
    auto source = collect::open_files(folder.path("some"));
    REQUIRE(source);
    const auto parts = (*source)->read({});
    REQUIRE(parts);
    CHECK(std::get<facts::Objects<kube::Pod>>(parts->objects).size() == 2);
    REQUIRE(parts->gaps.size() == 1);
    CHECK(parts->gaps[0].detail.find("b.json") != std::string::npos);
    CHECK(!collect::is_tar(std::string(512, '\0')));
    CHECK(!collect::is_tar("short"));
}
