// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/api_client.hpp"
#include "facts/snapshot.hpp"
#include "kube/object_ref.hpp"
#include "probe/report.hpp"

#include <atomic>
#include <vector>

namespace kdiag::app {

/// What rules about pods, Services and what is around them need, of one namespace. An Error: nothing could be read.
Result<facts::Snapshot> read_around(client::ApiClient& client, const std::string& namespace_name, kube::ResourceSet resources, const std::atomic<bool>* interrupted);

/// The findings that explain why an object cannot be reached, the nearest first and then their root causes; at most three. Of a pod's
/// probes only those of the port that is asked. What cannot be read explains nothing.
std::vector<probe::Behind> findings_behind(client::ApiClient& client, const kube::ObjectRef& object, int port, Timestamp now, const std::atomic<bool>* interrupted);

} // namespace kdiag::app
