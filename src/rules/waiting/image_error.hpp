// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace kdiag::rules::waiting {

enum class ImageProblem {
    other,
    not_found,
    not_found_or_no_access, ///< registries that do not tell one from the other (Docker Hub)
    unauthorised,
    unreachable,
    unresolvable,
    untrusted,     ///< TLS: certificate, or plain HTTP on one side
    wrong_platform,
    rate_limited,
    no_space,
    damaged,       ///< a layer that cannot be unpacked or verified
    signature_rejected,
};

/// What a pull's error message says, in the words of containerd, CRI-O, docker and registries.
ImageProblem classify_image_error(std::string_view message);

/// `registry.example.com:5000` of an image; `docker.io` when none is written.
std::string registry_of(std::string_view image);
/// What is wrong with a name that cannot be parsed: `a repository has to be in lower case`.
std::string invalid_name_reason(std::string_view image, std::string_view message);

} // namespace kdiag::rules::waiting
