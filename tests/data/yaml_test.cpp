// SPDX-License-Identifier: Apache-2.0
#include "data/json.hpp"
#include "data/yaml.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::data;

namespace {

std::string as_json(std::string_view yaml, const YamlOptions& options = {}) {
    const auto documents = parse_yaml(yaml, "file.yaml", options);
    REQUIRE(documents);
    REQUIRE(documents->size() == 1);
    return to_json(documents->front());
}

std::string error_of(std::string_view yaml) {
    const auto documents = parse_yaml(yaml, "file.yaml");
    REQUIRE(!documents);
    return documents.error().message;
}

} // namespace

TEST_CASE("scalars mean what they mean to kubectl") {
    CHECK(as_json("{a: yes, b: 'yes', c: 0644, d: 1e3, e: ~, f: 0x1F, g: 1_000, h: on, i: nan, j: -5, k: .5, l: 1.2.3, m: 2026-09-14T12:00:00Z, n: \"\", o: 0o17, p: +3}") ==
          R"({"a":true,"b":"yes","c":420,"d":1000.0,"e":null,"f":31,"g":1000,"h":true,"i":"nan","j":-5,"k":0.5,"l":"1.2.3","m":"2026-09-14T12:00:00Z","n":"","o":15,"p":3})");
    CHECK(as_json("{token: 1e5, flag: true, nothing: null}", {.scalars_as_strings = true}) == R"({"token":"1e5","flag":"true","nothing":"null"})");
}

TEST_CASE("anchors, merges, blocks, comments and several documents") {
    CHECK(as_json("base: &b {x: 1, y: 2}\nmore:\n  <<: *b\n  y: 3\ntext: |\n  one\n  two\n# comment\n") == R"({"base":{"x":1,"y":2},"more":{"y":3,"x":1},"text":"one\ntwo\n"})");
    const auto documents = parse_yaml("a: 1\n---\nb: 2\n---\n", "f");
    REQUIRE(documents);
    CHECK(documents->size() == 3);
    CHECK((*documents)[1]["b"].mark.line == 3);
    CHECK(parse_yaml("", "f")->empty());
    CHECK(parse_yaml("a: 1\r\nb: 2\r\n", "f")->front()["b"].as_integer() == 2);
    CHECK(parse_yaml("\xef\xbb\xbf" "a: 1\n", "f")->front()["a"].as_integer() == 1);
}

TEST_CASE("what is broken says file, line and column") {
    CHECK(error_of("a: 1\nb: [1, 2\n").starts_with("file.yaml:"));
    CHECK(error_of("a: 1\nb: 2\na: 3\n").find("file.yaml:3:1") == 0);
    CHECK(error_of("a: 1\nb: 2\na: 3\n").find("twice, first in line 1") != std::string::npos);
    CHECK(error_of("a:\n\t- tab\n").starts_with("file.yaml:"));
    CHECK(error_of("a: *nobody\n").find("nobody") != std::string::npos);
    CHECK(error_of(std::string("a: \0b\n", 6)).starts_with("file.yaml:"));
    CHECK(error_of("a: \xff\xfe\n").starts_with("file.yaml:1:4:"));
    CHECK(error_of("a: 1\nb: c\nd: \xff\n").starts_with("file.yaml:3:4:"));
    CHECK(error_of("? [complex]\n: key\n").find("scalar") != std::string::npos);
}

TEST_CASE("bombs and depth are refused") {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int k = 0; k < 8; ++k) bomb += ", " + before;
        bomb += "]\n";
    }
    CHECK(error_of(bomb).find("aliases") != std::string::npos);
    CHECK(error_of(std::string(100'000, '[')).find("deeper") != std::string::npos);
    std::string chain = "- &a0 x\n"; // each alias is shallow where it is written
    for (int i = 1; i <= 200; ++i) chain += "- &a" + std::to_string(i) + " [[[*a" + std::to_string(i - 1) + "]]]\n";
    CHECK(error_of(chain).find("deeper than 200") != std::string::npos);
}

TEST_CASE("YAML is written as kubectl writes it, and reads back the same") {
    const auto value = parse_json(R"({"apiVersion":"v1","data":{"number":"8080","bool":"yes","empty":"","text":"one\ntwo\n","plain":"a: b","none":null},"list":[{"name":"a","ports":[80,443]},[]],"map":{}})");
    REQUIRE(value);
    const std::string text = to_yaml(*value);
    CHECK(text == "apiVersion: v1\ndata:\n  number: \"8080\"\n  bool: \"yes\"\n  empty: \"\"\n  text: |\n    one\n    two\n  plain: 'a: b'\n  none: null\nlist:\n- name: a\n  ports:\n  - 80\n  - 443\n- []\nmap: {}\n");
    CHECK(as_json(text) == to_json(*value));
    CHECK(to_yaml(parse_yaml("[.inf, -.Inf, .NaN, 1.5]", "x")->front()) == "- .inf\n- -.inf\n- .nan\n- 1.5\n");
}
