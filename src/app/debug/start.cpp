// SPDX-License-Identifier: Apache-2.0
#include "app/debug/start.hpp"

#include "app/start_failure.hpp"
#include "rules/waiting/image_error.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>

namespace kdiag::app::debug {

namespace {

using data::Value;
using rules::waiting::ImageTopic;

constexpr std::array<const char*, 3> k_statuses = {"containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"};
constexpr std::array<std::string_view, 5> k_image_reasons = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError"};
constexpr std::array<std::string_view, 4> k_other_reasons = {"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "PostStartHookError"};
constexpr std::array<std::string_view, 3> k_never_started = {"StartError", "ContainerCannotRun", "ContainerStatusUnknown"};

template <class Reasons> bool is_one_of(const Reasons& reasons, std::string_view reason) {
    return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
}

const Value* status_of(const Value& pod, std::string_view name) {
    for (const char* list : k_statuses)
        for (const auto& status : pod.at("status", list).as_array())
            if (status["name"].as_string() == name) return &status;
    return nullptr;
}

Error explain_image(const ContainerNow& now, std::string_view image) {
    Error error{.kind = ErrorKind::not_found, .message = format("the image {} of the debug container cannot be pulled", image)};
    if (now.reason == "InvalidImageName") error.message = format("`{}` is no name of an image", image);
    if (now.reason == "ErrImageNeverPull") error.message = format("the image {} is not on the node, and --image-pull-policy Never forbids to pull it", image);
    const auto read = rules::waiting::read_image_error(now.message, image);
    error.notes.push_back(read.words.empty() ? now.message : read.words);
    switch (rules::waiting::topic_of(read.problem)) {
    case ImageTopic::missing: error.help.push_back("check its name and tag"); break;
    case ImageTopic::access: error.help.push_back("the registry wants a login: the pod's imagePullSecrets are used, no others"); break;
    case ImageTopic::unreachable:
    case ImageTopic::unresolvable: error.help.push_back("the node cannot reach the registry: use an image that it can, or that is on the node already"); break;
    default: break;
    }
    error.help.push_back("choose another with --image or the variable KDIAG_IMAGE; it needs a shell");
    return error;
}

Error explain_config(const ContainerNow& now, const std::string& reference) {
    Error error{.kind = ErrorKind::server, .message = format("the debug container cannot be started: {}", now.reason), .notes = {std::string(core_of(now.message))}};
    if (contains(now.message, "runAsNonRoot"))
        error.help.push_back("its image runs as root, which the profile forbids: give it a user with --custom and a file that says `securityContext: {runAsUser: 65532}`");
    else
        error.help.push_back(format("what the node says: kdiag describe pod {}", reference));
    return error;
}

std::string_view words_of_server(const Error& error) {
    return error.notes.empty() ? std::string_view(error.message) : std::string_view(error.notes.front());
}

} // namespace

ContainerNow container_now(const Value& pod, std::string_view name) {
    const auto* status = status_of(pod, name);
    ContainerNow now;
    if (status == nullptr) return now;
    const auto& state = (*status)["state"];
    if (state.find("running") != nullptr) {
        now.phase = ContainerNow::Phase::running;
    } else if (const auto* ended = state.find("terminated")) {
        now = {.phase = ContainerNow::Phase::ended, .reason = std::string((*ended)["reason"].as_string()), .message = std::string((*ended)["message"].as_string()),
               .exit_code = static_cast<int>((*ended)["exitCode"].as_integer())};
    } else {
        now = {.phase = ContainerNow::Phase::waiting, .reason = std::string(state.at("waiting", "reason").as_string()), .message = std::string(state.at("waiting", "message").as_string())};
    }
    now.id = (*status)["containerID"].as_string();
    return now;
}

std::optional<int> exit_code_of_run(const Value& pod, std::string_view container, std::string_view id) {
    const auto now = container_now(pod, container);
    if (now.phase == ContainerNow::Phase::ended && (id.empty() || now.id == id)) return now.exit_code;
    const auto* status = status_of(pod, container);
    if (status == nullptr || id.empty()) return std::nullopt;
    const auto& before = status->at("lastState", "terminated");
    if (!before.is_object() || before["containerID"].as_string() != id) return std::nullopt;
    return static_cast<int>(before["exitCode"].as_integer());
}

std::optional<Error> why_never(const Value& pod, std::string_view container, std::string_view image, const std::string& reference) {
    const auto now = container_now(pod, container);
    if (now.phase == ContainerNow::Phase::waiting && is_one_of(k_image_reasons, now.reason)) return explain_image(now, image);
    if (now.phase == ContainerNow::Phase::waiting && is_one_of(k_other_reasons, now.reason)) return explain_config(now, reference);
    if (now.phase == ContainerNow::Phase::ended && is_one_of(k_never_started, now.reason)) return explain_config(now, reference);
    const auto phase = pod.at("status", "phase").as_string();
    if (now.phase != ContainerNow::Phase::ended && (phase == "Failed" || phase == "Succeeded")) {
        const auto reason = pod.at("status", "reason").as_string(), message = pod.at("status", "message").as_string();
        Error error{.kind = ErrorKind::not_found, .message = format("the pod has ended ({}{}{}) before the debug container ran", phase, reason.empty() ? "" : ", ", reason)};
        if (!message.empty()) error.notes.emplace_back(message);
        error.help.push_back(format("the cause: kdiag diagnose pod/{}", reference));
        return error;
    }
    return std::nullopt;
}

std::string failed_program(const Value& pod, std::string_view container) {
    const auto now = container_now(pod, container);
    const bool failed = now.phase == ContainerNow::Phase::waiting ? is_one_of(k_other_reasons, now.reason) : now.phase == ContainerNow::Phase::ended && is_one_of(k_never_started, now.reason);
    return failed && shell_code_of(start_failure_of(now.message)) ? now.message : std::string();
}

std::string waiting_line(const Value& pod, std::string_view container) {
    for (const auto& condition : pod.at("status", "conditions").as_array())
        if (condition["type"].as_string() == "PodScheduled" && condition["status"].as_string() == "False") return format("waiting for a node: {}", condition["message"].as_string());
    const auto now = container_now(pod, container);
    if (now.phase == ContainerNow::Phase::unknown) return "waiting for the node to take it up";
    if (now.phase != ContainerNow::Phase::waiting) return {};
    if (now.reason == "ContainerCreating" || now.reason.empty()) return "waiting: its image is being pulled, or it is being created";
    return format("waiting: {}{}{}", now.reason, now.message.empty() ? "" : ", ", now.message);
}

Error explain_refusal(Error error, Profile profile, const std::string& namespace_name) {
    const std::string words(words_of_server(error));
    if (const auto level = level_in_denial(words)) {
        error.kind = ErrorKind::forbidden;
        error.message = format("namespace {} enforces Pod Security `{}`, which does not admit this", namespace_name, to_string(*level));
        error.help.clear();
        if (level_needed(profile) < *level)
            error.help = {format("profile {} asks for too much: --profile {}, or leave --profile out", to_string(profile), to_string(profile_for(*level)))};
        else
            error.help = {"something else in the pod violates it too, from before it was enforced: debug a copy in another namespace, or lower the label for a while"};
    } else if (error.kind == ErrorKind::forbidden && contains(words, "cannot ")) {
        error.help = {"it needs the verb patch on pods/ephemeralcontainers; create and delete on pods for --copy-to and nodes; create on pods/attach to join"};
    } else if (error.kind == ErrorKind::forbidden) {
        error.message = "an admission controller of the cluster does not let the debug container in";
        error.help = {"choose another --image or --profile, as its words say"};
    } else if (contains(words, "static pod")) {
        error.kind = ErrorKind::usage;
        error.message = "a static pod takes no ephemeral container: its definition is a file on the node";
        error.help = {"debug a copy: --copy-to NAME, or the node: kdiag debug node/NAME"};
    }
    return error;
}

Error no_ephemeral_containers(const std::string& pod) {
    return {.kind = ErrorKind::server, .message = "this cluster has no ephemeral containers",
            .notes = {"they came with Kubernetes 1.23; in 1.20 to 1.22 the feature gate EphemeralContainers switches them on"},
            .help = {format("debug a copy of the pod: kdiag debug {} --copy-to {}-debug --rm -it", pod, pod)}};
}

} // namespace kdiag::app::debug
