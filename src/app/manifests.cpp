// SPDX-License-Identifier: Apache-2.0
#include "app/targets.hpp"

#include "data/yaml.hpp"
#include "util/format.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace kdiag::app {

namespace {

namespace fs = std::filesystem;

/// More than a person writes into one manifest; a recording belongs to --from.
constexpr std::size_t k_max_manifest = 64u << 20;
constexpr std::size_t k_part = 64u << 10;

Result<std::string> read_manifest(const std::string& path) {
    std::ifstream file;
    if (path != "-") file.open(path, std::ios::binary);
    std::istream& in = path == "-" ? std::cin : file;
    if (!in) return Error{.kind = ErrorKind::usage, .message = format("cannot read {}", path), .help = {"check the path after -f"}};
    std::string text, part(k_part, '\0');
    while (in.read(part.data(), static_cast<std::streamsize>(part.size())), in.gcount() > 0) {
        text.append(part, 0, static_cast<std::size_t>(in.gcount()));
        if (text.size() > k_max_manifest) // a device has no size that could be asked for
            return Error{.kind = ErrorKind::usage, .message = format("{} is too large for a manifest", path), .help = {"read recordings with --from"}};
    }
    return text;
}

bool is_manifest(const fs::path& path) {
    const auto extension = path.extension();
    return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

Result<std::vector<std::string>> expand(const std::string& path, bool recursive) {
    std::error_code error;
    if (path == "-" || !fs::is_directory(path, error)) return std::vector<std::string>{path};
    std::vector<std::string> files;
    const auto take = [&](const fs::directory_entry& entry) {
        std::error_code ignored;
        if (entry.is_regular_file(ignored) && is_manifest(entry.path())) files.push_back(entry.path().string());
    };
    if (recursive)
        for (const auto& entry : fs::recursive_directory_iterator(path, fs::directory_options::skip_permission_denied, error)) take(entry);
    else
        for (const auto& entry : fs::directory_iterator(path, error)) take(entry);
    if (files.empty())
        return Error{.kind = ErrorKind::usage, .message = format("{} holds no .yaml, .yml or .json file", path),
                     .help = {recursive ? "check the path after -f" : "-R looks into folders below it"}};
    std::sort(files.begin(), files.end());
    return files;
}

void add_objects(const data::Value& document, const std::string& namespace_name, std::vector<kube::ObjectRef>& refs) {
    for (const auto& item : document["items"].as_array()) add_objects(item, namespace_name, refs);
    const auto kind = document["kind"].as_string();
    const auto name = document.at("metadata", "name").as_string();
    if (kind.empty() || name.empty()) return;
    const auto* info = kube::find_by_kind(kube::group_of(document["apiVersion"].as_string()), kind);
    const auto own = document.at("metadata", "namespace").as_string();
    const bool namespaced = info == nullptr || info->namespaced;
    refs.push_back({.kind = std::string(kind), .namespace_name = !namespaced ? std::string() : own.empty() ? namespace_name : std::string(own),
                    .name = std::string(name), .api_version = std::string(document["apiVersion"].as_string())});
}

} // namespace

Result<std::vector<kube::ObjectRef>> objects_in_manifests(const std::vector<std::string>& paths, bool recursive, const std::string& namespace_name) {
    std::vector<kube::ObjectRef> refs;
    for (const auto& path : paths) {
        KD_TRY_ASSIGN(const auto files, expand(path, recursive));
        for (const auto& file : files) {
            KD_TRY_ASSIGN(const auto text, read_manifest(file));
            const auto read = data::parse_yaml_documents(text, file, {}, [&](data::Value document) {
                add_objects(document, namespace_name, refs);
                return Status{};
            });
            if (!read) return Error{.kind = ErrorKind::config, .message = read.error().message, .help = {"the manifest after -f is broken there"}};
        }
    }
    if (refs.empty()) return Error{.kind = ErrorKind::usage, .message = "the files after -f name no Kubernetes object", .help = {"a manifest has kind and metadata.name"}};
    return refs;
}

} // namespace kdiag::app
