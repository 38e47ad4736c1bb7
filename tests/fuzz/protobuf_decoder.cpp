// SPDX-License-Identifier: Apache-2.0
#include "protobuf_bytes.hpp"
#include "targets.hpp"

#include "../support/struct_text.hpp"
#include "facts/objects.hpp"
#include "kube/codec/decode_protobuf.hpp"
#include "util/utf8.hpp"

namespace kdiag::fuzz {

namespace {

template <class T> std::string outcome(kube::ProtobufDecoder& decoder, std::string_view message) {
    const auto object = decoder.decode<T>(message);
    if (object) return test::StructText::of(*object);
    promise(object.error().kind == ErrorKind::decode && !object.error().message.empty(), "a message that cannot be decoded has no reason");
    return "error: " + object.error().message;
}

template <class T> void check_kind(std::string_view bytes) {
    TextPool pool;
    kube::ProtobufDecoder used(pool);
    const std::string first = outcome<T>(used, bytes);
    promise(outcome<T>(used, bytes) == first, "decoded otherwise the second time");
    promise(is_utf8(first), "a text is no UTF-8");
    TextPool other_pool;
    kube::ProtobufDecoder fresh(other_pool);
    if (first.starts_with("error: ")) return;
    promise(outcome<T>(fresh, std::string(bytes) + number(5000, 7) + part(6000, "unknown")) == first, "unknown fields change a message");
}

} // namespace

/// The first byte chooses the kind.
void fuzz_protobuf_decoder(std::string_view bytes) {
    if (bytes.empty()) return;
    const auto resource = static_cast<kube::Resource>(static_cast<unsigned char>(bytes[0]) % kube::k_resource_count);
    facts::with_type_of(resource, [&]<class T>() { check_kind<T>(bytes.substr(1)); });
}

Seeds seeds_protobuf_decoder() {
    const auto of = [](kube::Resource resource, const std::string& message) { return static_cast<char>(resource) + message; };
    const auto meta = part(1, part(1, "web") + part(3, "shop") + part(8, number(1, 1772359200)) + part(11, part(1, "app") + part(2, "web")) +
                                  part(12, part(1, "kubectl.kubernetes.io/last-applied-configuration") + part(2, R"({"kind":"Pod","spec":{"nod":1}})")));
    const auto int_or_string = number(1, 1) + number(2, 0) + part(3, "25%");
    const auto probe = part(1, part(2, part(1, "/live") + part(2, number(1, 0) + number(2, 80)))) + number(2, 3) + number(6, -1);
    const auto container = part(1, "app") + part(2, "web:1") + part(3, "sh") + part(3, "-c") + part(6, part(1, "http") + number(3, 80)) + part(7, part(1, "A") + part(2, "x")) + part(10, probe) +
                           part(8, part(1, part(1, "cpu") + part(2, part(1, "100m"))));
    const auto pod_spec = part(2, container) + part(10, "n1") + part(1, part(1, "v") + part(2, part(19, part(1, part(1, "settings")) + number(4, 1)))) + part(22, part(1, "k") + number(5, 300));
    const auto condition = part(1, "Ready") + part(2, "False") + part(4, number(1, 1772359200));
    return {
        of(kube::Resource::pods, meta + part(2, pod_spec) + part(3, part(1, "Running") + part(2, condition) + part(8, part(1, "app") + number(5, 4)))),
        of(kube::Resource::deployments, meta + part(2, number(1, 2) + part(3, part(2, pod_spec)) + part(4, part(2, part(1, int_or_string)))) + part(3, number(1, 3))),
        of(kube::Resource::statefulsets, meta + part(2, part(7, part(2, number(1, 2))))),
        of(kube::Resource::events, part(1, part(1, "e")) + part(2, part(1, "Pod")) + part(3, "BackOff") + part(10, number(1, 1) + number(2, 123456000)) + number(8, 7)),
        of(kube::Resource::nodes, meta + part(3, part(2, part(1, "cpu") + part(2, part(1, "2"))) + part(4, condition))),
        of(kube::Resource::secrets, meta + part(2, part(1, "password") + part(2, "hunter2"))),
        of(kube::Resource::networkpolicies, meta + part(2, part(2, part(1, part(2, int_or_string)) + part(2, part(3, part(1, "10.0.0.0/8")))))),
        of(kube::Resource::cronjobs, meta + part(2, part(1, "* * * * *") + part(5, part(2, part(6, part(2, pod_spec)))))),
        of(kube::Resource::endpointslices, meta + part(2, part(1, "10.0.0.1") + part(2, number(1, 0)) + part(4, part(1, "Pod")))),
    };
}

} // namespace kdiag::fuzz
