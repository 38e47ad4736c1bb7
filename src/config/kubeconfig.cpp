// SPDX-License-Identifier: Apache-2.0
#include "config/kubeconfig.hpp"

#include "config/files.hpp"
#include "data/yaml.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <filesystem>
#include <set>

namespace kdiag::config {

namespace {

Error at(const std::string& path, data::Mark mark, std::string_view what) {
    return {.kind = ErrorKind::config, .message = format("{}:{}:{}: {}", path, mark.line, mark.column, what), .help = {"see `kubectl config view` for what a kubeconfig holds"}};
}

/// `clusters: [{name, cluster: {...}}]` and its like.
Status merge_list(std::map<std::string, Stanza>& stanzas, const data::Value& document, const char* list_name, const char* member, const std::string& path) {
    const auto& list = document[list_name];
    if (list.is_null()) return {};
    if (!list.is_array()) return at(path, list.mark, format("`{}` has to be a list", list_name));
    std::set<std::string> own;
    const std::string folder = std::filesystem::absolute(path).parent_path().string();
    for (const auto& entry : list.as_array()) {
        const auto& name = entry["name"];
        if (!entry.is_object() || !name.is_string()) return at(path, entry.mark, format("an entry of `{}` needs a name", list_name));
        const auto& value = entry[member];
        if (!value.is_null() && !value.is_object()) return at(path, value.mark, format("`{}` has to be a mapping", member));
        const std::string text(name.as_string());
        if (!own.insert(text).second) return at(path, name.mark, format("`{}` names `{}` twice", list_name, text));
        stanzas.try_emplace(text, Stanza{value, folder, path});
    }
    return {};
}

std::vector<std::string> paths_of(const Variables& variable) {
    std::vector<std::string> paths;
    if (const auto list = variable("KUBECONFIG"); list && !list->empty()) {
        std::set<std::string> seen;
        for (const auto part : split(*list, ':'))
            if (!part.empty() && seen.emplace(part).second) paths.emplace_back(part);
        return paths;
    }
    if (const auto home = variable("HOME"); home && !home->empty()) paths.push_back(*home + "/.kube/config");
    return paths;
}

} // namespace

Status merge_kubeconfig(Kubeconfig& merged, std::string_view text, const std::string& path) {
    auto documents = data::parse_yaml(text, path, {.scalars_as_strings = true, .max_nodes = 1'000'000});
    if (!documents) {
        auto error = std::move(documents).error();
        error.kind = ErrorKind::config;
        return std::move(error).with_help("the kubeconfig is broken YAML there; compare it with a copy that worked");
    }
    merged.files.push_back(path);
    if (documents->empty()) return {};
    const auto& document = documents->front();
    if (document.is_null() || (document.is_string() && document.as_string().empty())) return {};
    if (!document.is_object()) return at(path, document.mark, "a kubeconfig is a mapping with clusters, users and contexts");
    if (const auto current = document["current-context"].as_string(); merged.current_context.empty() && !current.empty()) {
        merged.current_context = current;
        merged.current_context_file = path;
    }
    KD_TRY(merge_list(merged.clusters, document, "clusters", "cluster", path));
    KD_TRY(merge_list(merged.users, document, "users", "user", path));
    return merge_list(merged.contexts, document, "contexts", "context", path);
}

Result<Kubeconfig> load_kubeconfig(const std::string& explicit_path, const Variables& variable) {
    Kubeconfig merged;
    if (!explicit_path.empty()) {
        KD_TRY_ASSIGN(const auto text, read_small_file(explicit_path, "the kubeconfig"));
        KD_TRY(merge_kubeconfig(merged, text, explicit_path));
        return merged;
    }
    for (const auto& path : paths_of(variable)) {
        if (!file_exists(path)) continue; // clientcmd passes over missing files
        KD_TRY_ASSIGN(const auto text, read_small_file(path, "the kubeconfig"));
        KD_TRY(merge_kubeconfig(merged, text, path));
    }
    return merged;
}

} // namespace kdiag::config
