// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/image_error.hpp"

#include "rules/waiting/image_name.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace kdiag::rules::waiting;

namespace {

struct Case {
    ImageProblem problem;
    std::string message;
    std::string host = {};
};

void check_all(const std::vector<Case>& cases, const std::string& image = "registry.example.com/shop/web:2.1") {
    for (const auto& entry : cases) {
        CAPTURE(entry.message);
        const auto error = read_image_error(entry.message, image);
        CHECK(static_cast<int>(error.problem) == static_cast<int>(entry.problem));
        if (!entry.host.empty()) CHECK(error.host == entry.host);
        CHECK(!error.words.empty());
    }
}

/// As containerd wraps what a registry says.
std::string containerd(const std::string& words) {
    return "Failed to pull image \"registry.example.com/shop/web:2.1\": failed to pull and unpack image "
           "\"registry.example.com/shop/web:2.1\": failed to resolve reference \"registry.example.com/shop/web:2.1\": " +
           words;
}
/// As docker and cri-dockerd do.
std::string docker(const std::string& words) {
    return "rpc error: code = Unknown desc = Error response from daemon: " + words;
}
/// As CRI-O does.
std::string crio(const std::string& words) {
    return "rpc error: code = Unknown desc = initializing source docker://registry.example.com/shop/web:2.1: " + words;
}

} // namespace

TEST_CASE("an image that is not there") {
    using enum ImageProblem;
    check_all({
        {not_found, containerd("registry.example.com/shop/web:2.1: not found")},
        {not_found, "rpc error: code = NotFound desc = failed to pull and unpack image \"quay.io/shop/web:1\": failed to resolve reference "
                    "\"quay.io/shop/web:1\": quay.io/shop/web:1: not found"},
        {tag_not_found, docker("manifest for shop/web:2.1 not found: manifest unknown: manifest unknown")},
        {tag_not_found, crio("reading manifest 2.1 in registry.example.com/shop/web: manifest unknown")},
        {tag_not_found,
         docker("manifest for shop.azurecr.io/web:2.1 not found: manifest unknown: manifest tagged by \"2.1\" is not found")},
        {tag_not_found,
         containerd("unexpected status: manifest unknown: Failed to fetch \"2.1\" from request \"/v2/shop/web/manifests/2.1\".")},
        {repository_not_found,
         containerd("name unknown: The repository with name 'shop/web' does not exist in the registry with id '123456789012'")},
        {repository_not_found, docker("name unknown: Repository \"shop\" not found")},
        {not_found, docker("unknown: artifact shop/web:2.1 not found")},
        {not_found, "rpc error: code = Unknown desc = Error: image library/webb:latest not found"},
        {not_found, crio("reading manifest 2.1 in registry.example.com/shop/web: StatusCode: 404, \"404 page not found\" 404 not found")},
    });
}

TEST_CASE("an image that one may not have") {
    using enum ImageProblem;
    check_all({
        {unauthorised,
         containerd("unexpected status from HEAD request to https://registry.example.com/v2/shop/web/manifests/2.1: 401 Unauthorized")},
        {unauthorised, containerd("pulling from host registry.example.com failed with status code [manifests 2.1]: 401 Unauthorized")},
        {unauthorised, docker("Head \"https://registry.example.com/v2/shop/web/manifests/2.1\": no basic auth credentials")},
        {unauthorised, containerd("pull access denied, repository does not exist or may require authorization: authorization failed: no "
                                  "basic auth credentials")},
        {unauthorised, docker("unauthorized: unauthorized to access repository: shop/web, action: pull: unauthorized to access repository: "
                              "shop/web, action: pull")},
        {unauthorised, docker("Get \"https://registry-1.docker.io/v2/\": unauthorized: incorrect username or password")},
        {unauthorised, containerd("failed to authorize: failed to fetch anonymous token: unexpected status from GET request to "
                                  "https://shop.azurecr.io/oauth2/token?scope=x: 401 Unauthorized")},
        {unauthorised, docker("denied: Your authorization token has expired. Reauthenticate and try again.")},
        {unauthorised, crio("unable to retrieve auth token: invalid username/password: unauthorized: authentication required")},
        {forbidden, containerd("failed to authorize: failed to fetch anonymous token: unexpected status from GET request to "
                               "https://ghcr.io/token?scope=x: 403 Forbidden")},
        {forbidden, containerd("unexpected status from HEAD request to https://gcr.io/v2/shop/web/manifests/2.1: 403 Forbidden")},
        {forbidden, docker("denied: access forbidden")},
        {forbidden, docker("Head \"https://shop.azurecr.io/v2/web/manifests/2.1\": denied: client with IP '203.0.113.9' is not allowed "
                           "access. Refer https://aka.ms/acr/firewall")},
        {forbidden, "rpc error: code = Unknown desc = User: arn:aws:sts::123456789012:assumed-role/nodes/i-0 is not authorized to perform: "
                    "ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:123456789012:repository/shop"},
        {not_found_or_no_access, docker("pull access denied for shop/web, repository does not exist or may require 'docker login': denied: "
                                        "requested access to the resource is denied")},
        {not_found_or_no_access, containerd("pull access denied, repository does not exist or may require authorization: server message: "
                                            "insufficient_scope: authorization failed")},
        {not_found_or_no_access, crio("reading manifest 2.1 in docker.io/shop/web: errors:\ndenied: requested access to the resource is "
                                      "denied\nunauthorized: authentication required\n")},
        {not_found_or_no_access,
         crio("reading manifest v2 in quay.io/shop/web: unauthorized: access to the requested resource is not authorized")},
        {not_found_or_no_access, docker("Head \"https://europe-west2-docker.pkg.dev/v2/shop/web/manifests/2.1\": denied: Permission "
                                        "\"artifactregistry.repositories.downloadArtifacts\" denied on resource "
                                        "\"projects/shop/locations/europe-west2/repositories/web\" (or it may not exist)")},
    });
}

TEST_CASE("a registry that is not reached, whatever words stand around it") {
    using enum ImageProblem;
    check_all({
        {refused,
         containerd("failed to do request: Head \"https://registry.example.com:5000/v2/shop/web/manifests/2.1\": dial tcp 10.20.0.9:5000: "
                    "connect: connection refused"),
         "registry.example.com:5000"},
        {no_answer,
         containerd("failed to authorize: failed to fetch anonymous token: Get "
                    "\"https://auth.docker.io/token?scope=x&service=registry.docker.io\": dial tcp 203.0.113.2:443: i/o timeout"),
         "auth.docker.io"},
        {no_answer,
         docker("Get https://registry-1.docker.io/v2/: net/http: request canceled while waiting for connection (Client.Timeout exceeded "
                "while awaiting headers)"),
         "registry-1.docker.io"},
        {no_answer, docker("Get https://registry-1.docker.io/v2/: net/http: TLS handshake timeout")},
        {no_answer, "rpc error: code = DeadlineExceeded desc = context deadline exceeded"},
        {no_route,
         crio("pinging container registry registry.example.com: Get \"https://registry.example.com/v2/\": dial tcp 10.20.0.9:443: connect: "
              "no route to host"),
         "registry.example.com"},
        {cut_off,
         containerd("failed to copy: httpReadSeeker: failed open: failed to do request: Get \"https://cdn.example.com/blobs/1\": read tcp "
                    "10.0.0.5:41210->203.0.113.7:443: read: connection reset by peer"),
         "cdn.example.com"},
        {server_error, crio("pinging container registry registry.example.com: received unexpected HTTP status: 503 Service Unavailable")},
        {server_error,
         containerd("unexpected status from HEAD request to https://registry.example.com/v2/shop/web/manifests/2.1: 502 Bad Gateway")},
        {proxy_failed, crio("pinging container registry registry.example.com: Get \"https://registry.example.com/v2/\": proxyconnect tcp: "
                            "dial tcp: lookup proxy.example.com: Temporary failure in name resolution")},
        {unresolvable,
         containerd("failed to do request: Head \"https://registry.invalid/v2/shop/web/manifests/2.1\": dial tcp: lookup registry.invalid "
                    "on 10.0.0.2:53: no such host"),
         "registry.invalid"},
        {unresolvable,
         "failed to do request: Head \"https://registry.invalid/v2/x/manifests/1\": dial tcp: lookup registry.invalid: no such host",
         "registry.invalid"},
        {name_server_failed,
         containerd("failed to do request: Head \"https://registry.example.com/v2/shop/web/manifests/2.1\": dial tcp: lookup "
                    "registry.example.com on 10.0.0.2:53: read udp 10.0.0.5:33111->10.0.0.2:53: i/o timeout"),
         "registry.example.com"},
        {name_server_failed,
         docker("Get \"https://registry.example.com/v2/\": dial tcp: lookup registry.example.com on 10.0.0.2:53: server misbehaving"),
         "registry.example.com"},
    });
}

TEST_CASE("certificates and plain HTTP") {
    using enum ImageProblem;
    check_all({
        {unknown_authority, docker("Get \"https://registry.example.com/v2/\": x509: certificate signed by unknown authority")},
        {unknown_authority, containerd("failed to do request: Head \"https://registry.example.com/v2/x/manifests/1\": tls: failed to "
                                       "verify certificate: x509: certificate signed by unknown authority")},
        {other_certificate_name,
         docker("Get \"https://registry.example.com/v2/\": x509: certificate is valid for other.example.com, not registry.example.com")},
        {other_certificate_name,
         docker(
             "Get \"https://10.0.0.9:5000/v2/\": x509: cannot validate certificate for 10.0.0.9 because it doesn't contain any IP SANs")},
        {certificate_out_of_date, docker("Get \"https://registry.example.com/v2/\": x509: certificate has expired or is not yet valid: "
                                         "current time 2026-03-02T10:00:00Z is after 2026-03-01T00:00:00Z")},
        {tls_failed, docker("Get \"https://registry.example.com/v2/\": remote error: tls: handshake failure")},
        {plain_http, docker("Get \"https://192.0.2.20:5000/v2/\": http: server gave HTTP response to HTTPS client"), "192.0.2.20:5000"},
    });
}

TEST_CASE("limits, platforms, disks, formats, policies and the node itself") {
    using enum ImageProblem;
    check_all({
        {rate_limited, docker("toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and "
                              "upgrading: https://www.docker.com/increase-rate-limit")},
        {rate_limited, containerd("unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/sha256:8d0b: 429 Too "
                                  "Many Requests - Server message: toomanyrequests: x")},
        {rate_limited, docker("toomanyrequests: Rate exceeded")},
        {node_pull_limit, "pull QPS exceeded"},
        {wrong_platform, "rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/shop/web:2.1\": no match for "
                         "platform in manifest: not found"},
        {wrong_platform, "rpc error: code = Unknown desc = no matching manifest for linux/arm64/v8 in the manifest list entries"},
        {wrong_platform,
         crio("choosing image instance: no image found in image index for architecture \"arm64\", variant \"v8\", OS \"linux\"")},
        {no_space, "rpc error: code = Unknown desc = failed to register layer: Error processing tar file(exit status 1): write "
                   "/opt/app.jar: no space left on device"},
        {no_space, "failed to pull and unpack image \"x\": failed to extract layer sha256:7c: write /var/lib/containerd/x: no space left "
                   "on device: unknown"},
        {disk_broken,
         "failed to pull and unpack image \"x\": failed to create temp dir: mkdir /var/lib/containerd/tmpmounts/x: read-only file system"},
        {damaged, "rpc error: code = Unknown desc = failed to pull and unpack image \"x\": failed to extract layer sha256:7c: archive/tar: "
                  "invalid tar header: unknown"},
        {damaged, "Error: Manifest does not match provided manifest digest sha256:3181"},
        {damaged, "failed to copy: failed size validation: 1033 != 2066: failed precondition"},
        {layer_missing, "failed to copy: httpReadSeeker: failed open: content at https://registry.example.com/v2/shop/web/blobs/sha256:1d "
                        "not found: not found"},
        {unsupported_format,
         "failed to resolve reference \"x\": not implemented: media type \"application/vnd.docker.distribution.manifest.v1+prettyjws\" is "
         "no longer supported since containerd v2.1, please rebuild the image"},
        {unsupported_format, "rpc error: code = Unknown desc = Error response from daemon: Docker Image Format v1 and Docker Image "
                             "manifest version 2, schema 1 support is disabled by default"},
        {unsupported_format, "failed to unpack image on snapshotter overlayfs: unexpected media type "
                             "application/vnd.cncf.helm.config.v1+json for sha256:1d: not found"},
        {policy_refused, "image pull failed for x because the signature validation failed: Source image rejected: A signature was "
                         "required, but no signature exists"},
        {policy_refused, docker("denied: current image with 12 vulnerabilities cannot be pulled due to configured policy in 'Prevent "
                                "images with vulnerability severity of \"high\" or higher from running.'")},
        {short_name, "rpc error: code = Unknown desc = short-name \"web:2.1\" did not resolve to an alias and no unqualified-search "
                     "registries are defined in \"/etc/containers/registries.conf\""},
        {invalid_name, docker("invalid reference format")},
        {runtime_down, "rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while dialing: dial unix "
                       "/run/containerd/containerd.sock: connect: connection refused\""},
        {cancelled, "rpc error: code = Canceled desc = failed to pull and unpack image \"x\": context canceled"},
        {other, "rpc error: code = Internal desc = transfer service: peer store is warming up"},
    });
}

TEST_CASE("what others named is not taken for the problem") {
    using enum ImageProblem;
    check_all({{not_found, "failed to resolve reference \"registry.example.com/shop/signature-x509:1\": "
                           "registry.example.com/shop/signature-x509:1: not found"}});
    check_all({{tag_not_found, docker("manifest for toomanyrequests:1 not found: manifest unknown: manifest unknown")}},
              "toomanyrequests:1");
    // A mirror's trouble stands before what the registry itself says.
    check_all({{tag_not_found,
                crio("(Mirrors also failed: [mirror.example.com/shop/web:2.1: pinging container registry mirror.example.com: dial tcp "
                     "10.0.0.9:443: connect: connection refused]): "
                     "registry.example.com/shop/web:2.1: reading manifest 2.1 in registry.example.com/shop/web: manifest unknown")}});
    CHECK(read_image_error("", "x").problem == other);
    CHECK(read_image_error("\"\"\"", "x").problem == other);
}

TEST_CASE("the innermost words are what is told") {
    CHECK(read_image_error(containerd("failed to do request: Head \"https://registry.example.com/v2/x/manifests/1\": dial tcp "
                                      "10.20.0.9:443: connect: connection refused"),
                           "x")
              .words == "dial tcp 10.20.0.9:443: connect: connection refused");
    CHECK(read_image_error(docker("Get https://registry.example.com/v2/: x509: certificate signed by unknown authority"), "x").words ==
          "x509: certificate signed by unknown authority");
}

TEST_CASE("the parts of an image's name") {
    CHECK(registry_of("nginx") == "docker.io");
    CHECK(registry_of("shop/web:1") == "docker.io");
    CHECK(registry_of("localhost/web") == "localhost");
    CHECK(registry_of("registry.example.com:5000/web") == "registry.example.com:5000");
    CHECK(repository_of("registry.example.com:5000/shop/web:1.2@sha256:ab") == "registry.example.com:5000/shop/web");
    CHECK(repository_of("registry.example.com:5000/shop/web") == "registry.example.com:5000/shop/web");
    CHECK(version_of("registry.example.com:5000/shop/web") == "latest");
    CHECK(version_of("shop/web:1.2") == "1.2");
    CHECK(version_of("shop/web:1.2@sha256:ab") == "sha256:ab");
}

TEST_CASE("what is wrong with an image's name") {
    CHECK(invalid_name_reason("", "") == "the image field is empty");
    CHECK(invalid_name_reason("shop/web:1:1", "") == "it has two tags");
    CHECK(invalid_name_reason("registry.example.com:5000/Shop/web:1", "") == "a repository has to be in lower case");
    CHECK(invalid_name_reason("https://registry.example.com/web", "") == "an image is named without https:// or another scheme");
    CHECK(invalid_name_reason("shop/web:", "") == "the tag after the colon is missing");
    CHECK(invalid_name_reason("shop/web:${TAG}", "") == "a variable in it was not replaced");
    CHECK(invalid_name_reason("shop/<name>:1", "") == "a placeholder in it was not replaced");
    CHECK(invalid_name_reason("shop//web:1", "") == "a part between two slashes is empty");
    CHECK(invalid_name_reason("shop/web@latest", "") == "what follows the @ is no digest (sha256:...)");
}

TEST_CASE("a token that cannot be had, and the words of CRI-O's own reasons, are wrapping too") {
    CHECK(read_image_error(
              containerd("failed to authorize: failed to fetch anonymous token: Get \"https://auth.docker.io/token?scope=x\": dial tcp "
                         "203.0.113.22:443: i/o timeout"),
              "x")
              .words == "dial tcp 203.0.113.22:443: i/o timeout");
    CHECK(read_image_error(
              "image pull failed for registry.example.com:5000/web:1 because the registry is unavailable: pinging container registry "
              "registry.example.com:5000: received unexpected HTTP status: 503 Service Unavailable",
              "x")
              .words == "received unexpected HTTP status: 503 Service Unavailable");
}
