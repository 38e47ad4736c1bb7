// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collect/byte_reader.hpp"
#include "kube/resource.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace kdiag::collect {

/// One object of a file.
struct RecordedObject {
    std::string_view json;  ///< with the padding of ItemSplitter
    std::string api_version, kind;
};

struct RecordedFile {
    std::function<void(const RecordedObject&)> on_object;
    /// A list names its kind even when it is empty (`ConfigMapList`).
    std::function<void(const std::string& api_version, const std::string& kind)> on_list = {};
};

/// Whether a file's name or first bytes say that it holds objects.
enum class FileForm { json, yaml, other };
FileForm form_of(std::string_view path, std::string_view start);

/// Every Kubernetes object of a JSON file (single, List, documents, NDJSON, array) or YAML file. What was handed out before an error
/// stays handed out.
Status each_object(ByteReader& reader, FileForm form, const std::string& path, const RecordedFile& events);

} // namespace kdiag::collect
