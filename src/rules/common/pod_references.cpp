// SPDX-License-Identifier: Apache-2.0
#include "rules/common/pod_references.hpp"

#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules {

namespace {

void add_variables(const kube::Container& container, const std::string& place, std::vector<ConfigReference>& list) {
    const std::string name(container.name);
    for (std::size_t i = 0; i < container.env.size(); ++i) {
        const auto& from = container.env[i].value_from;
        if (!from) continue;
        if (from->config_map_key_ref)
            list.push_back({"ConfigMap", std::string(from->config_map_key_ref->name), std::string(from->config_map_key_ref->key),
                            format("{}.env[{}].valueFrom.configMapKeyRef", place, i), name, {}, from->config_map_key_ref->optional});
        if (from->secret_key_ref)
            list.push_back({"Secret", std::string(from->secret_key_ref->name), std::string(from->secret_key_ref->key),
                            format("{}.env[{}].valueFrom.secretKeyRef", place, i), name, {}, from->secret_key_ref->optional});
    }
    for (std::size_t i = 0; i < container.env_from.size(); ++i) {
        const auto& from = container.env_from[i];
        if (from.config_map_ref)
            list.push_back({"ConfigMap", std::string(from.config_map_ref->name), {}, format("{}.envFrom[{}].configMapRef", place, i), name, {}, from.config_map_ref->optional});
        if (from.secret_ref) list.push_back({"Secret", std::string(from.secret_ref->name), {}, format("{}.envFrom[{}].secretRef", place, i), name, {}, from.secret_ref->optional});
    }
}

void add_source(const char* kind, kube::Text object, const kube::List<kube::KeyToPath>& items, bool optional, const std::string& path, kube::Text volume,
                std::vector<ConfigReference>& list) {
    if (items.empty()) list.push_back({kind, std::string(object), {}, path, {}, std::string(volume), optional});
    for (std::size_t i = 0; i < items.size(); ++i)
        list.push_back({kind, std::string(object), std::string(items[i].key), format("{}.items[{}].key", path, i), {}, std::string(volume), optional});
}

} // namespace

std::vector<ConfigReference> config_references(const kube::PodSpec& spec) {
    std::vector<ConfigReference> list;
    for (std::size_t i = 0; i < spec.init_containers.size(); ++i) add_variables(spec.init_containers[i], format(".spec.initContainers[{}]", i), list);
    for (std::size_t i = 0; i < spec.containers.size(); ++i) add_variables(spec.containers[i], format(".spec.containers[{}]", i), list);
    for (std::size_t i = 0; i < spec.volumes.size(); ++i) {
        const auto& volume = spec.volumes[i];
        const std::string place = format(".spec.volumes[{}]", i);
        if (volume.config_map) add_source("ConfigMap", volume.config_map->name, volume.config_map->items, volume.config_map->optional, place + ".configMap", volume.name, list);
        if (volume.secret) add_source("Secret", volume.secret->secret_name, volume.secret->items, volume.secret->optional, place + ".secret", volume.name, list);
        if (!volume.projected) continue;
        for (std::size_t s = 0; s < volume.projected->sources.size(); ++s) {
            const auto& source = volume.projected->sources[s];
            const std::string inner = format("{}.projected.sources[{}]", place, s);
            if (source.config_map) add_source("ConfigMap", source.config_map->name, source.config_map->items, source.config_map->optional, inner + ".configMap", volume.name, list);
            if (source.secret) add_source("Secret", source.secret->name, source.secret->items, source.secret->optional, inner + ".secret", volume.name, list);
        }
    }
    return list;
}

std::vector<std::string> configuration_of(const kube::Pod& pod, const kube::Container& container) {
    std::vector<std::string> names;
    for (const auto& reference : config_references(pod.spec)) {
        if (!reference.container.empty() && reference.container != container.name) continue;
        if (!reference.volume.empty() && std::none_of(container.volume_mounts.begin(), container.volume_mounts.end(), [&](const auto& mount) { return mount.name == reference.volume; })) continue;
        if (reference.name == "kube-root-ca.crt") continue; // of every pod
        const std::string name = reference.kind + "/" + reference.name;
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names;
}

} // namespace kdiag::rules
