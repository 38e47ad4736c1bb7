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

/// Why something cannot be reached.
struct Explained {
    std::vector<probe::Behind> behind;
    std::string leads_to; ///< of a Service's port: where it sends requests, and what is declared there; may be empty
};
/// The findings that explain why a port of an object (a Service's own) cannot be reached, the nearest first and then their root causes; at
/// most three. What is about another port is left out.
Explained explain(const facts::Snapshot& facts, const kube::ObjectRef& object, int port, Timestamp now);
/// The same after reading the object's namespace. What cannot be read explains nothing.
Explained explain_failure(client::ApiClient& client, const kube::ObjectRef& object, int port, Timestamp now, const std::atomic<bool>* interrupted);

} // namespace kdiag::app
