// SPDX-License-Identifier: Apache-2.0
#include "probe/destination.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kdiag::probe {

namespace {

struct DepthName {
    std::string_view word;
    Depth depth;
};
constexpr std::array k_depths = {DepthName{"dns", Depth::dns}, DepthName{"tcp", Depth::tcp}, DepthName{"tls", Depth::tls}, DepthName{"http", Depth::http}, DepthName{"grpc", Depth::grpc}};

struct Scheme {
    std::string_view word;
    Depth depth;
    bool tls;
    int port; ///< 0: has to be given
};
constexpr std::array k_schemes = {Scheme{"http", Depth::http, false, 80}, Scheme{"https", Depth::http, true, 443}, Scheme{"tcp", Depth::tcp, false, 0}, Scheme{"tls", Depth::tls, true, 443},
                                  Scheme{"grpc", Depth::grpc, false, 0}, Scheme{"grpcs", Depth::grpc, true, 443}};

constexpr std::size_t k_most_ranges = 50;

Error not_understood(std::string_view word) {
    return {.kind = ErrorKind::usage, .message = format("`{}` is nothing that can be probed", word),
            .help = {"as in https://host/path, tcp://host:5432, dns:host, svc/web:http, pod/web-1, deploy/web"}};
}

std::optional<int> number_of(std::string_view text, int least, int most) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) return std::nullopt;
    return number;
}

const Scheme* find_scheme(std::string_view url) {
    const auto end = url.find("://");
    if (end == std::string_view::npos) return nullptr;
    const std::string word = to_lower(url.substr(0, end));
    const auto* found = std::find_if(k_schemes.begin(), k_schemes.end(), [&](const Scheme& scheme) { return scheme.word == word; });
    return found == k_schemes.end() ? nullptr : found;
}

bool has_odd_characters(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
}

/// Whether something that speaks TLS is to be expected.
bool looks_secure(int port, std::string_view name, std::string_view app_protocol) {
    return app_protocol == "https" || app_protocol == "kubernetes.io/wss" || name == "https" || name.starts_with("https-") || name == "tls" || port == 443 || port == 6443 || port == 8443 || port == 9443;
}

bool looks_like_http(int port, std::string_view name, std::string_view app_protocol) {
    const bool by_name = contains(name, "http") || name == "web" || name == "metrics" || name == "health" || name == "admin";
    const bool by_number = port == 80 || port == 8080 || port == 8000 || port == 8081 || port == 3000 || port == 5000 || port == 9090;
    return contains(app_protocol, "http") || by_name || (name.empty() && by_number) || (name.empty() && looks_secure(port, {}, {}));
}

} // namespace

Result<Depth> parse_depth(std::string_view word) {
    for (const auto& [name, depth] : k_depths)
        if (name == word) return depth;
    return Error{.kind = ErrorKind::usage, .message = format("unknown kind of probe `{}`", word), .help = {"kinds: dns, tcp, tls, http, grpc"}};
}

Result<TargetWord> parse_target(const std::vector<std::string>& words) {
    if (words.empty())
        return Error{.kind = ErrorKind::usage, .message = "nothing is named to probe", .help = {"as in `kdiag probe pod/web-1`, `kdiag probe svc/web` or `kdiag probe https://host/path`"}};
    if (words.size() > 2) return Error{.kind = ErrorKind::usage, .message = format("`{}` is one target too many", words[2]), .help = {"one target at a time"}};
    const auto& word = words[0];
    if (words.size() == 2) {
        if (contains(word, "/") || contains(word, ":") || contains(words[1], "/") || word.empty() || words[1].empty()) return not_understood(format("{} {}", word, words[1]));
        return TargetWord{.type = word, .object = words[1]};
    }
    if (contains(word, "://")) {
        const auto* scheme = find_scheme(word);
        if (scheme == nullptr) return Error{.kind = ErrorKind::usage, .message = format("`{}` has no scheme that can be probed", word), .help = {"schemes: http, https, tcp, tls, grpc, grpcs"}};
        return TargetWord{.what = TargetWord::What::url, .url = word, .depth = scheme->depth};
    }
    if (word.starts_with("dns:")) {
        const auto name = word.substr(4);
        if (name.empty() || has_odd_characters(name) || name.starts_with('-') || name.size() > 253) return not_understood(word);
        return TargetWord{.what = TargetWord::What::name, .name = name, .depth = Depth::dns};
    }
    const auto slash = word.find('/');
    TargetWord target{.type = slash == std::string::npos ? "pods" : word.substr(0, slash)};
    auto rest = slash == std::string::npos ? std::string_view(word) : std::string_view(word).substr(slash + 1);
    if (const auto colon = rest.find(':'); colon != std::string_view::npos) {
        if (slash == std::string::npos || colon + 1 == rest.size()) return not_understood(word);
        target.port = rest.substr(colon + 1);
        if (target.port.find_first_not_of("0123456789") == std::string::npos && !number_of(target.port, 1, 65535))
            return Error{.kind = ErrorKind::usage, .message = format("{} is no port number", target.port), .help = {"they go from 1 to 65535"}};
        rest = rest.substr(0, colon);
    }
    target.object = rest;
    if (target.type.empty() || rest.empty() || contains(rest, "/") || contains(target.port, "/")) return not_understood(word);
    return target;
}

Result<StatusRanges> StatusRanges::parse(std::string_view text) {
    StatusRanges ranges;
    ranges.m_text = text;
    ranges.m_ranges.clear();
    for (const auto part : split(text, ',')) {
        const auto dash = part.find('-');
        const auto least = number_of(part.substr(0, dash), 100, 599);
        const auto most = dash == std::string_view::npos ? least : number_of(part.substr(dash + 1), 100, 599);
        if (!least || !most || *least > *most || ranges.m_ranges.size() == k_most_ranges)
            return Error{.kind = ErrorKind::usage, .message = format("--expect `{}` is no list of HTTP statuses", text), .help = {"as in 200-399, or 200,204,301"}};
        ranges.m_ranges.emplace_back(*least, *most);
    }
    return ranges;
}

bool StatusRanges::has(int status) const {
    return std::any_of(m_ranges.begin(), m_ranges.end(), [&](const auto& range) { return status >= range.first && status <= range.second; });
}

std::string Destination::url() const {
    return format("{}://{}{}", tls ? "https" : "http", join_host_port(host, port), path);
}

bool Destination::is_numeric() const {
    return contains(host, ":") || (!host.empty() && host.find_first_not_of("0123456789.") == std::string::npos);
}

Result<Destination> destination_of(const TargetWord& word, Depth depth) {
    if (word.what == TargetWord::What::name) return Destination{.host = word.name, .depth = Depth::dns};
    const auto* scheme = find_scheme(word.url);
    if (scheme == nullptr) return not_understood(word.url);
    Destination destination{.tls = scheme->tls || depth == Depth::tls, .depth = depth == Depth::automatic ? scheme->depth : depth};
    auto rest = std::string_view(word.url).substr(scheme->word.size() + 3);
    rest = rest.substr(0, rest.find('#'));
    const auto end = std::min(rest.size(), rest.find_first_of("/?"));
    auto authority = rest.substr(0, end);
    if (contains(authority, "@")) return Error{.kind = ErrorKind::usage, .message = "a URL with a user name is not probed", .help = {"give credentials by --header 'Authorization: ...'"}};
    if (const auto path = rest.substr(end); !path.empty()) destination.path = path.starts_with('?') ? format("/{}", path) : std::string(path);
    std::string_view port;
    if (authority.starts_with('[')) {
        const auto close = authority.find(']');
        destination.host = authority.substr(1, close == std::string_view::npos ? close : close - 1);
        const auto after = close == std::string_view::npos ? std::string_view() : authority.substr(close + 1);
        if (close == std::string_view::npos || (!after.empty() && !after.starts_with(':'))) return not_understood(word.url);
        port = after.empty() ? after : after.substr(1);
    } else {
        const auto colon = authority.rfind(':');
        destination.host = authority.substr(0, colon);
        if (colon != std::string_view::npos) port = authority.substr(colon + 1);
    }
    const auto number = port.empty() && scheme->port != 0 ? std::optional(scheme->port) : number_of(port, 1, 65535);
    if (!number) return Error{.kind = ErrorKind::usage, .message = format("`{}` names no port", word.url), .help = {format("as in {}://host:5432", scheme->word)}};
    destination.port = *number;
    const bool bad_host = destination.host.empty() || destination.host.starts_with('-') || destination.host.size() > 253 || has_odd_characters(destination.host) || has_odd_characters(destination.path) ||
                          destination.host.find_first_of("\\\"'<>`{}|^[]") != std::string::npos;
    if (bad_host) return not_understood(word.url);
    return destination;
}

Destination destination_of_port(std::string host, int port, std::string_view name, std::string_view app_protocol, Depth depth) {
    Destination destination{.host = std::move(host), .port = port, .depth = depth};
    const bool grpc = contains(app_protocol, "grpc") || contains(name, "grpc") || app_protocol == "kubernetes.io/h2c";
    destination.tls = depth == Depth::tls || (!grpc && looks_secure(port, name, app_protocol));
    if (depth == Depth::automatic) destination.depth = grpc ? Depth::grpc : looks_like_http(port, name, app_protocol) ? Depth::http : destination.tls ? Depth::tls : Depth::tcp;
    return destination;
}

std::pair<std::string, std::string> service_of_host(std::string_view host, std::string_view cluster_domain, std::string_view own_namespace) {
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.ends_with(cluster_domain) && host.size() > cluster_domain.size() && host[host.size() - cluster_domain.size() - 1] == '.') host.remove_suffix(cluster_domain.size() + 1);
    const auto parts = split(host, '.');
    const bool full = parts.size() >= 3 && parts.back() == "svc"; // POD.SERVICE.NAMESPACE.svc too
    if (full) return {std::string(parts[parts.size() - 2]), std::string(parts[parts.size() - 3])};
    if (parts.size() == 2) return {std::string(parts[1]), std::string(parts[0])};
    if (parts.size() == 1 && !host.empty()) return {std::string(own_namespace), std::string(host)};
    return {};
}

} // namespace kdiag::probe
