// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/pulls.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

/// The names of the pull secrets of a pod, and of its service account, which are added when the pod is made.
std::vector<std::string> pull_secrets(const RuleContext& context, const kube::Pod& pod) {
    std::vector<std::string> names;
    for (const auto& secret : pod.spec.image_pull_secrets) names.emplace_back(secret.name);
    if (!names.empty()) return names;
    const auto account = pod.spec.service_account_name.empty() ? kube::Text("default") : pod.spec.service_account_name;
    if (const auto* found = context.facts.find<kube::ServiceAccount>(pod.meta.namespace_name, account); found != nullptr)
        for (const auto& secret : found->image_pull_secrets) names.emplace_back(secret.name);
    return names;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pull : find_pulls(context)) {
        if (pull.problem != ImageProblem::unauthorised && pull.problem != ImageProblem::not_found_or_no_access) continue;
        Finding finding = begin(context, pull);
        const auto image = pull.view.spec->image;
        const auto& pod = *pull.view.pod;
        const auto secrets = pull_secrets(context, pod);
        const bool unclear = pull.problem == ImageProblem::not_found_or_no_access;
        finding.confidence = unclear ? Confidence::likely : Confidence::certain;
        finding.title = unclear ? format("{} cannot pull `{}`: it does not exist, or needs a login", pull.view.display(), image)
                                : format("{} cannot pull its image: {} demands a valid login (unauthorised)", pull.view.display(), registry_of(image));
        finding.cause = secrets.empty() ? format("neither the pod nor its service account names an imagePullSecret for {}", registry_of(image))
                                        : format("the imagePullSecret {} is not accepted by {}", list_some(secrets), registry_of(image));
        for (const auto& name : secrets)
            if (context.facts.knows<kube::Secret>() && context.facts.find<kube::Secret>(pod.meta.namespace_name, name) == nullptr) {
                finding.cause = format("the imagePullSecret `{}` does not exist in namespace {}", name, pod.meta.namespace_name);
                finding.evidence.push_back({.type = EvidenceType::derived, .text = format("Secret/{} is not found", name), .path = ".spec.imagePullSecrets", .value = name});
            } else if (const auto* secret = context.facts.find<kube::Secret>(pod.meta.namespace_name, name); secret != nullptr && secret->type != "kubernetes.io/dockerconfigjson" && secret->type != "kubernetes.io/dockercfg") {
                finding.cause = format("the imagePullSecret `{}` has the type {}, which holds no registry login", name, secret->type);
                finding.evidence.push_back({.text = format("Secret/{} has type {}", name, secret->type), .object = kube::ref_of(*secret), .path = ".type", .value = std::string(secret->type)});
            }
        if (secrets.empty()) finding.evidence.push_back({.text = "imagePullSecrets is not set", .path = ".spec.imagePullSecrets"});
        const std::string account(pod.spec.service_account_name.empty() ? kube::Text("default") : pod.spec.service_account_name);
        finding.remedies.push_back({.text = "store a login for the registry", .command = format("{} create secret docker-registry regcred --docker-server={} --docker-username=USER --docker-password=PASSWORD", kubectl_in(pod.meta.namespace_name), shell_quote(registry_of(image))), .risk = Risk::change});
        finding.remedies.push_back({.text = "and let the service account use it", .command = format("{} patch serviceaccount {} -p '{{\"imagePullSecrets\":[{{\"name\":\"regcred\"}}]}}'", kubectl_in(pod.meta.namespace_name), shell_quote(account)), .risk = Risk::change});
        if (unclear) add_set_image(context, pull, finding, "or correct the name of the image");
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_image_pull_unauthorised{
    {.id = "KD1102", .name = "image-pull-unauthorised", .title = "a registry refuses to hand out an image without a valid login", .category = "image", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::secrets, kube::Resource::serviceaccounts}, .precedence = 40,
     .doc = {.meaning = "The registry refuses to hand out the image: a login is missing, wrong or expired.",
             .why_it_matters = "The container cannot start.",
             .how_it_is_found = "The registry's answer says unauthorised, forbidden or denied. The imagePullSecrets of the pod and of its service account are looked at: none, missing, or of a type that holds no login. Docker Hub does not tell a private repository from one that does not exist; then the confidence is `likely`.",
             .what_to_do = "Store a login for the registry in a Secret.\nName it in imagePullSecrets of the service account or the pod.\nOn a managed cluster check the node's role for the registry.",
             .false_positives = "none known",
             .see_also = "KD1101"}},
    check};

} // namespace kdiag::rules::waiting
