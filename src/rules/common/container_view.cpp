// SPDX-License-Identifier: Apache-2.0
#include "rules/common/container_view.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <array>

namespace kdiag::rules {

namespace {

const kube::ContainerStatus* status_of(const kube::List<kube::ContainerStatus>& statuses, kube::Text name) {
    for (const auto& status : statuses)
        if (status.name == name) return &status;
    return nullptr;
}

struct CodeWords {
    std::int64_t code;
    std::string_view words;
};
constexpr std::array k_codes = {CodeWords{2, "misuse of a command, or a Go panic"}, CodeWords{126, "the command cannot be executed"}, CodeWords{127, "command not found"},
                                CodeWords{128, "it could not be started"}, CodeWords{130, "SIGINT"}, CodeWords{132, "SIGILL, an instruction this processor lacks"},
                                CodeWords{134, "SIGABRT"}, CodeWords{135, "SIGBUS"}, CodeWords{136, "SIGFPE"}, CodeWords{137, "SIGKILL"}, CodeWords{139, "SIGSEGV, a crash"},
                                CodeWords{141, "SIGPIPE"}, CodeWords{143, "SIGTERM"}, CodeWords{159, "SIGSYS, a forbidden system call"}};

} // namespace

std::string ContainerView::display() const {
    const std::string_view kind = role == ContainerRole::init ? "init container" : role == ContainerRole::sidecar ? "sidecar" : "container";
    return format("{} `{}`", kind, spec->name);
}

std::string ContainerView::spec_path(std::string_view rest) const {
    return format(".spec.{}[{}]{}{}", role == ContainerRole::app ? "containers" : "initContainers", index, rest.empty() ? "" : ".", rest);
}

std::string ContainerView::status_path(std::string_view rest) const {
    return format(".status.{}[?(@.name==\"{}\")].{}", role == ContainerRole::app ? "containerStatuses" : "initContainerStatuses", spec->name, rest);
}

const kube::StateTerminated* ContainerView::last_end() const {
    if (status == nullptr) return nullptr;
    return status->state.terminated ? status->state.terminated.get() : status->last_state.terminated.get();
}

std::vector<ContainerView> containers_of(const kube::Pod& pod) {
    std::vector<ContainerView> views;
    for (std::size_t i = 0; i < pod.spec.init_containers.size(); ++i) {
        const auto& spec = pod.spec.init_containers[i];
        views.push_back({&pod, &spec, status_of(pod.status.init_container_statuses, spec.name),
                         spec.restart_policy == "Always" ? ContainerRole::sidecar : ContainerRole::init, i});
    }
    for (std::size_t i = 0; i < pod.spec.containers.size(); ++i)
        views.push_back({&pod, &pod.spec.containers[i], status_of(pod.status.container_statuses, pod.spec.containers[i].name), ContainerRole::app, i});
    return views;
}

bool concerns(const kube::Event& event, const ContainerView& view) {
    const auto name = between(event.involved.field_path, "{", "}");
    return name.empty() || name == view.spec->name;
}

kube::ObjectRef ref_of(const ContainerView& view) {
    auto ref = kube::ref_of(*view.pod);
    ref.container = view.spec->name;
    return ref;
}

std::string exit_words(const kube::StateTerminated& end) {
    if (end.signal > 0) return format("signal {}", end.signal);
    for (const auto& [code, words] : k_codes)
        if (code == end.exit_code) return format("exit code {} ({})", code, words);
    return format("exit code {}", end.exit_code);
}

} // namespace kdiag::rules
