// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/decode_protobuf.hpp"
#include "kube/codec/list_splitter.hpp"
#include "kube/codec/protobuf_splitter.hpp"
#include "kube/configuration.hpp"
#include "kube/node.hpp"
#include "kube/pod.hpp"
#include "kube/storage.hpp"
#include "kube/workload.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::kube;

namespace {

std::string varint(std::uint64_t number) {
    std::string bytes;
    for (; number >= 0x80; number >>= 7) bytes += static_cast<char>((number & 0x7f) | 0x80);
    return bytes + static_cast<char>(number);
}
std::string number(std::uint32_t field, std::int64_t value) {
    return varint(field << 3) + varint(static_cast<std::uint64_t>(value));
}
/// A text or a message.
std::string part(std::uint32_t field, std::string_view bytes) {
    return varint(field << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}
std::string entry(std::uint32_t field, std::string_view key, std::string_view value) {
    return part(field, part(1, key) + part(2, value));
}
std::string pod_with_spec(std::string_view spec) {
    return part(1, part(1, "web-1")) + part(2, spec);
}
std::string pod_with_container(std::string_view container) {
    return pod_with_spec(part(2, container));
}
std::string envelope(std::string_view kind, std::string_view list) {
    return std::string(k_protobuf_magic) + part(1, part(1, "v1") + part(2, kind)) + part(2, list) + part(3, "") + part(4, "");
}

struct Read {
    std::vector<std::string> items;
    std::vector<std::size_t> oversized;
    std::string metadata;
    Status status;
};
Read read(std::string_view bytes, std::size_t max_item = 100) {
    Read found;
    ProtobufSplitter splitter({.on_item = [&](std::string_view item) -> Status {
                                   found.items.emplace_back(item);
                                   return {};
                               },
                               .on_list_metadata = [&](std::string_view metadata) { found.metadata = metadata; },
                               .on_oversized = [&](std::size_t size) { found.oversized.push_back(size); }},
                              max_item);
    found.status = splitter.push(bytes);
    if (found.status) found.status = splitter.finish();
    return found;
}

template <class T> std::string error_of(std::string_view message) {
    TextPool pool;
    const auto object = ProtobufDecoder(pool).decode<T>(message);
    return object ? "" : object.error().message;
}

} // namespace

TEST_CASE("a value of the wrong wire type says where it stands") {
    CHECK(error_of<Pod>(pod_with_container(part(6, part(3, "text")))) == "spec.containers[0].ports[0].containerPort: expected a number, found something else");
    CHECK(error_of<Pod>(pod_with_container(number(1, 7))) == "spec.containers[0].name: expected text or a message, found a number");
    CHECK(error_of<Pod>(part(1, number(11, 7))) == "metadata.labels: expected text or a message, found a number");
    CHECK(error_of<Pod>(pod_with_container(part(10, part(1, number(2, 1))))) == "spec.containers[0].livenessProbe.httpGet: expected text or a message, found a number");
    CHECK(error_of<Pod>(pod_with_spec("\x0b")) == "spec: a field has a wire type that is not used");
    CHECK(error_of<Pod>(part(1, part(1, "web").substr(0, 4))) == "metadata.name: a value ends behind the end of its message");
    CHECK(error_of<Pod>(number(1, 7)) == "metadata: expected text or a message, found a number");
    CHECK(error_of<Pod>(std::string(11, '\xff')) == "a number has more than ten bytes");
    CHECK(error_of<Pod>(std::string(1, '\0')) == "a field has a number that no field can have");
}

TEST_CASE("an entry of a map may lack its key or its value") {
    TextPool pool;
    const auto key = part(1, "kubectl.kubernetes.io/last-applied-configuration");
    const auto pod = ProtobufDecoder(pool).decode<Pod>(part(1, part(12, key) + part(12, "") + part(11, part(1, "app")) + part(11, part(2, "web"))));
    REQUIRE(pod);
    CHECK(pod->meta.unknown_fields.empty());
    CHECK(pod->meta.labels == TextMap{{"app", ""}, {"", "web"}});
}

TEST_CASE("a length of more than 32 bits reads nothing behind its message") {
    const std::uint64_t huge = std::uint64_t{1} << 32;
    for (const std::uint32_t field : {2u, 7u, 15u, 22u}) { // messages, entries of a map, plain and shared lists
        const std::string spec = varint(field << 3 | 2) + varint(huge) + varint(field << 3 | 2) + varint(huge + 3) + "\x0a\x01" "a";
        TextPool pool;
        const auto pod = ProtobufDecoder(pool).decode<Pod>(pod_with_spec(spec));
        if (pod) CHECK(pool.bytes() <= 64 * 1024);
    }
    CHECK(!error_of<Pod>(part(1, varint(1 << 3 | 2) + varint(huge + 7) + "web")).empty());
}

TEST_CASE("unknown fields of every wire type are skipped") {
    const std::string unknown = number(60, -1) + part(61, "x") + varint(62 << 3 | 5) + "1234" + varint(63 << 3 | 1) + "12345678" + number(5000, 1);
    TextPool pool;
    const auto pod = ProtobufDecoder(pool).decode<Pod>(unknown + pod_with_container(unknown + part(1, "app") + unknown));
    REQUIRE(pod);
    CHECK(pod->spec.containers[0].name == "app");
}

TEST_CASE("times are those of RFC 3339, and an empty one is none") {
    TextPool pool;
    ProtobufDecoder decoder(pool);
    const auto created = [&](const std::string& time) { return decoder.decode<Pod>(part(1, part(8, time))); };
    CHECK(to_rfc3339(created(number(1, 1772359200))->meta.created) == "2026-03-01T10:00:00Z");
    CHECK(created(number(1, 1772359200) + number(2, 987654321))->meta.created.milliseconds == 1772359200987);
    CHECK(!created("")->meta.created);
    CHECK(created(number(1, -62135596800)));
    for (const auto& time : {number(1, -62135596801), number(1, 253402300800), number(1, 1) + number(2, -1), number(1, 1) + number(2, 1000000000)}) {
        REQUIRE(!created(time));
        CHECK(created(time).error().message == "metadata.creationTimestamp: it is not a time");
    }
}

TEST_CASE("numbers or texts, and what is a plain number in one message") {
    TextPool pool;
    ProtobufDecoder decoder(pool);
    const auto port = [&](const std::string& value) {
        return decoder.decode<Pod>(pod_with_container(part(10, part(1, part(3, part(1, value))))))->spec.containers[0].liveness_probe->tcp_socket->port;
    };
    CHECK(port(number(1, 0) + number(2, 8080) + part(3, "")).number == 8080);
    CHECK(port(number(1, 1) + number(2, 0) + part(3, "http")).text == "http");
    CHECK(port("").set);
    const auto set = decoder.decode<StatefulSet>(part(2, part(7, part(2, number(1, 2) + part(2, number(1, 1) + part(3, "50%"))))));
    REQUIRE(set);
    CHECK(set->spec.update_strategy.rolling_update->partition.number == 2);
    CHECK(set->spec.update_strategy.rolling_update->partition.set);
    CHECK(set->spec.update_strategy.rolling_update->max_unavailable.text == "50%");
}

TEST_CASE("the zero that JSON leaves out is absence, and a pointer's zero is a value") {
    TextPool pool;
    const auto pod = ProtobufDecoder(pool).decode<Pod>(pod_with_spec(number(4, 0) + part(2, part(11, number(3, 0) + number(6, -1) + number(7, 0)))));
    REQUIRE(pod);
    CHECK(pod->spec.termination_grace_period_seconds == 0);
    const auto& probe = *pod->spec.containers[0].readiness_probe;
    CHECK(probe.timeout_seconds == 1);
    CHECK(probe.failure_threshold == -1);
    CHECK(probe.termination_grace_period_seconds == 0);
    const auto claim = ProtobufDecoder(pool).decode<PersistentVolumeClaim>(part(2, part(5, "")));
    REQUIRE(claim);
    CHECK(claim->spec.storage_class_name == "");
}

TEST_CASE("what is no UTF-8 is repaired as in JSON") {
    TextPool pool;
    const auto pod = ProtobufDecoder(pool).decode<Pod>(part(1, part(1, "a\xff") + entry(11, "k\xe2\x82", "gr\xc3\xb6\xc3\x9f") + part(14, "\xed\xa0\x80")));
    REQUIRE(pod);
    CHECK(pod->meta.name == "a\xef\xbf\xbd");
    CHECK(pod->meta.labels[0].first == "k\xef\xbf\xbd\xef\xbf\xbd");
    CHECK(pod->meta.labels[0].second == "gr\xc3\xb6\xc3\x9f");
    CHECK(pod->meta.finalizers[0] == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("secret values, literal variables and managed fields are dropped while decoding protobuf") {
    const std::string large(1 << 20, 'x');
    TextPool pool;
    ProtobufDecoder decoder(pool);
    const auto secret = decoder.decode<Secret>(part(1, part(1, "db") + part(17, part(7, part(1, large)))) + entry(2, "password", large) + entry(2, "user", "x") + part(3, "Opaque"));
    REQUIRE(secret);
    CHECK(secret->keys == TextList{"password", "user"});
    const auto pod = decoder.decode<Pod>(pod_with_container(part(7, part(1, "TOKEN") + part(2, large))));
    REQUIRE(pod);
    CHECK(pod->spec.containers[0].env[0].name == "TOKEN");
    const auto map = decoder.decode<ConfigMap>(part(1, part(1, "m")) + entry(2, "a.conf", large) + entry(3, "b", large));
    REQUIRE(map);
    CHECK(map->binary_keys == TextList{"b"});
    CHECK(pool.bytes() <= 64 * 1024);
}

TEST_CASE("what siblings repeat in protobuf is held once, and what differs is not shared") {
    const auto pod = [](int port) {
        const std::string probe = part(1, part(3, part(1, number(1, 0) + number(2, port))));
        return pod_with_container(part(7, part(1, "A")) + part(7, part(1, "B")) + part(6, number(3, port)) + part(10, probe) + part(11, probe));
    };
    TextPool pool;
    ProtobufDecoder decoder(pool);
    const auto one = decoder.decode<Pod>(pod(80)), two = decoder.decode<Pod>(pod(80)), other = decoder.decode<Pod>(pod(81));
    REQUIRE((one && two && other));
    const auto& first = one->spec.containers[0];
    const auto& second = two->spec.containers[0];
    CHECK(first.env.begin() == second.env.begin());
    CHECK(first.ports.begin() == second.ports.begin());
    CHECK(first.liveness_probe == second.readiness_probe);
    CHECK(other->spec.containers[0].env.begin() == first.env.begin());
    CHECK(other->spec.containers[0].ports.begin() != first.ports.begin());
    CHECK(other->spec.containers[0].ports[0].container_port == 81);
    CHECK(first.env.size() == 2);
}

TEST_CASE("pods that differ in the random part of their token volume's name hold the same containers in protobuf too") {
    const auto pod = [](std::string_view volume) { return pod_with_container(part(1, "app") + part(9, part(1, volume) + part(3, "/run"))); };
    TextPool pool;
    ProtobufDecoder decoder(pool);
    const auto one = decoder.decode<Pod>(pod("kube-api-access-bcd24")), two = decoder.decode<Pod>(pod("kube-api-access-zz999")), named = decoder.decode<Pod>(pod("kube-api-access-mine1"));
    REQUIRE((one && two && named));
    CHECK(one->spec.containers.begin() == two->spec.containers.begin());
    CHECK(two->spec.containers[0].volume_mounts[0].name == "kube-api-access");
    CHECK(named->spec.containers[0].volume_mounts[0].name == "kube-api-access-mine1");
}

TEST_CASE("elements that other fields interrupt are still one list, but not where it is shared") {
    TextPool pool;
    const auto pod = ProtobufDecoder(pool).decode<Pod>(pod_with_spec(part(15, part(1, "a")) + part(10, "n1") + part(15, part(1, "b")) + entry(32, "x", part(1, "1")) + part(10, "n2") + entry(32, "y", part(1, "2"))));
    REQUIRE(pod);
    CHECK(pod->spec.image_pull_secrets.size() == 2);
    CHECK(pod->spec.image_pull_secrets[1].name == "b");
    CHECK(pod->spec.overhead == TextMap{{"x", "1"}, {"y", "2"}});
    CHECK(pod->spec.node_name == "n2");
    CHECK(error_of<Pod>(pod_with_container(part(7, part(1, "A")) + part(1, "app") + part(7, part(1, "B")))) == "spec.containers[0].env: the elements of a list are scattered");
}

TEST_CASE("a few bytes cannot ask for gigabytes") {
    std::string spec;
    for (int i = 0; i < 200'000; ++i) spec += part(2, "");
    CHECK(error_of<Pod>(pod_with_spec(spec)) == "spec.containers: it has more elements than an object can have");
}

TEST_CASE("a list's metadata and items are handed out, and what is too large is dropped and said") {
    const std::string list = part(1, part(2, "77") + part(3, "token")) + part(2, "one") + part(2, std::string(101, 'x')) + number(9, 1) + part(2, "") + part(2, "three");
    const auto found = read(envelope("PodList", list));
    CHECK(found.status);
    CHECK(found.items == std::vector<std::string>{"one", "", "three"});
    CHECK(found.oversized == std::vector<std::size_t>{101});
    CHECK(protobuf_text_at(found.metadata, {3}) == "token");
    CHECK(read(envelope("PodList", "")).status);
}

TEST_CASE("a list says in both formats where it goes on") {
    const auto token_in = [](std::string_view bytes) {
        std::string token = "none";
        ListSplitter splitter({.on_item = [](WireFormat, std::string_view) { return Status(); }, .on_more = [&](std::string more) { token = std::move(more); }});
        REQUIRE(splitter.push(bytes));
        REQUIRE(splitter.finish());
        return token;
    };
    CHECK(token_in(envelope("PodList", part(1, part(2, "77") + part(3, "abc")) + part(2, "one"))) == "abc");
    CHECK(token_in(envelope("PodList", part(1, part(2, "77") + part(3, "")) + part(2, "one"))) == "none");
    CHECK(token_in(R"({"kind":"PodList","metadata":{"resourceVersion":"77","continue":"abc"},"items":[{"a":1}]})") == "abc");
    CHECK(token_in(R"({"kind":"PodList","items":[{"a":1}],"metadata":{"continue":"abc"}})") == "abc");
    CHECK(token_in(R"({"kind":"PodList","metadata":{"continue":""},"items":[]})") == "none");
}

TEST_CASE("an envelope that lies is an error with its place") {
    const auto message_of = [](const std::string& bytes) {
        const auto found = read(bytes);
        return found.status ? std::string() : found.status.error().message;
    };
    const std::string magic(k_protobuf_magic), type = part(1, part(1, "v1") + part(2, "PodList")), list = part(2, part(2, "one"));
    CHECK(message_of("") == "broken protobuf at byte 0: it ends before the list begins");
    CHECK(message_of("{\"a\":1}") == "broken protobuf at byte 4: it begins with `{\"a\"`, not with `k8s` and a zero");
    CHECK(message_of(magic) == "broken protobuf at byte 4: it ends before the list begins");
    CHECK(message_of(magic + type) == "broken protobuf at byte 19: it ends before the list begins");
    CHECK(message_of(magic + list) == "broken protobuf at byte 6: it does not say what it holds");
    CHECK(message_of(magic + type + list + list) == "broken protobuf at byte 28: it holds two lists");
    CHECK(message_of(magic + type + list + part(3, "gzip")) == "broken protobuf at byte 28: the list is encoded once more");
    CHECK(message_of(magic + type + list.substr(0, 4)) == "broken protobuf at byte 23: the list ends in the middle");
    CHECK(message_of(magic + type + part(2, varint(2 << 3 | 2) + varint(50) + "x")) == "broken protobuf at byte 23: a value ends behind the end of the list");
    CHECK(message_of(magic + type + part(2, "\x12\x80")) == "broken protobuf at byte 23: the list ends in the middle");
    CHECK(message_of(magic + type + part(2, "\x12\x80") + part(3, "")) == "broken protobuf at byte 23: a value ends behind the end of the list");
    CHECK(message_of(magic + type + part(2, varint(2 << 3 | 3))) == "broken protobuf at byte 22: a field has a wire type that is not used");
    CHECK(message_of(magic + std::string(12, '\xff')) == "broken protobuf at byte 14: a number has more than ten bytes");
    CHECK(message_of(magic + part(1, "\x0a\x50")) == "broken protobuf at byte 8: the type of the list is broken");
    CHECK(message_of(magic + varint(1 << 3 | 2) + varint(1u << 30)) == "broken protobuf at byte 10: the type of the list is too long");
    CHECK(message_of(magic + type + varint(2 << 3 | 2) + std::string(9, '\xff') + "\x01") == "broken protobuf at byte 30: the list has no length");
    CHECK(message_of(magic + type + varint(2 << 3 | 2) + varint(std::uint64_t{1} << 40) + part(2, "one")) == "broken protobuf at byte 31: the list ends in the middle");
}
