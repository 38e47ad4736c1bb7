// SPDX-License-Identifier: Apache-2.0
#include "app/debug/profile.hpp"

#include "data/json.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::app::debug;
using data::Value;

namespace {

Value parse(std::string_view text) {
    auto value = data::parse_json(text);
    REQUIRE(value);
    return *std::move(value);
}

std::string rights(Profile profile, std::optional<std::int64_t> user = {}) {
    Value container = Value::object().set("name", "x");
    apply_to_container(profile, container, user);
    return data::to_json(container["securityContext"]);
}

} // namespace

TEST_CASE("each profile gives a container the rights that kubectl's gives") {
    CHECK(rights(Profile::legacy) == "null");
    CHECK(rights(Profile::general) == R"({"capabilities":{"add":["SYS_PTRACE"]}})");
    CHECK(rights(Profile::baseline) == "null");
    CHECK(rights(Profile::restricted) ==
          R"({"runAsNonRoot":true,"runAsUser":65532,"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"seccompProfile":{"type":"RuntimeDefault"}})");
    CHECK(parse(rights(Profile::restricted, 1000))["runAsUser"].as_integer() == 1000);
    CHECK(rights(Profile::netadmin) == R"({"capabilities":{"add":["NET_ADMIN","NET_RAW"]}})");
    CHECK(rights(Profile::sysadmin) == R"({"privileged":true})");
    auto present = parse(R"({"securityContext":{"runAsUser":7,"capabilities":{"add":["SYS_PTRACE"],"drop":["KILL"]}}})");
    apply_to_container(Profile::general, present, {});
    CHECK(data::to_json(present) == R"({"securityContext":{"runAsUser":7,"capabilities":{"add":["SYS_PTRACE"],"drop":["KILL"]}}})");
    apply_to_container(Profile::baseline, present, {});
    CHECK(data::to_json(present) == "{}");
}

TEST_CASE("a namespace's level gives the profile of auto, and each profile fits the level it needs") {
    const auto level = [](const char* labels) { return enforced_level(parse(std::string(R"({"metadata":{"labels":)") + labels + "}}")); };
    CHECK(level("null") == SecurityLevel::privileged);
    CHECK(level(R"({"pod-security.kubernetes.io/warn":"restricted"})") == SecurityLevel::privileged);
    CHECK(level(R"({"pod-security.kubernetes.io/enforce":"privileged"})") == SecurityLevel::privileged);
    CHECK(level(R"({"pod-security.kubernetes.io/enforce":"baseline"})") == SecurityLevel::baseline);
    CHECK(level(R"({"pod-security.kubernetes.io/enforce":"restricted"})") == SecurityLevel::restricted);
    CHECK(level(R"({"pod-security.kubernetes.io/enforce":"Typo"})") == SecurityLevel::restricted);
    for (const auto allowed : {SecurityLevel::privileged, SecurityLevel::baseline, SecurityLevel::restricted}) CHECK(level_needed(profile_for(allowed)) == allowed);
    CHECK(level_needed(Profile::sysadmin) == SecurityLevel::privileged);
}

TEST_CASE("a refusal names the level") {
    CHECK(level_in_denial(R"(pods "web" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "x" must set ...))") == SecurityLevel::restricted);
    CHECK(level_in_denial(R"(violates PodSecurity "baseline:v1.30": privileged)") == SecurityLevel::baseline);
    CHECK_FALSE(level_in_denial(R"(pods "web" is forbidden: User "ana" cannot patch resource "pods/ephemeralcontainers")"));
    CHECK_FALSE(level_in_denial("admission webhook \"x\" denied the request"));
}

TEST_CASE("profiles are named as kubectl names them") {
    for (const auto profile : {Profile::legacy, Profile::general, Profile::baseline, Profile::restricted, Profile::netadmin, Profile::sysadmin})
        CHECK(**parse_profile(std::string(to_string(profile))) == profile);
    CHECK_FALSE(*parse_profile("auto"));
    const auto wrong = parse_profile("sysadmn");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().help.front() == "did you mean `sysadmin`?");
}

TEST_CASE("a warning says when the pod's user takes the capabilities away") {
    const auto pod = parse(R"({"spec":{"securityContext":{"runAsUser":1000}}})"), root = parse(R"({"spec":{"securityContext":{}}})");
    auto container = Value::object();
    apply_to_container(Profile::general, container, {});
    CHECK(capability_warning(container, pod) == "the pod runs as user 1000, so that capabilities of the debug container may not work");
    CHECK(capability_warning(container, root).empty());
    container.member("securityContext").set("runAsUser", 0);
    CHECK(capability_warning(container, pod).empty());
    CHECK(capability_warning(Value::object(), pod).empty());
}
