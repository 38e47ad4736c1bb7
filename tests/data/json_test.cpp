// SPDX-License-Identifier: Apache-2.0
#include "data/json_stream.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <vector>

using namespace kdiag;
using namespace kdiag::data;

TEST_CASE("documents are read with their order, and written back the same") {
    const std::string text = R"({"z":1,"a":[true,null,2.5,"\u00e9"],"o":{"x":-9007199254740993}})";
    const auto value = parse_json(text);
    REQUIRE(value);
    CHECK(to_json(*value) == R"({"z":1,"a":[true,null,2.5,"é"],"o":{"x":-9007199254740993}})");
    CHECK(value->at("o", "x").as_integer() == -9007199254740993);
    CHECK((*value)["missing"]["deeper"].is_null());
    CHECK((*value)["a"].as_string().empty());
}

TEST_CASE("what is broken says where") {
    CHECK(parse_json("{\n  \"a\": tru\n}").error().message.find("line 2") != std::string::npos);
    CHECK(parse_json(R"({"a":1,"a":2})").error().message.find("twice") != std::string::npos);
    CHECK(parse_json(std::string(100'000, '[')).error().message.find("deeper") != std::string::npos);
    for (const char* bad : {"", "{", "[1,]", "{\"a\"}", "nul", "{} {}", "\"\xff\"", "{\"a\":\"\x01\"}"}) {
        CAPTURE(bad);
        CHECK(!parse_json(bad));
    }
    CHECK(parse_json(std::string_view("{}\n\0{}", 6)).error().message.find("line 2, column 1") != std::string::npos); // a NUL ends nothing
}

TEST_CASE("invalid UTF-8 never makes invalid JSON") {
    auto value = Value::object();
    value.set("bad\xff", "text\xfe");
    CHECK(parse_json(to_json(value)));
}

TEST_CASE("members are set, replaced and removed") {
    auto value = Value::object();
    value.set("a", 1).set("b", "two").set("a", 3);
    CHECK(value["a"].as_integer() == 3);
    CHECK(value.as_object().size() == 2);
    value.remove("a");
    CHECK(value.find("a") == nullptr);
}

TEST_CASE("a document is written compact or indented, and each text so that it is read again") {
    using data::Value;
    const auto value = Value::object().set("a", Value::Array{}).set("b", Value::object()).set("c", Value::Array{Value(1), Value(true), Value(), Value(-2.5)})
                           .set("d", Value::object().set("x\ty", "\"\\/\x7f\n\x01"));
    CHECK(data::to_json(value) == R"({"a":[],"b":{},"c":[1,true,null,-2.5],"d":{"x\ty":"\"\\/)" "\x7f" R"(\n\u0001"}})");
    CHECK(data::to_json(value, 2) == "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1,\n    true,\n    null,\n    -2.5\n  ],\n  \"d\": {\n    \"x\\ty\": \"\\\"\\\\/\x7f\\n\\u0001\"\n  }\n}");
    CHECK(data::to_json(Value("\xc3\xa9 \xff")) == "\"\xc3\xa9 \xef\xbf\xbd\"");
    CHECK(data::to_json(Value(), 2) == "null");
}

TEST_CASE("a document that is streamed is the one that is written at once") {
    const std::vector<int> numbers = {1, 2}, none;
    const auto to_value = [](int number) { return Value::object().set("n", number).set("list", Value::Array{Value(number)}); };
    std::ostringstream out;
    data::JsonObjectStream document(out);
    document.member("a \"key\"", Value::object().set("b", Value::Array{Value(true)}));
    document.array("numbers", numbers, to_value);
    document.array("none", none, to_value);
    document.end();
    const auto whole = Value::object().set("a \"key\"", Value::object().set("b", Value::Array{Value(true)})).set("numbers", Value::Array{to_value(1), to_value(2)}).set("none", Value::Array{});
    CHECK(out.str() == to_json(whole, 2));
    std::ostringstream nothing;
    data::JsonObjectStream(nothing).end();
    CHECK(nothing.str() == "{}");
}
