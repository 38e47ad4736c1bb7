// SPDX-License-Identifier: Apache-2.0
#include "facts/name_index.hpp"

#include "util/format.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace kdiag;

namespace {

struct Object {
    struct {
        std::string namespace_name, name;
    } meta;
};

} // namespace

TEST_CASE("every object is found by namespace and name, and no other") {
    std::vector<Object> objects;
    for (int i = 0; i < 1000; ++i) objects.push_back({{format("team-{}", i % 7), format("web-{}", i / 7)}});
    facts::NameIndex index;
    index.build(objects);
    for (const auto& object : objects) CHECK(index.find(objects, object.meta.namespace_name, object.meta.name) == &object);
    CHECK(index.find(objects, "team-7", "web-0") == nullptr);
    CHECK(index.find(objects, "", "web-0") == nullptr);
    CHECK(index.find(objects, "web-0", "team-0") == nullptr);
}

TEST_CASE("of two objects with one name the first is found, and in none nothing is") {
    std::vector<Object> objects = {{{"shop", "web"}}, {{"shop", "web"}}};
    facts::NameIndex index;
    CHECK(index.find(objects, "shop", "web") == nullptr);
    index.build(objects);
    CHECK(index.find(objects, "shop", "web") == &objects[0]);
    objects.clear();
    index.build(objects);
    CHECK(index.find(objects, "shop", "web") == nullptr);
}
