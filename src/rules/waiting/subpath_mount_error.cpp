// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/message_words.hpp"
#include "rules/waiting/missing_object.hpp"
#include "rules/waiting/near_objects.hpp"
#include "rules/waiting/template_patch.hpp"
#include "rules/waiting/waiting_containers.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>

namespace kdiag::rules::waiting {

namespace {

bool is_about_mount(std::string_view message) {
    constexpr auto k_sub_path = std::to_array<std::string_view>({"subPath", "SubPath", "subpath"});
    constexpr auto k_mount = std::to_array<std::string_view>({"mounting", "mount ", "create mountpoint"});
    // A ConfigMap or a program may have the word in its name.
    if (contains(message, "image volume") || contains(message, "exec: \"") || !read_missing(message).empty()) return false;
    if (contains_any(message, k_sub_path)) return true;
    return contains_any(message, k_mount) && contains(message, "not a directory");
}

const kube::Volume* volume_named(const kube::Pod& pod, kube::Text name) {
    for (const auto& volume : pod.spec.volumes)
        if (volume.name == name) return &volume;
    return nullptr;
}

/// The mount that a message is about: by its path in the container, its volume and subPath, or because there is only one with a subPath.
std::size_t mount_in(const ContainerView& view, std::string_view message) {
    const auto& mounts = view.spec->volume_mounts;
    const auto named = between(message, "volumeMount \"", "\"");
    std::size_t only = mounts.size(), count = 0;
    for (std::size_t i = 0; i < mounts.size(); ++i) {
        if (mounts[i].sub_path.empty() && mounts[i].sub_path_expr.empty()) continue;
        if ((!named.empty() && mounts[i].name == named) || (named.empty() && contains(message, mounts[i].mount_path))) return i;
        only = i;
        ++count;
    }
    return count == 1 ? only : mounts.size();
}

struct Explanation {
    std::string cause;
    std::string nearest; ///< the key that the subPath should have been
};

/// What a subPath is no key of: `ConfigMap/start-page, which has index.html`.
Explanation explain_key(const RuleContext& context, const ContainerView& view, const kube::VolumeMount& mount, const kube::Volume& volume) {
    const bool map = volume.config_map != nullptr;
    const std::string kind = map ? "ConfigMap" : "Secret";
    const std::string name(map ? volume.config_map->name : volume.secret->secret_name);
    std::vector<std::string> names;
    for (const auto& item : map ? volume.config_map->items : volume.secret->items) names.emplace_back(item.path);
    if (names.empty()) names = usable_keys(context, kind, view.pod->meta.namespace_name, name, true);
    if (names.empty() || std::find(names.begin(), names.end(), mount.sub_path) != names.end()) return {};
    return {format("subPath `{}` of the mount at {} is no key of {}/{}, which has {}: an empty folder is mounted over the file",
                   mount.sub_path, mount.mount_path, kind, name, list_some(names, 5)),
            nearest_key(mount.sub_path, names)};
}

Explanation explain(const RuleContext& context, const ContainerView& view, std::size_t index, std::string_view message) {
    const std::string words = core_of(message);
    if (index >= view.spec->volume_mounts.size())
        return {format("a volume and the place that it is mounted over are not both folders or both files: {}", words), {}};
    const auto& mount = view.spec->volume_mounts[index];
    const auto* volume = volume_named(*view.pod, mount.name);
    if (volume != nullptr && (volume->config_map || volume->secret))
        if (auto explanation = explain_key(context, view, mount, *volume); !explanation.cause.empty()) return explanation;
    const std::string path(mount.sub_path.empty() ? mount.sub_path_expr : mount.sub_path);
    if (!contains(message, "not a directory"))
        return {format("subPath `{}` of the mount at {} cannot be made in volume `{}`: {}", path, mount.mount_path, mount.name, words), {}};
    if (volume != nullptr && volume->host_path)
        return {format("subPath `{}` of the mount at {} is a folder, and what it is to cover is a file: where {}/{} does not exist on node "
                       "`{}`, an empty folder is made",
                       path, mount.mount_path, volume->host_path->path, path, view.pod->spec.node_name),
                {}};
    return {
        format("subPath `{}` of the mount at {} is a folder, and what it is to cover is a file (not a directory)", path, mount.mount_path),
        {}};
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& waiting : waiting_containers(context)) {
        if (!is_about_mount(waiting.message)) continue;
        const auto& view = waiting.view;
        const auto index = mount_in(view, waiting.message);
        const auto explanation = explain(context, view, index, waiting.message);
        Finding finding = begin(context, waiting);
        const bool by_sub_path = index < view.spec->volume_mounts.size();
        finding.title = format("{} cannot start: a mount {}", view.display(),
                               by_sub_path ? "by subPath fails" : "puts a folder over a file, or a file over a folder");
        finding.cause = explanation.cause;
        if (!explanation.nearest.empty())
            finding.remedies.push_back(
                {.text = format("set subPath to the key `{}`", explanation.nearest),
                 .command = set_in_template(context, *view.pod, view.spec_path(format("volumeMounts[{}].subPath", index)),
                                            format("\"{}\"", explanation.nearest)),
                 .risk = Risk::disruptive});
        else
            finding.remedies.push_back(
                {.text = by_sub_path ? "correct subPath: it has to be a key of the ConfigMap or Secret, or a path of the volume"
                                     : "mount files over files and folders over folders; compare mountPath with the image",
                 .command = edit_template(context, *view.pod),
                 .risk = Risk::disruptive});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_subpath_mount_error{
    {.id = "KD1409",
     .name = "subpath-mount-error",
     .title = "a subPath mount puts a folder over a file, or cannot be made",
     .category = "config",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets,
              kube::Resource::daemonsets, kube::Resource::cronjobs, kube::Resource::configmaps, kube::Resource::secrets},
     .precedence = 65,
     .doc = {.meaning =
                 "A volume is mounted by subPath onto a file, and the sub path does not exist in the volume; an empty folder is put there "
                 "instead, and a folder cannot be mounted over a file. Or the sub path cannot be made.",
             .why_it_matters = "The container cannot start.",
             .how_it_is_found =
                 "The runtime says that it cannot mount a directory onto a file, or the kubelet that it cannot prepare the subPath. The "
                 "subPath of the mount is compared with the keys of the ConfigMap or Secret, and the nearest is named.",
             .what_to_do = "Write subPath as the key is written.\nMount whole folders where possible: subPath mounts are not updated.",
             .false_positives = "none known",
             .see_also = "KD1406"}},
    check};

} // namespace kdiag::rules::waiting
