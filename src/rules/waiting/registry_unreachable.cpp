// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/image_name.hpp"
#include "rules/waiting/pulls.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

/// The host that was asked, and why, where it is not the registry itself.
std::string asked(const Pull& pull) {
    const auto registry = registry_of(pull.view.spec->image);
    const auto& host = pull.error.host;
    if (registry == "docker.io" && host == "registry-1.docker.io") return host;
    if (host.empty() || host == registry || host + ":443" == registry || registry == host + ":80") return registry;
    return format("{} (where a pull from {} leads)", host, registry);
}

/// The host to try by hand.
std::string to_ask(const Pull& pull) {
    if (!pull.error.host.empty()) return pull.error.host;
    const auto registry = registry_of(pull.view.spec->image);
    return registry == "docker.io" ? "registry-1.docker.io" : registry;
}

std::string why_unreachable(const Pull& pull) {
    const std::string node = node_of(pull), host = asked(pull);
    switch (pull.error.problem) {
    case ImageProblem::refused: return format("nothing listens at {}, as {} sees it (connection refused)", host, node);
    case ImageProblem::no_route: return format("there is no way from {} to {}", node, host);
    case ImageProblem::cut_off: return format("the connection from {} to {} breaks off in the middle", node, host);
    case ImageProblem::server_error: return format("{} answers that it has trouble of its own", host);
    case ImageProblem::proxy_failed:
        return format("the proxy that the container runtime of {} is set to use does not let it through", node);
    default: return format("{} gets no answer in time from {}", node, host);
    }
}

std::string why_untrusted(const Pull& pull) {
    const std::string host = asked(pull);
    switch (pull.error.problem) {
    case ImageProblem::plain_http: return format("{} speaks plain HTTP, and the container runtime asks it by HTTPS", host);
    case ImageProblem::unknown_authority:
        return format("the certificate of {} is signed by an authority that {} does not know", host, node_of(pull));
    case ImageProblem::other_certificate_name: return format("the certificate of {} is made out for another name", host);
    case ImageProblem::certificate_out_of_date:
        return format("the certificate of {} has expired, or is not valid yet: or the clock of {} is wrong", host, node_of(pull));
    default: return format("TLS with {} fails", host);
    }
}

std::string help_for(ImageProblem problem) {
    switch (problem) {
    case ImageProblem::plain_http:
        return "let the registry serve TLS, or list it as plain HTTP for the container runtime of every node (containerd: "
               "certs.d/HOST/hosts.toml)";
    case ImageProblem::unknown_authority:
        return "install the registry's CA on every node for the container runtime (containerd: certs.d/HOST/hosts.toml); a Secret does not "
               "help";
    case ImageProblem::other_certificate_name:
        return "use the name in the certificate for the image, or have the certificate made out for this host";
    case ImageProblem::certificate_out_of_date: return "renew the registry's certificate, and compare the node's clock";
    case ImageProblem::tls_failed: return "compare the TLS versions and certificates of registry and container runtime";
    case ImageProblem::proxy_failed: return "correct HTTPS_PROXY and NO_PROXY of the container runtime's service on the nodes";
    case ImageProblem::server_error: return "look at the registry itself, its log and its storage";
    default: return "check that the registry runs, its address and port, and the way from the nodes to it (proxy, firewall)";
    }
}

void check(const RuleContext& context, FindingSink& sink) {
    auto pulls = find_pulls(context, ImageTopic::unreachable);
    auto untrusted_pulls = find_pulls(context, ImageTopic::untrusted);
    std::move(untrusted_pulls.begin(), untrusted_pulls.end(), std::back_inserter(pulls));
    for (const auto& pull : pulls) {
        Finding finding = begin(context, pull);
        const auto image = pull.view.spec->image;
        const bool untrusted = topic_of(pull.error.problem) == ImageTopic::untrusted;
        finding.shared = registry_ref(pull);
        finding.discriminator = untrusted ? "tls" : "";
        finding.title = untrusted ? format("the node does not trust the registry {} of `{}`", registry_of(image), image)
                                  : format("the registry {} of `{}` cannot be reached", registry_of(image), image);
        finding.cause = format("{}: {}", untrusted ? why_untrusted(pull) : why_unreachable(pull), pull.error.words);
        finding.remedies.push_back({.text = help_for(pull.error.problem), .risk = Risk::change});
        if (const auto node = pull.view.pod->spec.node_name; !node.empty() && !untrusted)
            finding.remedies.push_back({.text = "ask the registry from the node",
                                        .command = format("kdiag debug node/{} -- wget -T 5 -O- {}",
                                                          shell_quote(node), shell_quote(format("https://{}/v2/", to_ask(pull))))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_registry_unreachable{
    {.id = "KD1103",
     .name = "registry-unreachable",
     .title = "a registry does not answer",
     .category = "image",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets},
     .precedence = 40,
     .doc = {.meaning = "The registry does not answer, or the node does not trust it.",
             .why_it_matters = "No image can be pulled from it; pods start only on nodes that have the image already.",
             .how_it_is_found =
                 "The pull's error speaks of a refused, timed-out or broken connection, a server error, a proxy, a certificate, or plain "
                 "HTTP. The host that was asked is named where it is another one: a token server, a mirror, a store of layers. Several "
                 "workloads with the same registry are one finding.",
             .what_to_do =
                 "Try the registry from a node.\nCheck proxy settings of the container runtime.\nInstall the CA of a private registry on "
                 "the nodes.",
             .false_positives = "A short outage that is over: the next try succeeds.",
             .see_also = "KD1108"}},
    check};

} // namespace kdiag::rules::waiting
