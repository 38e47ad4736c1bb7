// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/image_error.hpp"

#include "rules/waiting/message_words.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>

namespace kdiag::rules::waiting {

namespace {

struct Words {
    ImageProblem problem;
    std::string_view text; ///< in lower case, as plain_words leaves it
};

/// The first hit decides. What cannot be mistaken stands first; a connection that fails stands before logins, because
/// `failed to authorize: failed to fetch anonymous token: ...: i/o timeout` is no matter of rights.
constexpr auto k_words = std::to_array<Words>({
    {ImageProblem::node_pull_limit, "pull qps exceeded"},
    {ImageProblem::rate_limited, "toomanyrequests"},
    {ImageProblem::rate_limited, "too many requests"},
    {ImageProblem::rate_limited, "rate limit"},
    {ImageProblem::rate_limited, "rate exceeded"},
    {ImageProblem::rate_limited, "quota exceeded for quota metric"},
    {ImageProblem::no_space, "no space left on device"},
    {ImageProblem::no_space, "disk quota exceeded"},
    {ImageProblem::no_space, "not enough space on the disk"},
    {ImageProblem::disk_broken, "read-only file system"},
    {ImageProblem::disk_broken, "input/output error"},
    {ImageProblem::disk_broken, "structure needs cleaning"},
    {ImageProblem::policy_refused, "signature"},
    {ImageProblem::policy_refused, "source image rejected"},
    {ImageProblem::policy_refused, "configured policy"},
    {ImageProblem::policy_refused, "not signed"},
    {ImageProblem::policy_refused, "xray policy"},
    {ImageProblem::policy_refused, "vulnerabilit"},
    {ImageProblem::short_name, "did not resolve to an alias"},
    {ImageProblem::short_name, "short-name resolution enforced"},
    {ImageProblem::invalid_name, "invalid reference format"},
    {ImageProblem::invalid_name, "couldn't parse image"},
    {ImageProblem::wrong_platform, "no match for platform"},
    {ImageProblem::wrong_platform, "no matching manifest for"},
    {ImageProblem::wrong_platform, "no image found in manifest list for architecture"},
    {ImageProblem::wrong_platform, "no image found in image index for architecture"},
    {ImageProblem::wrong_platform, "does not match the specified platform"},
    {ImageProblem::wrong_platform, "does not match the host operating system"},
    {ImageProblem::wrong_platform, "image is incompatible with"},
    {ImageProblem::wrong_platform, "cannot be used on this platform"},
    {ImageProblem::unsupported_format, "is no longer supported since containerd"},
    {ImageProblem::unsupported_format, "schema 1 support"},
    {ImageProblem::unsupported_format, "schema1"},
    {ImageProblem::unsupported_format, "unsupported manifest media type"},
    {ImageProblem::unsupported_format, "unsupported media type"},
    {ImageProblem::unsupported_format, "unsupported image-specific operation on artifact"},
    {ImageProblem::unsupported_format, "unexpected media type"},
    {ImageProblem::unsupported_format, "encountered unknown type"},
    {ImageProblem::plain_http, "server gave http response to https client"},
    {ImageProblem::plain_http, "first record does not look like a tls handshake"},
    {ImageProblem::proxy_failed, "proxyconnect"},
    {ImageProblem::proxy_failed, "proxy authentication required"},
    {ImageProblem::certificate_out_of_date, "certificate has expired or is not yet valid"},
    {ImageProblem::certificate_out_of_date, "certificate has expired"},
    {ImageProblem::certificate_out_of_date, "certificate is not yet valid"},
    {ImageProblem::other_certificate_name, "certificate is valid for"},
    {ImageProblem::other_certificate_name, "certificate is not valid for"},
    {ImageProblem::other_certificate_name, "doesn't contain any ip sans"},
    {ImageProblem::other_certificate_name, "legacy common name"},
    {ImageProblem::unknown_authority, "certificate signed by unknown authority"},
    {ImageProblem::unknown_authority, "certificate is not trusted"},
    {ImageProblem::no_answer, "tls handshake timeout"},
    {ImageProblem::tls_failed, "x509:"},
    {ImageProblem::tls_failed, "tls: "},
    {ImageProblem::unresolvable, "no such host"},
    {ImageProblem::unresolvable, "name or service not known"},
    {ImageProblem::name_server_failed, "server misbehaving"},
    {ImageProblem::name_server_failed, "name resolution"},
    {ImageProblem::refused, "connection refused"},
    {ImageProblem::refused, "actively refused"},
    {ImageProblem::no_route, "no route to host"},
    {ImageProblem::no_route, "network is unreachable"},
    {ImageProblem::no_route, "host is down"},
    {ImageProblem::no_answer, "i/o timeout"},
    {ImageProblem::no_answer, "client.timeout"},
    {ImageProblem::no_answer, "connection timed out"},
    {ImageProblem::no_answer, "deadline exceeded"},
    {ImageProblem::no_answer, "deadlineexceeded"},
    {ImageProblem::no_answer, "request canceled"},
    {ImageProblem::no_answer, "pull progress timeout"},
    {ImageProblem::cut_off, "connection reset"},
    {ImageProblem::cut_off, "broken pipe"},
    {ImageProblem::cut_off, "unexpected eof"},
    {ImageProblem::server_error, "500 internal server error"},
    {ImageProblem::server_error, "502 bad gateway"},
    {ImageProblem::server_error, "503 service"},
    {ImageProblem::server_error, "504 gateway"},
    {ImageProblem::server_error, "received unexpected http status: 5"},
    {ImageProblem::unauthorised, "no basic auth credentials"},
    {ImageProblem::unauthorised, "incorrect username or password"},
    {ImageProblem::unauthorised, "invalid username/password"},
    {ImageProblem::unauthorised, "token has expired"},
    {ImageProblem::not_found_or_no_access, "repository does not exist or may require"},
    {ImageProblem::not_found_or_no_access, "pull access denied"},
    {ImageProblem::not_found_or_no_access, "insufficient_scope"},
    {ImageProblem::not_found_or_no_access, "requested access to the resource is denied"},
    {ImageProblem::not_found_or_no_access, "(or it may not exist)"},
    {ImageProblem::not_found_or_no_access, "access to the requested resource is not authorized"},
    {ImageProblem::forbidden, "is not authorized to perform"},
    {ImageProblem::forbidden, "is not allowed access"},
    {ImageProblem::forbidden, "access forbidden"},
    {ImageProblem::unauthorised, "401 unauthorized"},
    {ImageProblem::unauthorised, "unauthorized"},
    {ImageProblem::unauthorised, "authentication required"},
    {ImageProblem::unauthorised, "unauthenticated"},
    {ImageProblem::forbidden, "403 forbidden"},
    {ImageProblem::forbidden, "http status: 403"},
    {ImageProblem::forbidden, "permission_denied"},
    {ImageProblem::forbidden, "denied: "},
    {ImageProblem::forbidden, "access denied"},
    {ImageProblem::forbidden, "permission denied on resource"},
    {ImageProblem::unauthorised, "failed to authorize"},
    {ImageProblem::unauthorised, "authorization failed"},
    {ImageProblem::unauthorised, "failed to fetch oauth token"},
    {ImageProblem::unauthorised, "failed to fetch anonymous token"},
    {ImageProblem::damaged, "failed to extract layer"},
    {ImageProblem::damaged, "failed to register layer"},
    {ImageProblem::damaged, "failed commit on ref"},
    {ImageProblem::damaged, "failed size validation"},
    {ImageProblem::damaged, "unexpected commit digest"},
    {ImageProblem::damaged, "filesystem layer verification failed"},
    {ImageProblem::damaged, "does not match provided manifest digest"},
    {ImageProblem::damaged, "digest mismatch"},
    {ImageProblem::damaged, "did not match expected"},
    {ImageProblem::damaged, "mismatched image rootfs"},
    {ImageProblem::damaged, "invalid tar header"},
    {ImageProblem::damaged, "wrong diff id"},
    {ImageProblem::damaged, "layers from manifest don't match"},
    {ImageProblem::layer_missing, "blob unknown"},
    {ImageProblem::layer_missing, "failed open: content at"},
    {ImageProblem::layer_missing, "reading blob"},
    {ImageProblem::repository_not_found, "name unknown"},
    {ImageProblem::repository_not_found, "repository name not known"},
    {ImageProblem::tag_not_found, "manifest unknown"},
    {ImageProblem::tag_not_found, "manifest tagged by"},
    {ImageProblem::not_found, "code = notfound"},
    {ImageProblem::not_found, "404 not found"},
    {ImageProblem::not_found, "not found"},
    {ImageProblem::not_found, "no such image"},
    {ImageProblem::not_found, "does not exist"},
    {ImageProblem::cancelled, "context canceled"},
    {ImageProblem::cut_off, ": eof"},
});

/// The end of the host that stands at the start of a text: before a slash, blank, quote or comma; a port stays.
std::string_view leading_host(std::string_view text) {
    auto host = text.substr(0, text.find_first_of("/ \"',)]\n"));
    while (host.ends_with(':') || host.ends_with('.')) host.remove_suffix(1);
    return host;
}

/// The host of the last request; the name of a failed look-up is surer than an address.
std::string asked_host(std::string_view message) {
    constexpr std::string_view k_lookup = "lookup ";
    if (const auto at = message.rfind(k_lookup); at != std::string_view::npos)
        return std::string(leading_host(message.substr(at + k_lookup.size())));
    std::size_t last = std::string_view::npos;
    for (const std::string_view request :
         {"Head ", "Get ", "Post ", "HEAD request to ", "GET request to ", "unexpected status code ", "unexpected status code: "})
        if (const auto at = message.rfind(request); at != std::string_view::npos && (last == std::string_view::npos || at > last))
            last = at;
    const auto scheme = last == std::string_view::npos ? last : message.find("://", last);
    return scheme == std::string_view::npos ? std::string() : std::string(leading_host(message.substr(scheme + 3)));
}

/// A look-up that fails may say why in words that elsewhere mean the registry.
bool is_failed_lookup(ImageProblem problem, std::string_view plain) {
    return contains(plain, "lookup ") && !contains(plain, "proxyconnect") &&
           (problem == ImageProblem::no_answer || problem == ImageProblem::refused || problem == ImageProblem::no_route);
}

} // namespace

ImageError read_image_error(std::string_view message, std::string_view image) {
    ImageError error{.words = one_line(core_of(message)), .host = asked_host(message)};
    if (contains(message, "dial unix") || contains(message, "unknown service runtime.")) {
        error.problem = ImageProblem::runtime_down;
        return error;
    }
    const std::string plain = plain_words(message, image);
    for (const auto& words : k_words)
        if (contains(plain, words.text)) {
            error.problem = words.problem;
            break;
        }
    if (is_failed_lookup(error.problem, plain)) error.problem = ImageProblem::name_server_failed;
    return error;
}

ImageTopic topic_of(ImageProblem problem) {
    switch (problem) {
    case ImageProblem::not_found:
    case ImageProblem::tag_not_found:
    case ImageProblem::repository_not_found: return ImageTopic::missing;
    case ImageProblem::not_found_or_no_access:
    case ImageProblem::unauthorised:
    case ImageProblem::forbidden: return ImageTopic::access;
    case ImageProblem::refused:
    case ImageProblem::no_answer:
    case ImageProblem::no_route:
    case ImageProblem::cut_off:
    case ImageProblem::server_error:
    case ImageProblem::proxy_failed: return ImageTopic::unreachable;
    case ImageProblem::unknown_authority:
    case ImageProblem::other_certificate_name:
    case ImageProblem::certificate_out_of_date:
    case ImageProblem::tls_failed:
    case ImageProblem::plain_http: return ImageTopic::untrusted;
    case ImageProblem::unresolvable:
    case ImageProblem::name_server_failed: return ImageTopic::unresolvable;
    case ImageProblem::wrong_platform: return ImageTopic::platform;
    case ImageProblem::rate_limited:
    case ImageProblem::node_pull_limit: return ImageTopic::rate;
    case ImageProblem::invalid_name: return ImageTopic::name;
    default: return ImageTopic::other;
    }
}

} // namespace kdiag::rules::waiting
