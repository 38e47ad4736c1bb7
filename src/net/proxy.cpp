// SPDX-License-Identifier: Apache-2.0
#include "net/proxy.hpp"

#include "util/strings.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <vector>

namespace kdiag::net {

namespace {

std::vector<unsigned char> address_of(const std::string& host) {
    in_addr four{};
    if (inet_pton(AF_INET, host.c_str(), &four) == 1) {
        std::vector<unsigned char> bytes(4);
        std::memcpy(bytes.data(), &four, 4);
        return bytes;
    }
    in6_addr six{};
    if (inet_pton(AF_INET6, host.c_str(), &six) == 1) return {six.s6_addr, six.s6_addr + 16};
    return {};
}

bool in_network(const std::string& host, std::string_view cidr) {
    const auto slash = cidr.find('/');
    if (slash == std::string_view::npos) return false;
    const auto network = address_of(std::string(cidr.substr(0, slash))), address = address_of(host);
    std::size_t bits = 0;
    const auto digits = cidr.substr(slash + 1);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), bits).ec != std::errc{}) return false;
    if (network.empty() || network.size() != address.size() || bits > network.size() * 8) return false;
    for (std::size_t bit = 0; bit < bits; ++bit)
        if (((network[bit / 8] ^ address[bit / 8]) & (0x80 >> bit % 8)) != 0) return false;
    return true;
}

bool is_loopback(const std::string& host) {
    return host == "localhost" || host == "::1" || in_network(host, "127.0.0.0/8");
}

bool is_excepted(const UrlParts& url, std::string_view list) {
    for (auto entry : split(list, ',')) {
        entry = trim(entry);
        if (entry.empty()) continue;
        if (entry == "*" || in_network(url.host, entry)) return true;
        std::string name = to_lower(entry);
        if (const auto colon = name.rfind(':'); colon != std::string::npos && name.find(':') == colon) {
            if (name.substr(colon + 1) != std::to_string(url.port)) continue;
            name.resize(colon);
        }
        if (name.starts_with("*.")) name.erase(0, 1);
        const std::string suffix = name.starts_with('.') ? name : "." + name;
        if (url.host == name || url.host.ends_with(suffix)) return true;
    }
    return false;
}

} // namespace

UrlParts parse_url(std::string_view url) {
    UrlParts parts;
    const auto scheme = url.find("://");
    if (scheme != std::string_view::npos) {
        parts.scheme = to_lower(url.substr(0, scheme));
        url.remove_prefix(scheme + 3);
    }
    url = url.substr(0, url.find_first_of("/?#"));
    if (const auto at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
    parts.port = parts.scheme == "http" ? 80 : 443;
    std::string_view port;
    if (url.starts_with('[')) {
        const auto end = url.find(']');
        parts.host = to_lower(url.substr(1, end - 1));
        if (end != std::string_view::npos && url.substr(end + 1).starts_with(':')) port = url.substr(end + 2);
    } else {
        const auto colon = url.rfind(':');
        parts.host = to_lower(url.substr(0, colon));
        if (colon != std::string_view::npos) port = url.substr(colon + 1);
    }
    std::from_chars(port.data(), port.data() + port.size(), parts.port);
    return parts;
}

std::string proxy_from_environment(std::string_view url, const std::function<std::optional<std::string>(std::string_view)>& variable) {
    const auto parts = parse_url(url);
    if (is_loopback(parts.host)) return {};
    const auto first = [&](std::string_view upper, std::string_view lower) {
        const auto value = variable(upper);
        return value && !value->empty() ? *value : variable(lower).value_or("");
    };
    if (is_excepted(parts, first("NO_PROXY", "no_proxy"))) return {};
    return parts.scheme == "http" ? first("HTTP_PROXY", "http_proxy") : first("HTTPS_PROXY", "https_proxy");
}

} // namespace kdiag::net
