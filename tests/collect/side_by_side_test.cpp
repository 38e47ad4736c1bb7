// SPDX-License-Identifier: Apache-2.0
#include "../support/temporary_folder.hpp"
#include "collect/files.hpp"
#include "util/format.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

using namespace kdiag;

namespace {

std::string pod(const std::string& space, const std::string& name, const std::string& label) {
    return format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","namespace":"{}","labels":{{"app":"{}"}}}},"spec":{{"containers":[{{"name":"main","image":"registry.example.com/{}:1"}}]}}}})",
                  name, space, label, label);
}

/// More than one MiB, so that it is a share of work of its own; `broken` of the objects cannot be read.
std::string list(int file, int broken) {
    std::string text = R"({"apiVersion":"v1","kind":"List","items":[)";
    for (int i = 0; text.size() < 1'200'000; ++i) text += (i > 0 ? "," : "") + pod(i % 3 == 0 ? "shop" : "other", format("pod-{}-{}", file, i), format("app-{}", i % 50));
    for (int i = 0; i < broken; ++i) text += format(R"(,{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"broken-{}-{}"}},"spec":7}})", file, i);
    return text + "," + pod("shop", "everywhere", format("file-{}", file)) + R"(,{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"}}]})";
}

std::string told(const facts::SnapshotParts& parts) {
    std::string text;
    const auto add = [&](const kube::Pod& one) {
        text += format("{}/{} {} {}\n", one.meta.namespace_name, one.meta.name, kube::value_of(one.meta.labels, "app"), one.spec.containers.front().image);
    };
    for (const auto& one : std::get<facts::Objects<kube::Pod>>(parts.objects)) add(one);
    for (const auto& one : std::get<facts::Objects<kube::Service>>(parts.objects)) text += format("service {}\n", one.meta.name);
    text += "elsewhere\n";
    for (const auto& one : parts.other_pods) add(one);
    for (const auto& gap : parts.gaps) text += format("{} {} {}\n", to_string(gap.reason), gap.namespace_name, gap.detail);
    for (std::size_t i = 0; i < kube::k_resource_count; ++i)
        if (parts.read.has(static_cast<kube::Resource>(i))) text += format("read {}\n", kube::info_of(static_cast<kube::Resource>(i)).plural);
    return text;
}

std::string read(const std::string& path, std::size_t threads, const facts::Scope& scope) {
    auto source = collect::open_files(path);
    REQUIRE(source);
    const auto parts = (*source)->read({.scope = scope, .concurrency = threads});
    if (!parts) FAIL(parts.error().message);
    return told(*parts);
}

} // namespace

TEST_CASE("files that are decoded side by side give what they give one after the other, whatever is broken in them") {
    const test::TemporaryFolder folder;
    folder.write("a.json", list(1, 3));
    folder.write("b.json", list(2, 30));
    folder.write("c.json", list(3, 0).substr(0, 1'100'000)); // cut off
    folder.write("d.json", "");
    folder.write("e.json", R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"shop"}})");
    folder.write("f/g.json", list(4, 2));
    REQUIRE(std::system(("gzip " + folder.path("f/g.json")).c_str()) == 0);
    folder.write("h.json", list(5, 1));
    folder.write("i.json", R"({"apiVersion":"v1","kind":"SecretList","items":[]})");
    for (const auto& scope : {facts::Scope{}, facts::Scope{.all_namespaces = false, .namespace_name = "shop"}}) {
        const auto alone = read(folder.path(), 1, scope);
        CHECK(alone.find("shop/everywhere file-1 ") != std::string::npos); // of twins the first file's
        CHECK(alone.find("everywhere file-5") == std::string::npos);
        CHECK(alone.find("c.json: ") != std::string::npos);
        CHECK(alone.find("shop/pod-5-0 ") != std::string::npos);
        CHECK(alone.find("16 more objects could not be read") != std::string::npos);
        CHECK(alone.find("read secrets") != std::string::npos);
        for (const std::size_t threads : {2u, 3u, 8u}) {
            CAPTURE(threads);
            CHECK((read(folder.path(), threads, scope) == alone));
        }
    }
}

TEST_CASE("twenty broken objects are twenty lines, and what else is broken stays a line of its own") {
    const test::TemporaryFolder folder;
    std::string broken;
    for (int i = 0; i < 21; ++i) broken += format("{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{{\"name\":\"broken-{}\"}},\"spec\":7}}\n", i);
    folder.write("a.json", broken.substr(0, broken.rfind("{\"api")) + pod("shop", "whole", "a"));
    folder.write("b.json", R"({"apiVersion":"v1","kind":"PodList","items":[)");
    const auto twenty = read(folder.path(), 1, {});
    CHECK(twenty.find("broken-19") != std::string::npos);
    CHECK(twenty.find("more object") == std::string::npos);
    folder.write("c.json", broken);
    const auto all = read(folder.path(), 1, {});
    CHECK(all.find("b.json: ") != std::string::npos);
    CHECK(all.find("21 more objects could not be read") != std::string::npos);
}
