// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kdiag::net {

/// The proxy for a server as Go's net/http decides it from HTTPS_PROXY, HTTP_PROXY and NO_PROXY (and their lower-case forms); loopback is
/// never proxied. Empty: none.
std::string proxy_from_environment(std::string_view url, const std::function<std::optional<std::string>(std::string_view)>& variable);

/// Scheme, host (without brackets) and port of a URL.
struct UrlParts {
    std::string scheme, host;
    int port = 0;
};
UrlParts parse_url(std::string_view url);

} // namespace kdiag::net
