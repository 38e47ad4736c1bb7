// SPDX-License-Identifier: Apache-2.0
#include "../support/temporary_folder.hpp"
#include "collect/files.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace kdiag;

namespace {

const std::string k_pod = R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"shop"},"spec":{"containers":[]},"status":{"phase":"Running"}})";
const std::string k_service = R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"shop"},"spec":{}})";

Result<facts::SnapshotParts> read(const std::string& path, facts::Scope scope = {}) {
    auto source = collect::open_files(path);
    if (!source) return source.error();
    collect::ReadRequest request;
    request.scope = std::move(scope);
    return (*source)->read(request);
}

facts::Snapshot snapshot(const std::string& path, facts::Scope scope = {}) {
    auto parts = read(path, std::move(scope));
    if (!parts) FAIL(path << ": " << parts.error().message);
    return facts::Snapshot(std::move(*parts));
}

} // namespace

TEST_CASE("every form that kubectl prints is read") {
    const test::TemporaryFolder folder;
    CHECK(snapshot(folder.write("pod.json", k_pod)).all<kube::Pod>().size() == 1);
    CHECK(snapshot(folder.write("list.json", R"({"apiVersion":"v1","items":[)" + k_pod + "," + k_service + R"(],"kind":"List"})")).object_count() == 2);
    CHECK(snapshot(folder.write("typed.json", R"({"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a","namespace":"n"}},{"metadata":{"name":"b","namespace":"n"}}]})")).all<kube::Pod>().size() == 2);
    CHECK(snapshot(folder.write("nd.json", k_pod + "\n" + k_service + "\n")).object_count() == 2);
    CHECK(snapshot(folder.write("array.json", "[" + k_pod + "," + k_service + "]")).object_count() == 2);
    CHECK(snapshot(folder.write("nested.json", R"({"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"PodList","items":[{"metadata":{"name":"x"}}]},)" + k_service + "]}")).object_count() == 2);
    CHECK(snapshot(folder.write("docs.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\napiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: b}\n")).all<kube::Pod>().size() == 2);
    CHECK(snapshot(folder.write("noname", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")).all<kube::Pod>().size() == 1);
    CHECK(snapshot(folder.path()).all<kube::Pod>().size() >= 3);
}

TEST_CASE("the forms of dumps: one folder a namespace, single files, other files beside them") {
    const test::TemporaryFolder folder;
    folder.write("shop/pods.json", R"({"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a","namespace":"shop"}}]})");
    folder.write("shop/events.json", R"({"kind":"EventList","apiVersion":"v1","items":[]})");
    folder.write("nodes.json", R"({"kind":"NodeList","apiVersion":"v1","items":[{"metadata":{"name":"n1"}}]})");
    folder.write("namespaces/shop/pods/b/b.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: shop}\n");
    folder.write("namespaces/shop/core/pods.yaml", "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: b, namespace: shop}\n");
    folder.write("readme.txt", "nothing to see");
    folder.write("picture.bin", std::string("\x89PNG\0\1", 6));
    const auto facts = snapshot(folder.path());
    CHECK(facts.all<kube::Pod>().size() == 2); // b stands there twice and is one
    CHECK(facts.all<kube::Node>().size() == 1);
    CHECK(facts.knows<kube::Event>());        // an empty list says that there were none
    CHECK(!facts.knows<kube::Service>());
    CHECK(facts.gaps().empty());
}

TEST_CASE("a namespace narrows a recording") {
    const test::TemporaryFolder folder;
    const auto file = folder.write("l.json", "[" + k_pod + R"(,{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b","namespace":"other"}},{"apiVersion":"v1","kind":"Node","metadata":{"name":"n"}}])");
    const auto facts = snapshot(file, {.all_namespaces = false, .namespace_name = "shop"});
    CHECK(facts.all<kube::Pod>().size() == 1);
    CHECK(facts.other_pods().size() == 1);
    CHECK(facts.all<kube::Node>().size() == 1);
}

TEST_CASE("one bad object is a gap and the rest is read") {
    const test::TemporaryFolder folder;
    const auto facts = snapshot(folder.write("l.json", "[" + k_pod + R"(,{"apiVersion":"v1","kind":"Pod","metadata":{"name":"bad","namespace":"shop"},"spec":{"containers":7}},{"apiVersion":"v1","kind":"Pod","metadata":{}},)" + k_service + "]"));
    CHECK(facts.object_count() == 2);
    REQUIRE(facts.gaps().size() == 2);
    CHECK(facts.gaps()[0].partial);
    CHECK(facts.gaps()[0].detail == "Pod/bad: spec.containers: expected an array, found a number");
    CHECK(facts.gaps()[1].detail.find("metadata.name is missing") != std::string::npos);
}

TEST_CASE("a truncated file keeps what came before, and says so") {
    const test::TemporaryFolder folder;
    const auto facts = snapshot(folder.write("l.json", R"({"apiVersion":"v1","kind":"List","items":[)" + k_pod + "," + k_service.substr(0, 40)));
    CHECK(facts.all<kube::Pod>().size() == 1);
    REQUIRE(facts.gaps().size() == 1);
    CHECK(facts.gaps()[0].detail.find("ends in the middle") != std::string::npos);
}

TEST_CASE("an object of broken bytes is a gap, and the others are read") {
    const test::TemporaryFolder folder;
    for (const auto& broken : {std::string("{\"metadata\":{\"name\":\"b\"},\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"status\":{\"phase\":\"\xff\xfe\"}}"), std::string("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"\x01\"}}")}) {
        CAPTURE(broken);
        const auto parts = read(folder.write("l.json", R"({"kind":"List","apiVersion":"v1","items":[)" + k_pod + "," + broken + "]}"));
        REQUIRE(parts);
        CHECK(std::get<facts::Objects<kube::Pod>>(parts->objects).size() == 1);
        CHECK(parts->gaps.size() == 1);
    }
    const auto only = read(folder.write("only.json", R"({"kind":"Pod","apiVersion":"v1","metadata":[]})"));
    REQUIRE(!only);
    CHECK(only.error().message.find("only.json: Pod: metadata: expected an object, found an array") != std::string::npos);
}

TEST_CASE("hopeless input is an error that says what is wrong") {
    const test::TemporaryFolder folder;
    struct Row {
        const char* name;
        std::string text;
    };
    for (const auto& row : {Row{"empty.json", ""}, Row{"blank.yaml", "\n\n"}, Row{"binary", std::string("\0\1\2\377", 4)}, Row{"truncated.json", k_pod.substr(0, 30)}, Row{"page.json", "<html>no</html>"},
                            Row{"other.json", R"({"hello":"world"})"}, Row{"nulls.json", R"({"apiVersion":"v1","kind":"PodList","items":[null]})"},
                            Row{"scalars.json", R"({"items":[1,"x",true],"apiVersion":"v1","kind":"List"})"}, Row{"strings.json", R"(["a","b"])"},
                            Row{"nulls.yaml", "apiVersion: v1\nkind: PodList\nitems:\n- null\n"}, Row{"deep.json", std::string(100'000, '[')}, Row{"deep.yaml", "a: " + std::string(100'000, '[')},
                            Row{"twice.yaml", "apiVersion: v1\nkind: Pod\nkind: Pod\n"}, Row{"nul.json", std::string("{\"apiVersion\":\"v1\",\0\"kind\":\"Pod\"}", 33)}}) {
        CAPTURE(row.name);
        const auto parts = read(folder.write(row.name, row.text));
        REQUIRE(!parts);
        CHECK(parts.error().kind == ErrorKind::config);
        CHECK(!parts.error().help.empty());
    }
    CHECK(read(folder.path("absent.json")).error().message.find("No such file") != std::string::npos);
    std::filesystem::create_directory(folder.path("nothing"));
    CHECK(!read(folder.path("nothing")));
}

TEST_CASE("objects are found raw, and names that are nearly right are suggested") {
    const test::TemporaryFolder folder;
    auto source = collect::open_files(folder.write("l.json", "[" + k_pod + R"(,{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"wheel","namespace":"shop","labels":{"a":"b"}},"spec":{"size":3}}])"));
    REQUIRE(source);
    const auto type = (*source)->resolve("widgets");
    REQUIRE(type);
    CHECK((*source)->object(*type, "shop", "wheel")->at("spec", "size").as_integer() == 3);
    const auto missing = (*source)->object(*type, "shop", "weel");
    REQUIRE(!missing);
    CHECK(missing.error().kind == ErrorKind::not_found);
    CHECK(missing.error().help.front().find("wheel") != std::string::npos);
    CHECK((*source)->objects(*type, "", "a=b")->size() == 1);
    CHECK((*source)->objects(*type, "", "a=c")->empty());
    CHECK((*source)->resolve("wigdet").error().help.front().find("widget") != std::string::npos);
}
