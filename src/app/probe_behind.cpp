// SPDX-License-Identifier: Apache-2.0
#include "app/probe_behind.hpp"

#include "collect/live_reader.hpp"
#include "facts/related.hpp"
#include "rules/engine.hpp"
#include "rules/select.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <charconv>

namespace kdiag::app {

namespace {

constexpr std::size_t k_most_behind = 3;
constexpr Duration k_limit = Duration::seconds(20);

bool is_subject(const rules::Finding& finding, const std::string& key) {
    return finding.subject.key() == key || std::any_of(finding.affected.begin(), finding.affected.end(), [&](const auto& ref) { return ref.key() == key; });
}

/// Evidence about a port of a Service stands at `.spec.ports[2].targetPort`.
bool is_about_other_port(const rules::Evidence& evidence, const kube::Service& service, int port) {
    constexpr std::string_view k_start = ".spec.ports[";
    if (!evidence.object.empty() || !evidence.path.starts_with(k_start)) return false;
    std::size_t index = 0;
    std::from_chars(evidence.path.data() + k_start.size(), evidence.path.data() + evidence.path.size(), index);
    return index < service.spec.ports.size() && service.spec.ports[index].port != port;
}

/// What is about another port, or about a probe of another port or a command, is not about this one.
bool concerns_port(const rules::Finding& finding, const facts::Snapshot& facts, const kube::ObjectRef& object, int port) {
    if (const auto* service = object.kind == kube::Service::k_kind ? facts.find<kube::Service>(object.namespace_name, object.name) : nullptr)
        return std::none_of(finding.evidence.begin(), finding.evidence.end(), [&](const auto& evidence) { return is_about_other_port(evidence, *service, port); });
    if (object.kind != kube::Pod::k_kind || finding.rule->category != "probe") return true;
    const auto number = std::to_string(port);
    return contains(finding.cause, ":" + number) || contains(finding.cause, "port " + number);
}

std::string with_name(std::int64_t port, std::string_view name) {
    return name.empty() ? std::to_string(port) : format("{} {}", port, name);
}

/// `port 81 of the Service leads to port 9999 of its pods, which declare 8080 http`.
std::string where_it_leads(const facts::Snapshot& facts, const kube::ObjectRef& object, int port) {
    const auto* service = object.kind == kube::Service::k_kind ? facts.find<kube::Service>(object.namespace_name, object.name) : nullptr;
    if (service == nullptr) return {};
    const auto found = std::find_if(service->spec.ports.begin(), service->spec.ports.end(), [&](const auto& entry) { return entry.port == port; });
    std::vector<std::string> declared;
    if (found == service->spec.ports.end()) {
        for (const auto& entry : service->spec.ports) declared.push_back(with_name(entry.port, entry.name));
        return format("{} has no port {}; it has {}", object.display(), port, declared.empty() ? "none" : list_some(declared, 5));
    }
    if (service->spec.selector.empty()) return {};
    const auto pods = facts.pods_matching(object.namespace_name, service->spec.selector);
    if (pods.empty()) return {};
    for (const auto& container : pods.front()->spec.containers)
        for (const auto& entry : container.ports) declared.push_back(with_name(entry.container_port, entry.name));
    const auto& target = found->target_port;
    const auto where = target.is_text() ? std::string(target.text) : std::to_string(target.number == 0 ? found->port : target.number);
    return format("port {} of the Service leads to port {} of its pods, which declare {}", port, where, declared.empty() ? "none" : list_some(declared, 5));
}

void add(std::vector<probe::Behind>& behind, const rules::Finding& finding) {
    const std::string id(finding.rule->id);
    const auto object = finding.owner.empty() ? finding.subject.display() : finding.owner.display();
    const bool known = std::any_of(behind.begin(), behind.end(), [&](const probe::Behind& entry) { return entry.rule == id && entry.object == object; });
    if (!known && behind.size() < k_most_behind) behind.push_back({.rule = id, .title = finding.title, .object = object, .cause = finding.cause});
}

} // namespace

Result<facts::Snapshot> read_around(client::ApiClient& client, const std::string& namespace_name, kube::ResourceSet resources, const std::atomic<bool>* interrupted) {
    collect::ReadRequest request;
    request.resources = resources;
    request.scope = {.all_namespaces = false, .namespace_name = namespace_name};
    request.max_logs = 0;
    request.timeout = k_limit;
    request.interrupted = interrupted;
    KD_TRY_ASSIGN(auto parts, collect::LiveReader(client, request).read());
    return facts::Snapshot(std::move(parts));
}

Explained explain(const facts::Snapshot& facts, const kube::ObjectRef& object, int port, Timestamp now) {
    Explained explained{.behind = {}, .leads_to = where_it_leads(facts, object, port)};
    const auto chosen = rules::select_rules({}, {});
    if (!chosen) return explained;
    const auto outcome = rules::diagnose(facts, *chosen, now);
    std::vector<const rules::Finding*> about;
    for (const auto& finding : outcome.findings)
        if (is_subject(finding, object.key()) && concerns_port(finding, facts, object, port)) about.push_back(&finding);
    for (const auto* finding : about) add(explained.behind, *finding);
    for (const auto* finding : about)
        for (const auto& cause : finding->caused_by)
            for (const auto& other : outcome.findings)
                if (other.id == cause) add(explained.behind, other);
    return explained;
}

Explained explain_failure(client::ApiClient& client, const kube::ObjectRef& object, int port, Timestamp now, const std::atomic<bool>* interrupted) {
    auto resources = kube::ResourceSet::all();
    resources.remove(kube::Resource::logs);
    resources.remove(kube::Resource::secrets);
    const auto facts = read_around(client, object.namespace_name, resources, interrupted);
    return facts ? explain(*facts, object, port, now) : Explained{};
}

} // namespace kdiag::app
