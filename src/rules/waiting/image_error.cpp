// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/image_error.hpp"

#include "util/strings.hpp"

#include <algorithm>
#include <algorithm>
#include <array>
#include <cctype>

namespace kdiag::rules::waiting {

namespace {

struct Words {
    ImageProblem problem;
    std::string_view text; ///< in lower case
};

/// The first hit decides, so what is more specific stands first.
constexpr std::array k_words = {
    Words{ImageProblem::rate_limited, "toomanyrequests"},
    Words{ImageProblem::rate_limited, "too many requests"},
    Words{ImageProblem::rate_limited, "rate limit"},
    Words{ImageProblem::rate_limited, "pull qps exceeded"},
    Words{ImageProblem::no_space, "no space left on device"},
    Words{ImageProblem::no_space, "disk quota exceeded"},
    Words{ImageProblem::signature_rejected, "signature"},
    Words{ImageProblem::wrong_platform, "no match for platform"},
    Words{ImageProblem::wrong_platform, "no matching manifest for"},
    Words{ImageProblem::wrong_platform, "no image found in manifest list for architecture"},
    Words{ImageProblem::wrong_platform, "no image found in image index for architecture"},
    Words{ImageProblem::wrong_platform, "does not match the specified platform"},
    Words{ImageProblem::not_found_or_no_access, "repository does not exist or may require"},
    Words{ImageProblem::not_found_or_no_access, "pull access denied"},
    Words{ImageProblem::not_found_or_no_access, "insufficient_scope"},
    Words{ImageProblem::not_found_or_no_access, "requested access to the resource is denied"},
    Words{ImageProblem::unauthorised, "401 unauthorized"},
    Words{ImageProblem::unauthorised, "403 forbidden"},
    Words{ImageProblem::unauthorised, "unauthorized"},
    Words{ImageProblem::unauthorised, "authentication required"},
    Words{ImageProblem::unauthorised, "no basic auth credentials"},
    Words{ImageProblem::unauthorised, "failed to authorize"},
    Words{ImageProblem::unauthorised, "failed to fetch oauth token"},
    Words{ImageProblem::unauthorised, "failed to fetch anonymous token"},
    Words{ImageProblem::unauthorised, "invalid username/password"},
    Words{ImageProblem::unauthorised, "authorization failed"},
    Words{ImageProblem::unauthorised, "permission_denied"},
    Words{ImageProblem::unauthorised, "permission \"artifactregistry"},
    Words{ImageProblem::unauthorised, "denied: "},
    Words{ImageProblem::unauthorised, "access denied"},
    Words{ImageProblem::unresolvable, "no such host"},
    Words{ImageProblem::unresolvable, "server misbehaving"},
    Words{ImageProblem::unresolvable, "temporary failure in name resolution"},
    Words{ImageProblem::unresolvable, "name resolution"},
    Words{ImageProblem::untrusted, "x509"},
    Words{ImageProblem::untrusted, "certificate"},
    Words{ImageProblem::untrusted, "server gave http response to https client"},
    Words{ImageProblem::untrusted, "tls: "},
    Words{ImageProblem::unreachable, "connection refused"},
    Words{ImageProblem::unreachable, "i/o timeout"},
    Words{ImageProblem::unreachable, "no route to host"},
    Words{ImageProblem::unreachable, "network is unreachable"},
    Words{ImageProblem::unreachable, "client.timeout"},
    Words{ImageProblem::unreachable, "deadline exceeded"},
    Words{ImageProblem::unreachable, "tls handshake timeout"},
    Words{ImageProblem::unreachable, "connection reset"},
    Words{ImageProblem::unreachable, "unexpected eof"},
    Words{ImageProblem::unreachable, "registryunavailable"},
    Words{ImageProblem::unreachable, "registry is unavailable"},
    Words{ImageProblem::unreachable, "502 bad gateway"},
    Words{ImageProblem::unreachable, "503 service unavailable"},
    Words{ImageProblem::unreachable, "504 gateway"},
    Words{ImageProblem::unreachable, "500 internal server error"},
    Words{ImageProblem::damaged, "failed to extract layer"},
    Words{ImageProblem::damaged, "failed to register layer"},
    Words{ImageProblem::damaged, "failed commit on ref"},
    Words{ImageProblem::damaged, "unexpected commit digest"},
    Words{ImageProblem::damaged, "filesystem layer verification failed"},
    Words{ImageProblem::not_found, "manifest unknown"},
    Words{ImageProblem::not_found, "name unknown"},
    Words{ImageProblem::not_found, "repository name not known"},
    Words{ImageProblem::not_found, "code = notfound"},
    Words{ImageProblem::not_found, ": not found"},
    Words{ImageProblem::not_found, "404 not found"},
    Words{ImageProblem::not_found, "was not found"},
    Words{ImageProblem::not_found, "no such image"},
    Words{ImageProblem::not_found, "not found: manifest"},
    Words{ImageProblem::not_found, "not found"},
};

} // namespace

ImageProblem classify_image_error(std::string_view message) {
    const std::string lower = to_lower(message);
    for (const auto& words : k_words)
        if (contains(lower, words.text)) return words.problem;
    return ImageProblem::other;
}

std::string registry_of(std::string_view image) {
    const auto slash = image.find('/');
    if (slash == std::string_view::npos) return "docker.io";
    const auto first = image.substr(0, slash);
    const bool host = contains(first, ".") || contains(first, ":") || first == "localhost";
    return host ? std::string(first) : "docker.io";
}

std::string invalid_name_reason(std::string_view image, std::string_view message) {
    if (image.empty()) return "the image field is empty";
    if (trim(image) != image || image.find_first_of(" \t\n") != std::string_view::npos) return "there is a blank in it";
    if (contains(image, "://")) return "an image is named without https:// or another scheme";
    const auto name = image.substr(0, image.find('@'));
    const auto slash = name.find('/');
    const auto path = slash == std::string_view::npos ? name : name.substr(slash + 1);
    if (std::count(path.begin(), path.end(), ':') > 1) return "it has two tags";
    const auto repository = path.substr(0, path.find(':'));
    for (const char c : repository)
        if (std::isupper(static_cast<unsigned char>(c)) != 0) return "a repository has to be in lower case";
    if (name.ends_with(':')) return "the tag after the colon is missing";
    if (contains(image, "$") || contains(image, "{{")) return "a variable in it was not replaced";
    if (contains(message, "must be lowercase")) return "a repository has to be in lower case";
    return "it is not a valid reference (REGISTRY/REPOSITORY:TAG)";
}

} // namespace kdiag::rules::waiting
