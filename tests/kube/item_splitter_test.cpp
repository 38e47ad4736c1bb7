// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/item_splitter.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using namespace kdiag;
using namespace kdiag::kube;

namespace {

struct Split {
    std::vector<std::string> items;
    std::vector<std::string> lists;
    std::size_t oversized = 0;
    Status status;
};

Split split_in(std::string_view text, std::size_t chunk, std::size_t max_item = 8u << 20) {
    Split split;
    ItemSplitter splitter({.on_item = [&](std::string_view item, bool) -> Status {
                               split.items.emplace_back(item);
                               return {};
                           },
                           .on_list_end = [&](const std::string& list) { split.lists.push_back(list); },
                           .on_oversized = [&](std::size_t) { ++split.oversized; }},
                          max_item);
    for (std::size_t at = 0; at < text.size() && split.status; at += chunk) split.status = splitter.push(text.substr(at, chunk));
    if (split.status) split.status = splitter.finish();
    return split;
}

const std::string k_list = R"({"kind":"PodList","apiVersion":"v1","metadata":{"continue":"x","items":"no"},"items":[)"
                           R"({"metadata":{"name":"a","annotations":{"note":"}]{[ \" \\\" ,"}}}, {"n":[[1],{"k":"v"}]},)"
                           "\n{\"long\":\"" + std::string(300, 'y') + "\"}" R"(],"after":{"a":1}})";

} // namespace

TEST_CASE("a list gives its items and its own text, whatever the chunks") {
    for (std::size_t chunk = 1; chunk <= 80; ++chunk) {
        CAPTURE(chunk);
        const auto split = split_in(k_list, chunk);
        REQUIRE(split.status);
        REQUIRE(split.items.size() == 3);
        CHECK(split.items[0] == R"({"metadata":{"name":"a","annotations":{"note":"}]{[ \" \\\" ,"}}})");
        CHECK(split.items[1] == R"({"n":[[1],{"k":"v"}]})");
        REQUIRE(split.lists.size() == 1);
        CHECK(split.lists[0] == R"({"kind":"PodList","apiVersion":"v1","metadata":{"continue":"x","items":"no"},"items":[],"after":{"a":1}})");
    }
}

TEST_CASE("flushed after every chunk, each event of a watch comes with its last byte, and nothing else changes") {
    const std::string events = "{\"type\":\"ADDED\",\"note\":\"a \\\" \\\\\",\"object\":{}}\n\n{\"type\":\"BOOKMARK\"}\n" + k_list + "\n";
    const auto expected = split_in(events, events.size()).items;
    REQUIRE(expected.size() == 5);
    for (std::size_t chunk = 1; chunk <= 80; ++chunk) {
        CAPTURE(chunk);
        std::vector<std::string> items;
        std::size_t fed = 0;
        ItemSplitter splitter({.on_item = [&](std::string_view item, bool) -> Status {
            CHECK(events.find(item) + item.size() + chunk > fed);
            items.emplace_back(item);
            return {};
        }});
        for (std::size_t at = 0; at < events.size(); at += chunk) {
            const auto part = std::string_view(events).substr(at, chunk);
            fed = at + part.size();
            REQUIRE(splitter.push(part));
            REQUIRE(splitter.flush());
            if (at + chunk >= events.find('\n')) CHECK(!items.empty());
        }
        REQUIRE(splitter.finish());
        CHECK(items == expected);
    }
    ItemSplitter marked({.on_item = [](std::string_view, bool) { return Status(); }});
    for (const char byte : std::string("\xef\xbb\xbf{}")) {
        REQUIRE(marked.push({&byte, 1}));
        REQUIRE(marked.flush());
    }
    CHECK(marked.finish());
    CHECK(marked.documents() == 1);
    ItemSplitter broken({.on_item = [](std::string_view, bool) { return Status(); }});
    REQUIRE(broken.push("<"));
    CHECK(!broken.flush()); // noticed at once, too
}

TEST_CASE("single objects, documents in a row, arrays and empty lists") {
    CHECK(split_in(R"({"kind":"Pod","spec":{"items":[{"a":1}]}})", 7).items.size() == 1);
    CHECK(split_in("{\"a\":1}\n{\"b\":2}\n\n{\"c\":{}}", 3).items == std::vector<std::string>{"{\"a\":1}", "{\"b\":2}", "{\"c\":{}}"});
    CHECK(split_in(R"({"a\"items":[{"b":1},{"c":1}]})", 7).items.size() == 1);
    CHECK(split_in(R"([{"a":1},{"b":2}])", 5).items.size() == 2);
    CHECK(split_in("\xef\xbb\xbf{\"a\":1}", 2).items.size() == 1);
    const auto empty = split_in(R"({"items":[],"kind":"List"})", 4);
    CHECK(empty.items.empty());
    CHECK(empty.lists.size() == 1);
    CHECK(split_in("", 1).status);
    CHECK(split_in("  \n ", 1).status);
}

TEST_CASE("what is no object in a list is an error, or told") {
    for (const char* bad : {R"({"items":[null]})", R"({"items":[{"a":1},null]})", R"({"items":[1,{"a":1}]})", R"({"items":["x"]})", R"([null])"}) {
        CAPTURE(bad);
        for (const std::size_t chunk : {1ul, 64ul}) CHECK(split_in(bad, chunk).status.error().message.find("is no object") != std::string::npos);
        std::string strays;
        ItemSplitter splitter({.on_item = [](std::string_view, bool) { return Status(); }, .on_stray = [&](std::string_view text) { strays += text; }});
        CHECK(splitter.push(bad));
        CHECK(splitter.finish());
        CHECK(!strays.empty());
    }
}

TEST_CASE("broken input is an error that says where") {
    for (const char* bad : {"{", "{\"a\":\"", "{\"a\":1}}", "{\"a\":[}", "<html><body>{}</body></html>", "null", "\"text\"", "x{\"a\":1}", "{\"a\":1} trailing", "]", "{\"items\":[{\"a\":1}"}) {
        for (const std::size_t chunk : {1ul, 64ul}) {
            CAPTURE(bad);
            const auto split = split_in(bad, chunk);
            REQUIRE(!split.status);
            CHECK(split.status.error().kind == ErrorKind::decode);
            CHECK(split.status.error().message.find("byte") != std::string::npos);
        }
    }
}

TEST_CASE("what came before a truncation is kept") {
    const auto split = split_in(k_list.substr(0, k_list.size() - 20), 16);
    CHECK(!split.status);
    CHECK(split.items.size() == 2);
}

TEST_CASE("depth and size are bounded") {
    const std::string deep = "{\"items\":[" + std::string(100'000, '[');
    CHECK(split_in(deep, 4096).status.error().message.find("deeper") != std::string::npos);
    const std::string large = R"({"items":[{"a":"small"},{"b":")" + std::string(5000, 'x') + R"("},{"c":"small"}]})";
    const auto split = split_in(large, 100, 1000);
    REQUIRE(split.status);
    CHECK(split.items.size() == 2);
    CHECK(split.oversized == 1);
    CHECK(!split_in("{\"single\":\"" + std::string(5000, 'x') + "\"}", 100, 1000).status);
}

TEST_CASE("random bytes never crash it, and every prefix of a list ends cleanly") {
    std::minstd_rand random(7);
    const std::string alphabet = "{}[]\",:\\ aitems\n1";
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        for (std::size_t i = random() % 200; i > 0; --i) text += alphabet[random() % alphabet.size()];
        const auto whole = split_in(text, 1000);
        const auto pieces = split_in(text, 1 + random() % 9);
        CHECK(whole.items == pieces.items);
        CHECK(whole.status.has_value() == pieces.status.has_value());
    }
    for (std::size_t length = 1; length < k_list.size(); ++length) CHECK(!split_in(std::string_view(k_list).substr(0, length), 13).status);
}
