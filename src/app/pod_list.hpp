// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/api_client.hpp"
#include "kube/pod.hpp"
#include "kube/service.hpp"
#include "util/text_pool.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kdiag::app {

/// Objects of one kind with the texts that they point into.
template <class T> struct ObjectList {
    TextPool texts;
    std::vector<T> objects;
    std::string resource_version; ///< of the list: where a watch goes on
};
using PodList = ObjectList<kube::Pod>;

/// An answer of the API to a GET of one object or of a list, as typed objects. Instantiated for Pod, Service and EndpointSlice.
template <class T> Result<ObjectList<T>> read_objects(std::string_view body, const std::string& doing);

/// The GET of a list of pods; `label_selector` may be empty.
client::ApiRequest pod_list_request(std::string_view namespace_name, std::string_view label_selector);
client::ApiRequest pod_request(std::string_view namespace_name, std::string_view name);

} // namespace kdiag::app
