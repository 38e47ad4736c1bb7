// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace kdiag::rules::waiting {

/// Why a pull fails.
enum class ImageProblem {
    other,
    not_found,     ///< the repository or the tag; the registry does not say which
    tag_not_found, ///< the repository is there
    repository_not_found,
    not_found_or_no_access, ///< registries that do not tell one from the other
    unauthorised,           ///< no login, or one that is not accepted
    forbidden,              ///< who asks is known, and may not
    refused,                ///< nothing listens
    no_answer,              ///< a timeout
    no_route,
    cut_off,            ///< the connection is reset, or ends early
    server_error,       ///< 5xx
    proxy_failed,       ///< the proxy in between
    unresolvable,       ///< the name does not exist
    name_server_failed, ///< the name servers do not answer
    unknown_authority,  ///< x509
    other_certificate_name,
    certificate_out_of_date,
    tls_failed,
    plain_http, ///< the registry speaks HTTP, the node HTTPS
    wrong_platform,
    rate_limited,
    node_pull_limit, ///< the kubelet's own registryPullQPS
    no_space,
    disk_broken,        ///< an I/O error of the node, or a file system that has become read-only
    damaged,            ///< a layer that cannot be unpacked or verified
    layer_missing,      ///< the registry lists a layer that it does not have
    unsupported_format, ///< schema 1, a Helm chart, an artifact
    policy_refused,     ///< a missing signature, or a scan
    short_name,         ///< a name without a registry, where the runtime has no default one
    invalid_name,
    runtime_down, ///< the container runtime of the node does not answer
    cancelled,
};

/// Which kind of trouble it is, and so whose rule.
enum class ImageTopic { other, missing, access, unreachable, untrusted, unresolvable, platform, rate, name };

struct ImageError {
    ImageProblem problem = ImageProblem::other;
    std::string words; ///< the innermost words of the message, one line
    std::string host;  ///< that was asked last, where the message names it; not always the registry: a token server, a mirror, a proxy
};

/// Reads what containerd 1.6 to 2.x, CRI-O, docker and cri-dockerd say, with the words of Docker Hub, ECR, Artifact Registry, ACR, Quay,
/// Harbor, GitLab and GitHub in it. `image` is the name that was asked for.
ImageError read_image_error(std::string_view message, std::string_view image);

ImageTopic topic_of(ImageProblem problem);

} // namespace kdiag::rules::waiting
