// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "rules/waiting/image_error.hpp"
#include "rules/waiting/image_name.hpp"

namespace kdiag::fuzz {

using namespace rules::waiting;

namespace {

constexpr std::string_view k_image = "registry.example.com/shop/web:2.1";

void check_name(std::string_view image) {
    promise(!registry_of(image).empty() || image.starts_with('/'), "an image without a registry");
    promise(!invalid_name_reason(image, "").empty(), "no reason why a name is invalid");
    const auto version = version_of(image);
    promise(version == "latest" || holds(image, version), "a version that the image does not name");
    promise(holds(image, repository_of(image)), "a repository that the image does not name");
}

} // namespace

void fuzz_image_error(std::string_view bytes) {
    const auto error = read_image_error(bytes, k_image);
    promise(error.words.find('\n') == std::string::npos, "the words are more than a line");
    promise(error.host.empty() || holds(bytes, error.host), "the message does not name the host");
    const auto again = read_image_error(std::string(bytes), k_image);
    promise(again.problem == error.problem && again.words == error.words && again.host == error.host, "read otherwise the second time");
    if (error.problem == ImageProblem::other) promise(topic_of(error.problem) == ImageTopic::other, "an unknown problem has a topic");
    check_name(bytes);
    read_image_error(k_image, bytes); // the image's name comes from others too
}

Seeds seeds_image_error() {
    return {
        "Failed to pull image \"registry.example.com/shop/web:2.1\": failed to pull and unpack image \"registry.example.com/shop/web:2.1\": failed to resolve reference "
        "\"registry.example.com/shop/web:2.1\": registry.example.com/shop/web:2.1: not found",
        "rpc error: code = Unknown desc = Error response from daemon: manifest for shop/web:2.1 not found: manifest unknown: manifest unknown",
        "failed to do request: Head \"https://registry.example.com:5000/v2/shop/web/manifests/2.1\": dial tcp 10.20.0.9:5000: connect: connection refused",
        "dial tcp: lookup registry.invalid on 10.0.0.2:53: no such host",
        "toomanyrequests: You have reached your pull rate limit. https://www.docker.com/increase-rate-limit",
        "unexpected status from HEAD request to https://registry.example.com/v2/shop/web/manifests/2.1: 401 Unauthorized",
        "x509: certificate is valid for other.example.com, not registry.example.com",
        "no match for platform in manifest: not found",
        "(Mirrors also failed: [mirror.example.com/shop/web:2.1: pinging container registry mirror.example.com: i/o timeout]): reading manifest 2.1: manifest unknown",
        "registry.example.com:5000/shop/web:1.2@sha256:ab",
        "shop/<name>:${TAG}",
    };
}

} // namespace kdiag::fuzz
