// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/image_name.hpp"
#include "rules/waiting/pulls.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules::waiting {

namespace {

kube::Text account_of(const kube::Pod& pod) {
    return pod.spec.service_account_name.empty() ? kube::Text("default") : pod.spec.service_account_name;
}

/// The pull secrets of a pod; those of its service account were added when the pod was made.
std::vector<std::string> pull_secrets(const RuleContext& context, const kube::Pod& pod) {
    std::vector<std::string> names;
    for (const auto& secret : pod.spec.image_pull_secrets) names.emplace_back(secret.name);
    if (!names.empty()) return names;
    const auto* account = context.facts.find<kube::ServiceAccount>(pod.meta.namespace_name, account_of(pod));
    if (account != nullptr)
        for (const auto& secret : account->image_pull_secrets) names.emplace_back(secret.name);
    return names;
}

/// The pull secrets that do not exist: as the list of Secrets says, or the kubelet.
std::vector<std::string> missing_secrets(const RuleContext& context, const kube::Pod& pod, const std::vector<std::string>& names) {
    std::vector<std::string> missing;
    const auto* event = context.facts.last_event(pod, "FailedToRetrieveImagePullSecret");
    const auto told = event == nullptr ? std::string_view() : between(event->message, "image pull secrets (", ")");
    for (const auto& name : names) {
        const bool absent =
            context.facts.knows<kube::Secret>() && context.facts.find<kube::Secret>(pod.meta.namespace_name, name) == nullptr;
        const auto words = split(told, ',');
        const bool failed = !context.facts.knows<kube::Secret>() &&
                            std::any_of(words.begin(), words.end(), [&](std::string_view word) { return trim(word) == name; });
        if (absent || failed) missing.push_back(name);
    }
    return missing;
}

/// A pull secret of a type that holds no login.
const kube::Secret* unusable_secret(const RuleContext& context, const kube::Pod& pod, const std::vector<std::string>& names) {
    for (const auto& name : names)
        if (const auto* secret = context.facts.find<kube::Secret>(pod.meta.namespace_name, name);
            secret != nullptr && !secret->type.empty() && secret->type != "kubernetes.io/dockerconfigjson" &&
            secret->type != "kubernetes.io/dockercfg")
            return secret;
    return nullptr;
}

/// Clouds that give the nodes, not the pods, the right to pull.
std::string_view node_role_of(std::string_view registry) {
    if (contains(registry, ".dkr.ecr."))
        return "the IAM role of the nodes needs AmazonEC2ContainerRegistryPullOnly, and the repository's policy has to allow it";
    if (registry.ends_with("-docker.pkg.dev") || registry == "gcr.io" || registry.ends_with(".gcr.io"))
        return "the service account of the nodes needs the role Artifact Registry Reader in the project of the image";
    if (registry.ends_with(".azurecr.io")) return "the identity of the kubelet needs the role AcrPull on the registry";
    return {};
}

void explain_login(const RuleContext& context, const Pull& pull, const std::vector<std::string>& secrets, Finding& finding) {
    const auto& pod = *pull.view.pod;
    const auto registry = registry_of(pull.view.spec->image);
    const auto missing = missing_secrets(context, pod, secrets);
    if (!missing.empty() && context.facts.knows<kube::Secret>()) {
        finding.cause = format("the imagePullSecret `{}` does not exist in namespace {}", missing.front(), pod.meta.namespace_name);
        auto evidence = derived_evidence(format("Secret/{} is not found", missing.front()));
        evidence.path = ".spec.imagePullSecrets";
        evidence.value = missing.front();
        finding.evidence.push_back(std::move(evidence));
    } else if (!missing.empty()) {
        finding.cause = format("the kubelet cannot read the imagePullSecret `{}`: as a rule it does not exist in namespace {}",
                               missing.front(), pod.meta.namespace_name);
        finding.evidence.push_back(event_evidence(*context.facts.last_event(pod, "FailedToRetrieveImagePullSecret")));
    } else if (const auto* secret = unusable_secret(context, pod, secrets); secret != nullptr) {
        finding.cause = format("the imagePullSecret `{}` has the type {}, which holds no registry login", secret->meta.name, secret->type);
        finding.evidence.push_back(field_evidence(".type", std::string(secret->type),
                                                  format("Secret/{} has type {}", secret->meta.name, secret->type), kube::ref_of(*secret)));
    } else if (secrets.empty()) {
        const bool by_node = !node_role_of(registry).empty();
        finding.cause =
            by_node
                ? format(
                      "the rights of the nodes do not suffice for {}, and neither the pod nor its service account names an imagePullSecret",
                      registry)
                : format("neither the pod nor its service account names an imagePullSecret for {}", registry);
        finding.evidence.push_back(field_evidence(".spec.imagePullSecrets", {}, "imagePullSecrets is not set"));
    } else if (pull.error.problem == ImageProblem::forbidden) {
        finding.cause = format("the login in the imagePullSecret {} may not pull this image from {}", list_some(secrets), registry);
    } else {
        finding.cause = format("the imagePullSecret {} is not accepted by {}: it is for another registry, wrong, or expired",
                               list_some(secrets), registry);
    }
}

void add_login_help(const Pull& pull, const std::vector<std::string>& secrets, Finding& finding) {
    const auto& pod = *pull.view.pod;
    const auto registry = registry_of(pull.view.spec->image);
    const std::string in = kubectl_in(pod.meta.namespace_name);
    if (const auto role = node_role_of(registry); !role.empty())
        finding.remedies.push_back({.text = std::string(role), .risk = Risk::change});
    const std::string server = registry == "docker.io" ? "https://index.docker.io/v1/" : registry;
    const std::string name = secrets.empty() ? "regcred" : secrets.front();
    const std::string create =
        format("{} create secret docker-registry {} --docker-server={} --docker-username=USER --docker-password=PASSWORD", in,
               shell_quote(name), shell_quote(server));
    finding.remedies.push_back(
        {.text = secrets.empty() ? "store a login for the registry" : "store a login for the registry in this Secret",
         .command = secrets.empty() ? create : create + " --dry-run=client -o yaml | kubectl apply -f -",
         .risk = Risk::change});
    if (!secrets.empty()) return;
    finding.remedies.push_back({.text = "let the service account use it, then delete the pod: only new pods take it over",
                                .command = format("{} patch serviceaccount {} -p '{{\"imagePullSecrets\":[{{\"name\":\"regcred\"}}]}}'", in,
                                                  shell_quote(account_of(pod))),
                                .risk = Risk::change});
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pull : find_pulls(context, ImageTopic::access)) {
        Finding finding = begin(context, pull);
        const auto image = pull.view.spec->image;
        const bool unclear = pull.error.problem == ImageProblem::not_found_or_no_access;
        const auto secrets = pull_secrets(context, *pull.view.pod);
        finding.confidence = unclear ? Confidence::likely : Confidence::certain;
        finding.title =
            unclear ? format("{} cannot pull `{}`: it does not exist, or needs a login", pull.view.display(), image)
            : pull.error.problem == ImageProblem::forbidden
                ? format("{} cannot pull its image: {} forbids it (unauthorised)", pull.view.display(), registry_of(image))
                : format("{} cannot pull its image: {} demands a valid login (unauthorised)", pull.view.display(), registry_of(image));
        explain_login(context, pull, secrets, finding);
        add_login_help(pull, secrets, finding);
        if (unclear) add_set_image(context, pull.view, finding, "or correct the name of the image");
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_image_pull_unauthorised{
    {.id = "KD1102",
     .name = "image-pull-unauthorised",
     .title = "a registry refuses to hand out an image without a valid login",
     .category = "image",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets,
              kube::Resource::secrets, kube::Resource::serviceaccounts},
     .precedence = 40,
     .doc = {.meaning = "The registry refuses to hand out the image: a login is missing, wrong or expired.",
             .why_it_matters = "The container cannot start.",
             .how_it_is_found =
                 "The registry's answer says unauthorised, forbidden or denied. The imagePullSecrets of the pod and of its service "
                 "account are looked at: none, missing (in the list of Secrets, or as the kubelet says), or of a type that holds no "
                 "login. Docker Hub, Quay and others do not tell a private repository from one that does not exist; then the confidence "
                 "is `likely`.",
             .what_to_do =
                 "Store a login for the registry in a Secret.\nName it in imagePullSecrets of the service account or the pod.\nOn a "
                 "managed cluster check the node's role for the registry.",
             .false_positives = "A repository that does not exist, at registries that answer alike for both.",
             .see_also = "KD1101"}},
    check};

} // namespace kdiag::rules::waiting
