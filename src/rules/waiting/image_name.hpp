// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace kdiag::rules::waiting {

/// `registry.example.com:5000` of an image; `docker.io` when none is written.
std::string registry_of(std::string_view image);
/// The image without its tag and digest: `registry.example.com/shop/web`.
std::string repository_of(std::string_view image);
/// `2.4.1` or `sha256:...`; `latest` when none is written.
std::string version_of(std::string_view image);
/// What is wrong with a name that cannot be parsed: `a repository has to be in lower case`.
std::string invalid_name_reason(std::string_view image, std::string_view message);

} // namespace kdiag::rules::waiting
