// SPDX-License-Identifier: Apache-2.0
#include "rules/workload/admission_message.hpp"

#include <doctest/doctest.h>

using namespace kdiag::rules::workload;

TEST_CASE("a quota's resources are told apart, with their numbers") {
    const auto message = parse_admission(R"(pods "a" is forbidden: exceeded quota: team, requested: limits.memory=1Gi,pods=1, )"
                                         R"(used: limits.memory=7Gi,pods=4, limited: limits.memory=7Gi,pods=5)");
    CHECK(message.refusal == Refusal::quota);
    CHECK(message.name == "team");
    REQUIRE(message.quota.size() == 2);
    CHECK(message.quota[0].resource == "limits.memory");
    CHECK(message.quota[0].requested == "1Gi");
    CHECK(message.quota[0].used == "7Gi");
    CHECK(message.quota[1].resource == "pods");
    CHECK(message.quota[1].limited == "5");
}

TEST_CASE("a quota that wants values is not one that is used up") {
    const auto message = parse_admission(R"(pods "a" is forbidden: failed quota: team: must specify limits.cpu for: api,proxy)");
    CHECK(message.refusal == Refusal::quota_wants_values);
    CHECK(message.details == "limits.cpu for: api,proxy");
    CHECK(parse_admission(R"(pods "a" is forbidden: status unknown for quota: team, resources: pods)").refusal == Refusal::transient);
}

TEST_CASE("Pod Security names each check once, though details hold commas") {
    const auto message =
        parse_admission(R"(pods "a" is forbidden: violates PodSecurity "restricted:v1.34": unrestricted capabilities )"
                        R"((containers "a", "b" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true )"
                        R"((pod or container "a" must set securityContext.runAsNonRoot=true), seccompProfile)");
    CHECK(message.refusal == Refusal::pod_security);
    CHECK(message.level == "restricted:v1.34");
    CHECK(message.violations == std::vector<std::string>{"unrestricted capabilities", "runAsNonRoot != true", "seccompProfile"});
}

TEST_CASE("a webhook that fails is not one that denies") {
    const auto failing =
        parse_admission(R"(Internal error occurred: failed calling webhook "w.example.com": failed to call webhook: )"
                        R"(Post "https://hook.infra.svc:443/v?timeout=3s": dial tcp 10.0.0.1:443: connect: connection refused)");
    CHECK(failing.refusal == Refusal::webhook_unreachable);
    CHECK(failing.name == "w.example.com");
    CHECK(failing.service == "hook.infra");
    CHECK(failing.details == "dial tcp 10.0.0.1:443: connect: connection refused");
    const auto outside = parse_admission(R"(failed calling webhook "w": failed to call webhook: Post "https://10.0.0.1:8443/v": EOF)");
    CHECK(outside.service.empty());
    const auto denying = parse_admission(R"(admission webhook "w.example.com" denied the request: no latest tags)");
    CHECK(denying.refusal == Refusal::webhook_denied);
    CHECK(denying.details == "no latest tags");
    CHECK(parse_admission(R"(admission webhook "w" denied the request without explanation)").refusal == Refusal::webhook_denied);
}

TEST_CASE("policies, accounts, classes and namespaces are named") {
    const auto policy = parse_admission("pods \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: say why");
    CHECK(policy.refusal == Refusal::policy_denied);
    CHECK(policy.name == "p");
    CHECK(policy.details == "say why");
    CHECK(parse_admission(R"(error looking up service account shop/bot: serviceaccount "bot" not found)").name == "bot");
    CHECK(parse_admission(R"(pod rejected: RuntimeClass "gvisor" not found)").refusal == Refusal::runtime_class_missing);
    CHECK(parse_admission("no PriorityClass with name high was found").name == "high");
    CHECK(parse_admission("unable to create new content in namespace shop because it is being terminated").name == "shop");
    CHECK(parse_admission("minimum cpu usage per Pod is 100m, but request is 50m").refusal == Refusal::limit_range);
}

TEST_CASE("an invalid object names its field, RBAC is told from other refusals, and conflicts pass") {
    CHECK(parse_admission(R"(Pod "a" is invalid: spec.containers[0].image: Required value)").field == "spec.containers[0].image");
    CHECK(parse_admission(R"(Pod "a" is invalid: [spec.volumes[0].name: Duplicate value: "v", spec.x: Invalid])").field ==
          "spec.volumes[0].name");
    CHECK(parse_admission(R"(pods is forbidden: User "u" cannot create resource "pods")").refusal == Refusal::forbidden);
    CHECK(parse_admission(R"(pods "a" already exists)").refusal == Refusal::transient);
}

TEST_CASE("broken messages give what they hold and nothing else") {
    for (const char* text :
         {"", "exceeded quota: ", "exceeded quota: q, requested: =, used: ", "violates PodSecurity \"", "failed calling webhook \"",
          "is invalid: [", "olicy '' denied request", "violates PodSecurity \"a\": ((((,)", "violates PodSecurity \"a\": )))),"})
        CHECK_NOTHROW(parse_admission(text));
    CHECK(parse_admission("something new").details == "something new");
}
