// SPDX-License-Identifier: Apache-2.0
#include "app/targets.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

Error usage(std::string message, std::string help) {
    return Error{.kind = ErrorKind::usage, .message = std::move(message), .help = {std::move(help)}};
}

Result<std::vector<Target>> parse_slashed(collect::Source& source, const std::vector<std::string>& words) {
    std::vector<Target> targets;
    for (const auto& word : words) {
        const auto parts = split(word, '/');
        if (parts.size() == 1)
            return usage(format("`{}` has no type, the other objects have one", word), "write every object as TYPE/NAME, or TYPE once and then names");
        if (parts.size() != 2 || parts[0].empty() || parts[1].empty())
            return usage(format("`{}` is not TYPE/NAME", word), "an object is written as in deployment/web");
        KD_TRY_ASSIGN(auto type, source.resolve(parts[0]));
        targets.push_back({std::move(type), std::string(parts[1])});
    }
    return targets;
}

/// The names of all objects of a snapshot's kind, for "did you mean".
template <class T> std::vector<std::string> names_in(const facts::Snapshot& facts, const std::string& namespace_name) {
    std::vector<std::string> names;
    for (const auto& object : facts.all<T>())
        if (object.meta.namespace_name.empty() || namespace_name.empty() || object.meta.namespace_name == namespace_name)
            names.emplace_back(object.meta.name);
    return names;
}

Error not_found(const Target& target, const std::string& namespace_name, const std::vector<std::string>& names) {
    Error error{.kind = ErrorKind::not_found,
                .message = target.type.namespaced && !namespace_name.empty() ? format("no {} `{}` in namespace {}", target.type.singular, target.name, namespace_name)
                                                                              : format("no {} `{}`", target.type.singular, target.name)};
    if (const auto near = nearest(target.name, names); !near.empty()) error.help.push_back(format("did you mean {}?", list_some(near)));
    return error;
}

bool is_glob(const std::string& name) {
    return name.find_first_of("*?") != std::string::npos;
}

template <class T>
std::vector<kube::ObjectRef> refs_in(const facts::Snapshot& facts, const std::string& namespace_name, const std::string& name) {
    std::vector<kube::ObjectRef> refs;
    for (const auto& object : facts.all<T>()) {
        if (!object.meta.namespace_name.empty() && !namespace_name.empty() && object.meta.namespace_name != namespace_name) continue;
        if (name.empty() || object.meta.name == name || (is_glob(name) && glob_match(name, object.meta.name))) refs.push_back(kube::ref_of(object));
    }
    return refs;
}

} // namespace

Result<std::vector<Target>> parse_targets(collect::Source& source, const std::vector<std::string>& words) {
    if (words.empty()) return std::vector<Target>{};
    if (std::any_of(words.begin(), words.end(), [](const std::string& word) { return contains(word, "/"); })) return parse_slashed(source, words);
    std::vector<Target> targets;
    for (const auto type_word : split(words[0], ',')) {
        KD_TRY_ASSIGN(const auto type, source.resolve(type_word));
        for (std::size_t i = 1; i < words.size(); ++i) targets.push_back({type, words[i]});
        if (words.size() == 1) targets.push_back({type, {}});
    }
    return targets;
}

Result<std::vector<kube::ObjectRef>> find_targets(collect::Source& source, const facts::Snapshot& facts, const std::string& namespace_name,
                                                  const std::vector<Target>& targets) {
    std::vector<kube::ObjectRef> found;
    for (const auto& target : targets) {
        std::vector<kube::ObjectRef> refs;
        std::vector<std::string> names;
        const auto* info = kube::find_by_kind(target.type.group, target.type.kind);
        if (info != nullptr && facts.was_read(info->resource)) {
            facts::with_type_of(info->resource, [&]<class T>() {
                refs = refs_in<T>(facts, namespace_name, target.name);
                names = names_in<T>(facts, namespace_name);
            });
        } else if (!target.name.empty()) {
            KD_TRY(source.object(target.type, target.type.namespaced ? namespace_name : std::string(), target.name));
            refs.push_back({.kind = target.type.kind, .namespace_name = target.type.namespaced ? namespace_name : std::string(), .name = target.name,
                            .api_version = target.type.api_version()});
        }
        if (refs.empty() && !target.name.empty()) return not_found(target, namespace_name, names);
        found.insert(found.end(), refs.begin(), refs.end());
    }
    return found;
}

std::vector<kube::ObjectRef> find_by_labels(const facts::Snapshot& facts, const kube::OwnedSelector& selector) {
    std::vector<kube::ObjectRef> refs;
    for (std::size_t i = 0; i < kube::k_resource_count; ++i)
        facts::with_type_of(static_cast<kube::Resource>(i), [&]<class T>() {
            for (const auto& object : facts.all<T>())
                if (selector.matches(object.meta.labels)) refs.push_back(kube::ref_of(object));
        });
    return refs;
}

kube::ResourceSet resources_of(const std::vector<Target>& targets) {
    kube::ResourceSet resources;
    for (const auto& target : targets)
        if (const auto* info = kube::find_by_kind(target.type.group, target.type.kind)) resources.add(info->resource);
    return resources;
}

} // namespace kdiag::app
