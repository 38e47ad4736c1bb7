// SPDX-License-Identifier: Apache-2.0
#include "app/probe_behind.hpp"

#include "collect/live_reader.hpp"
#include "facts/related.hpp"
#include "rules/engine.hpp"
#include "rules/select.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

constexpr std::size_t k_most_behind = 3;
constexpr Duration k_limit = Duration::seconds(20);

bool is_subject(const rules::Finding& finding, const std::string& key) {
    return finding.subject.key() == key || std::any_of(finding.affected.begin(), finding.affected.end(), [&](const auto& ref) { return ref.key() == key; });
}

/// What a probe of another port or a command says is not about this port.
bool concerns_port(const rules::Finding& finding, int port) {
    if (finding.rule->category != "probe") return true;
    const auto number = std::to_string(port);
    return contains(finding.cause, ":" + number) || contains(finding.cause, "port " + number);
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

std::vector<probe::Behind> findings_behind(client::ApiClient& client, const kube::ObjectRef& object, int port, Timestamp now, const std::atomic<bool>* interrupted) {
    std::vector<probe::Behind> behind;
    auto resources = kube::ResourceSet::all();
    resources.remove(kube::Resource::logs);
    resources.remove(kube::Resource::secrets);
    const auto chosen = rules::select_rules({}, {});
    const auto facts = read_around(client, object.namespace_name, resources, interrupted);
    if (!chosen || !facts) return behind;
    const auto outcome = rules::diagnose(*facts, *chosen, now);
    std::vector<const rules::Finding*> about;
    for (const auto& finding : outcome.findings)
        if (is_subject(finding, object.key()) && (object.kind != "Pod" || concerns_port(finding, port))) about.push_back(&finding);
    for (const auto* finding : about) add(behind, *finding);
    for (const auto* finding : about)
        for (const auto& cause : finding->caused_by)
            for (const auto& other : outcome.findings)
                if (other.id == cause) add(behind, other);
    return behind;
}

} // namespace kdiag::app
