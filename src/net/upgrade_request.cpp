// SPDX-License-Identifier: Apache-2.0
#include "net/upgrade_request.hpp"

#include "util/format.hpp"

#include <string_view>

namespace kdiag::net {

std::string write_upgrade_request(const UpgradeRequest& request) {
    const std::string_view url = request.url;
    const auto scheme = url.find("://");
    const auto host = scheme == std::string_view::npos ? 0 : scheme + 3;
    const auto path = url.find_first_of("/?", host);
    const auto target = path == std::string_view::npos ? std::string_view("/") : url.substr(path);
    auto authority = url.substr(host, path == std::string_view::npos ? path : path - host);
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
    std::string text = format("{} {}{} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: {}\r\n", request.method, target.starts_with('/') ? "" : "/", target, authority,
                              request.protocol);
    for (const auto& header : request.headers) text += header + "\r\n";
    if (request.method == "POST") text += "Content-Length: 0\r\n";
    // Credentials only ever travel encrypted (client-go drops them for http too).
    if (!request.authorization.empty() && url.starts_with("https://")) text += "Authorization: " + request.authorization.reveal() + "\r\n";
    return text + "\r\n";
}

} // namespace kdiag::net
