// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/image_name.hpp"

#include "util/strings.hpp"

#include <algorithm>
#include <cctype>

namespace kdiag::rules::waiting {

namespace {

/// Where the tag's colon stands: after the last slash, so that a registry's port is none.
std::size_t tag_colon(std::string_view name) {
    const auto slash = name.rfind('/');
    return name.find(':', slash == std::string_view::npos ? 0 : slash);
}

} // namespace

std::string registry_of(std::string_view image) {
    const auto slash = image.find('/');
    if (slash == std::string_view::npos) return "docker.io";
    const auto first = image.substr(0, slash);
    const bool host = contains(first, ".") || contains(first, ":") || first == "localhost";
    if (first == "index.docker.io" || first == "registry-1.docker.io") return "docker.io";
    return host ? std::string(first) : "docker.io";
}

std::string repository_of(std::string_view image) {
    const auto name = image.substr(0, image.find('@'));
    return std::string(name.substr(0, tag_colon(name)));
}

std::string version_of(std::string_view image) {
    if (const auto at = image.find('@'); at != std::string_view::npos) return std::string(image.substr(at + 1));
    const auto colon = tag_colon(image);
    return colon == std::string_view::npos ? "latest" : std::string(image.substr(colon + 1));
}

std::string invalid_name_reason(std::string_view image, std::string_view message) {
    if (image.empty()) return "the image field is empty";
    if (contains(image, "$") || contains(image, "{{")) return "a variable in it was not replaced";
    if (trim(image) != image || image.find_first_of(" \t\n") != std::string_view::npos) return "there is a blank in it";
    if (contains(image, "://")) return "an image is named without https:// or another scheme";
    if (contains(image, "<") || contains(image, ">")) return "a placeholder in it was not replaced";
    const auto name = image.substr(0, image.find('@'));
    const auto slash = name.find('/');
    const auto path = slash == std::string_view::npos || registry_of(image) == "docker.io" ? name : name.substr(slash + 1);
    if (std::count(path.begin(), path.end(), ':') > 1) return "it has two tags";
    const auto repository = path.substr(0, path.find(':'));
    if (std::any_of(repository.begin(), repository.end(), [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }))
        return "a repository has to be in lower case";
    if (name.ends_with(':')) return "the tag after the colon is missing";
    if (image.find('@') != std::string_view::npos && !contains(image, "@sha256:") && !contains(image, "@sha512:"))
        return "what follows the @ is no digest (sha256:...)";
    if (contains(path, "//") || path.ends_with('/') || path.starts_with('/')) return "a part between two slashes is empty";
    if (contains(message, "must be lowercase")) return "a repository has to be in lower case";
    return "it is not a valid reference (REGISTRY/REPOSITORY:TAG)";
}

} // namespace kdiag::rules::waiting
