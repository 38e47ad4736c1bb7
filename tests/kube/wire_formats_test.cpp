// SPDX-License-Identifier: Apache-2.0
// The lists of tests/kube/wire, which an API server sent in both formats.
#include "facts/objects.hpp"
#include "kube/codec/decode.hpp"
#include "kube/codec/decode_protobuf.hpp"
#include "kube/codec/list_splitter.hpp"
#include "../support/struct_text.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

using namespace kdiag;
using namespace kdiag::kube;
using test::StructText;

namespace {

std::string recorded(std::string_view name) {
    std::ifstream file("kube/wire/" + std::string(name), std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(file), {});
    REQUIRE_MESSAGE(!bytes.empty(), name);
    return bytes;
}

struct Split {
    std::vector<std::string> items;
    std::string kind;
    Status status;
    bool protobuf = false;
};

Split split(std::string_view bytes, std::size_t piece = static_cast<std::size_t>(-1)) {
    Split found;
    ListSplitter splitter({.on_item = [&](WireFormat format, std::string_view item) -> Status {
                               found.protobuf = format == WireFormat::protobuf;
                               found.items.emplace_back(item);
                               return {};
                           },
                           .on_list_start = [&](std::string_view api_version, std::string_view kind) -> Status {
                               found.kind = std::string(api_version) + " " + std::string(kind);
                               return {};
                           }});
    while (found.status && !bytes.empty()) {
        found.status = splitter.push(bytes.substr(0, piece));
        bytes.remove_prefix(std::min(piece, bytes.size()));
    }
    if (found.status) found.status = splitter.finish();
    return found;
}

/// Of each item of a list the text of its struct.
template <class T> std::vector<std::string> texts_of(std::string_view bytes, std::set<std::string>& seen) {
    TextPool pool;
    Decoder json(pool);
    ProtobufDecoder protobuf(pool);
    std::vector<std::string> texts;
    const auto list = split(bytes);
    REQUIRE_MESSAGE(list.status, list.status.error().message);
    for (const auto& item : list.items) {
        const auto object = list.protobuf ? protobuf.decode<T>(item) : json.decode<T>(PaddedText(item).view());
        REQUIRE_MESSAGE(object, object.error().message);
        texts.push_back(StructText::of(*object, &seen));
    }
    return texts;
}

template <class Take> void each_kind(Take take) {
    for (const auto& info : resource_table()) facts::with_type_of(info.resource, [&]<class T>() { take.template operator()<T>(info); });
}

} // namespace

TEST_CASE("every kind is the same in both formats, and every field was there") {
    std::set<std::string> all, seen_json, seen_protobuf;
    each_kind([&]<class T>(const ResourceInfo& info) {
        CAPTURE(info.plural);
        const auto json = texts_of<T>(recorded(std::string(info.plural) + ".json"), seen_json);
        const auto protobuf = texts_of<T>(recorded(std::string(info.plural) + ".pb"), seen_protobuf);
        REQUIRE(!json.empty());
        REQUIRE(json.size() == protobuf.size());
        for (std::size_t i = 0; i < json.size(); ++i) CHECK(protobuf[i] == json[i]);
        StructText::all_fields(type_of<T>(), all);
    });
    for (const auto& field : all) {
        CHECK_MESSAGE(seen_json.contains(field), "no object of objects.yaml has " << field);
        CHECK_MESSAGE(seen_protobuf.contains(field), "no object in protobuf has " << field);
    }
}

TEST_CASE("an answer says of what it is a list") {
    each_kind([&]<class T>(const ResourceInfo& info) {
        const std::string group_version = info.group.empty() ? std::string(info.version) : std::string(info.group) + "/" + std::string(info.version);
        CHECK(split(recorded(std::string(info.plural) + ".pb")).kind == group_version + " " + std::string(info.kind) + "List");
        CHECK(split(recorded(std::string(info.plural) + ".json")).kind == " ");
    });
}

TEST_CASE("a list in pieces of any size has the same items") {
    for (const auto* name : {"pods.pb", "pods.json", "events.pb", "configmaps.pb"}) {
        CAPTURE(name);
        const auto bytes = recorded(name);
        const auto whole = split(bytes);
        REQUIRE(whole.status);
        for (const std::size_t piece : {1u, 2u, 3u, 7u, 100u, 4096u}) {
            const auto pieces = split(bytes, piece);
            REQUIRE(pieces.status);
            CHECK(pieces.items == whole.items);
            CHECK(pieces.kind == whole.kind);
        }
    }
}

TEST_CASE("a list that is cut anywhere is an error, and gives only whole items before it") {
    const auto bytes = recorded("pods.pb");
    const auto whole = split(bytes);
    const std::size_t end = bytes.size() - 4; // contentEncoding and contentType, both empty, are behind the list
    for (std::size_t length = 0; length < end; ++length) {
        const auto cut = split(std::string_view(bytes).substr(0, length), 5);
        REQUIRE(cut.items.size() <= whole.items.size());
        CHECK(std::equal(cut.items.begin(), cut.items.end(), whole.items.begin()));
        if (length > 3) CHECK_MESSAGE(!cut.status, length);
        if (!cut.status) CHECK(!cut.status.error().message.empty());
    }
}

TEST_CASE("items that are cut anywhere are an error or an object, never a crash") {
    TextPool pool;
    ProtobufDecoder decoder(pool);
    const auto pods = split(recorded("pods.pb")).items;
    for (const auto& pod : pods) {
        REQUIRE(decoder.decode<Pod>(pod));
        for (std::size_t length = 0; length < pod.size(); ++length) {
            const std::string cut = pod.substr(0, length); // of its own, so that a sanitizer sees a byte too far
            const auto object = decoder.decode<Pod>(cut);
            if (!object) CHECK(object.error().kind == ErrorKind::decode);
        }
    }
}

TEST_CASE("the numbers of Status answers lead to its words") {
    const auto status = recorded("status.pb").substr(k_protobuf_magic.size());
    CHECK(protobuf_text_at(status, {1, 2}) == "Status");
    CHECK(protobuf_text_at(status, {2, 3}) == "pods \"missing\" not found");
    CHECK(protobuf_text_at(status, {2, 5, 1}) == "missing");
    CHECK(protobuf_text_at(status, {2, 9}).empty());
    CHECK(protobuf_text_at(status, {2, 3, 4}).empty());
}
