// SPDX-License-Identifier: Apache-2.0
#include "rules/common/named_service.hpp"

#include "util/strings.hpp"

namespace kdiag::rules {

const kube::Service* service_of(const RuleContext& context, const kube::Pod& pod, std::string_view host) {
    host = host.substr(0, host.find(':'));
    if (host.empty()) return nullptr;
    const auto parts = split(host, '.');
    if (parts.size() == 1) return context.facts.find<kube::Service>(pod.meta.namespace_name, host);
    if (parts.size() > 2 && parts[2] != "svc") return nullptr;
    return context.facts.find<kube::Service>(parts[1], parts[0]);
}

} // namespace kdiag::rules
