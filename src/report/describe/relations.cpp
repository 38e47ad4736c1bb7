// SPDX-License-Identifier: Apache-2.0
#include "report/describe/relations.hpp"

#include "kube/selector.hpp"
#include "rules/common/pod_references.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

constexpr std::string_view k_revision = "deployment.kubernetes.io/revision";
/// In every pod that has a token; nobody chose it.
constexpr std::string_view k_root_certificates = "kube-root-ca.crt";

/// Null says that it does not exist, as far as that is known.
template <class T> bool is_absent(const facts::Snapshot& facts, std::string_view namespace_name, std::string_view name) {
    return facts.knows<T>() && facts.find<T>(namespace_name, name) == nullptr;
}

std::string claim_text(const facts::Snapshot& facts, std::string_view namespace_name, std::string_view name) {
    const auto* claim = facts.find<kube::PersistentVolumeClaim>(namespace_name, name);
    if (claim != nullptr) return format("PVC/{} {}", name, claim->status.phase);
    return format("PVC/{}{}", name, is_absent<kube::PersistentVolumeClaim>(facts, namespace_name, name) ? " (does not exist)" : "");
}

} // namespace

std::string comma_list(const std::vector<std::string>& items, std::size_t limit) {
    if (items.size() <= limit) return format("{}", join(items, ", "));
    return list_some(items, limit);
}

std::string owner_chain(const kube::ObjectMeta& meta, std::string_view kind, const facts::Snapshot& facts) {
    const auto* owner = meta.controller();
    if (owner == nullptr) return {};
    const auto top = facts.top_owner(meta, kind);
    const std::string direct = format("{}/{}", owner->kind, owner->name);
    std::string chain = top.display() == direct || (top.kind == kind && top.name == meta.name) ? direct : format("{} -> {}", top.display(), direct);
    if (owner->kind != kube::ReplicaSet::k_kind) return chain;
    const auto* set = facts.find<kube::ReplicaSet>(meta.namespace_name, owner->name);
    if (set == nullptr) return chain;
    const auto revision = kube::value_of(set->meta.annotations, k_revision);
    return revision.empty() ? chain : chain + format(", revision {}", revision);
}

std::string port_text(const kube::ServicePort& port) {
    std::string target = std::to_string(port.port);
    if (port.target_port.set) target = port.target_port.is_text() ? std::string(port.target_port.text) : std::to_string(port.target_port.number);
    std::string text = format("{} -> {}", port.port, target);
    if (!port.name.empty() && port.name != target) text += format(" ({})", port.name);
    return text;
}

std::string services_of(std::string_view namespace_name, const kube::TextMap& labels, const facts::Snapshot& facts) {
    std::vector<std::string> services;
    for (const auto* service : facts.services_in(namespace_name)) {
        if (service->spec.selector.empty() || !kube::matches(service->spec.selector, labels)) continue;
        std::vector<std::string> ports;
        for (const auto& port : service->spec.ports) ports.push_back(port_text(port));
        services.push_back(format("{} {}", kube::ref_of(*service).display(), list_some(ports, 3)));
    }
    if (services.empty() && !facts.knows<kube::Service>()) return "<unknown>, services could not be read";
    return comma_list(services, 4);
}

std::string uses_of(std::string_view namespace_name, const kube::PodSpec& spec, const facts::Snapshot& facts) {
    std::vector<std::string> names;
    const auto add = [&](std::string name) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    };
    for (const auto& reference : rules::config_references(spec)) {
        if (reference.name == k_root_certificates) continue;
        const bool absent = reference.kind == kube::Secret::k_kind ? is_absent<kube::Secret>(facts, namespace_name, reference.name)
                                                                   : is_absent<kube::ConfigMap>(facts, namespace_name, reference.name);
        add(format("{}/{}{}", reference.kind, reference.name, absent ? reference.optional ? " (optional, does not exist)" : " (does not exist)" : ""));
    }
    for (const auto& volume : spec.volumes)
        if (volume.persistent_volume_claim) add(claim_text(facts, namespace_name, volume.persistent_volume_claim->claim_name));
    if (!spec.service_account_name.empty()) add(format("SA/{}", spec.service_account_name));
    return comma_list(names);
}

std::string images_of(const kube::PodSpec& spec) {
    std::vector<std::string> images;
    for (const auto& container : spec.containers) images.push_back(format("{} {}", container.name, container.image));
    return comma_list(images);
}

std::string diagnose_command(const kube::ObjectRef& object, std::string_view recording) {
    std::string command = format("kdiag diagnose {}/{}", to_lower(object.kind), shell_quote(object.name));
    if (!object.namespace_name.empty()) command += " -n " + shell_quote(object.namespace_name);
    if (!recording.empty()) command += " --from " + shell_quote(recording);
    return command;
}

std::string or_none(std::string_view text) {
    return text.empty() ? "<none>" : std::string(text);
}

} // namespace kdiag::report
