// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <string>
#include <vector>

namespace kdiag::rules::network {

/// One Service that an Ingress sends to.
struct Backend {
    const kube::Ingress* ingress = nullptr;
    const kube::Service* service = nullptr; ///< null when it was not found
    std::string name;                       ///< of the Service
    const kube::BackendPort* port = nullptr;
    std::string path;      ///< `shop.example.com/cart`, `/`, `everything else`
    std::string spec_path; ///< `.spec.rules[0].http.paths[0].backend.service`
    std::string port_text() const;
};

/// Every Service backend of every Ingress.
std::vector<Backend> backends(const RuleContext& context);
/// Whether the Service has the port that the backend names.
bool has_port(const Backend& backend);

} // namespace kdiag::rules::network
