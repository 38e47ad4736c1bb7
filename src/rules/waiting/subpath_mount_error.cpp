// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/config_errors.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules::waiting {

namespace {

/// The key that a subPath should have been.
std::string subpath_cause(const RuleContext& context, const ContainerView& view, std::string_view message) {
    for (const auto& mount : view.spec->volume_mounts) {
        if (mount.sub_path.empty() || !contains(message, mount.mount_path)) continue;
        for (const auto& volume : view.pod->spec.volumes) {
            if (volume.name != mount.name || !volume.config_map) continue;
            const auto* map = context.facts.find<kube::ConfigMap>(view.pod->meta.namespace_name, volume.config_map->name);
            std::vector<std::string> keys;
            if (map != nullptr) keys.assign(map->keys.begin(), map->keys.end());
            const bool has = std::find(keys.begin(), keys.end(), std::string(mount.sub_path)) != keys.end();
            if (map != nullptr && !has)
                return format("subPath `{}` of the mount at {} is no key of ConfigMap/{}, which has {}: an empty folder is mounted over the file", mount.sub_path, mount.mount_path, map->meta.name, list_some(keys, 5));
        }
        return format("subPath `{}` of the mount at {} is a folder, and what it is to cover is a file (not a directory)", mount.sub_path, mount.mount_path);
    }
    return std::string(message);
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& waiting : waiting_containers(context)) {
        const auto message = std::string_view(waiting.message);
        const auto& view = waiting.view;
        if (!((contains(message, "mounting") || contains(message, "mount ")) && (contains(message, "not a directory") || contains(message, "subPath") || contains(message, "subpath")))) continue;
        Finding finding = begin(context, waiting);
        finding.title = format("{} cannot start: a mount by subPath fails", view.display());
        finding.cause = format("{}", subpath_cause(context, view, message));
        finding.remedies.push_back({.text = "correct subPath: it has to be a key of the ConfigMap or Secret, or a path of the volume", .command = format("{} edit {}", kubectl_in(view.pod->meta.namespace_name), kubectl_name(context.facts.top_owner(*view.pod))), .risk = Risk::disruptive});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_subpath_mount_error{
    {.id = "KD1409", .name = "subpath-mount-error", .title = "a subPath mount puts a folder over a file, or cannot be made", .category = "config", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets}, .precedence = 65,
     .doc = {.meaning = "A volume is mounted by subPath onto a file, and the sub path does not exist in the volume; an empty folder is put there instead, and a folder cannot be mounted over a file.",
             .why_it_matters = "The container cannot start.",
             .how_it_is_found = "The runtime says that it cannot mount a directory onto a file. The subPath of the mount is compared with the keys of the ConfigMap or Secret, and the nearest is named.",
             .what_to_do = "Write subPath as the key is written.\nMount whole folders where possible: subPath mounts are not updated.",
             .false_positives = "none known",
             .see_also = "KD1406"}},
    check};

} // namespace kdiag::rules::waiting
