// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/fit_table.hpp"

#include "kube/quantity.hpp"
#include "kube/selector.hpp"
#include "rules/scheduling/node_filters.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/text_width.hpp"

#include <algorithm>
#include <cctype>
#include <map>

namespace kdiag::rules::scheduling {

namespace {

constexpr std::size_t k_most_rows = 12, k_most_labels = 2, k_most_taints = 2, k_name_width = 36, k_cell_width = 44, k_reasons_width = 72;

using Row = std::vector<std::string>;

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return out;
}

std::string_view after_slash(std::string_view key) {
    const auto slash = key.rfind('/');
    return slash == std::string_view::npos ? key : key.substr(slash + 1);
}

std::vector<std::string> aligned(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (widths.size() <= i) widths.push_back(0);
            widths[i] = std::max(widths[i], display_width(row[i]));
        }
    std::vector<std::string> lines;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) line += i + 1 == row.size() ? row[i] : pad_right(row[i], widths[i] + 2);
        lines.push_back(std::string(trim(line)));
    }
    return lines;
}

/// Resources to show: cpu and memory always, the others the pod asks for.
std::vector<std::string_view> resources_of(const kube::Pod& pod) {
    std::vector<std::string_view> resources{"cpu", "memory"};
    for (const auto& [resource, amount] : requests_of(pod.spec))
        if (amount > 0 && resource != "cpu" && resource != "memory") resources.push_back(resource);
    return resources;
}

std::string free_of(const NodeRoom& room, std::string_view resource) {
    if (room.allocatable.empty()) return "?";
    return kube::show_quantity(resource, std::max<std::int64_t>(0, room.free(resource)));
}

std::string taints_of(const kube::Node& node) {
    std::vector<std::string> taints;
    for (const auto& taint : node.spec.taints)
        if (taint.effect == "NoSchedule" || taint.effect == "NoExecute") taints.push_back(show(taint));
    return taints.empty() ? "none" : cut_end(list_some(taints, k_most_taints), k_cell_width, true);
}

std::string verdict(const std::vector<std::string>& reasons) {
    if (reasons.empty()) return "nothing seen that speaks against it";
    return cut_end(format("no: {}", join(reasons, ", ")), k_reasons_width, true);
}

std::vector<std::string> words_of(const NodeFit& fit) {
    std::vector<std::string> words;
    for (const auto& obstacle : fit.obstacles)
        if (std::find(words.begin(), words.end(), obstacle.what) == words.end()) words.push_back(obstacle.what);
    return words;
}

/// As words_of, without the names of single pods, so that nodes with the same reasons meet.
std::vector<std::string> kinds_of(const NodeFit& fit) {
    std::vector<std::string> kinds;
    for (const auto& obstacle : fit.obstacles) {
        const bool names_a_pod = obstacle.constraint == Constraint::host_port || obstacle.constraint == Constraint::pod_anti_affinity ||
                                 obstacle.constraint == Constraint::existing_anti_affinity ||
                                 obstacle.constraint == Constraint::topology_spread;
        std::string kind = names_a_pod ? std::string(to_string(obstacle.constraint)) : obstacle.what;
        if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(std::move(kind));
    }
    return kinds;
}

std::vector<std::string> grouped(const std::vector<NodeFit>& fits) {
    std::map<std::string, std::size_t> groups;
    for (const auto& fit : fits) ++groups[verdict(kinds_of(fit))];
    std::vector<std::pair<std::size_t, std::string>> by_size;
    for (const auto& [words, count] : groups) by_size.emplace_back(count, words);
    std::sort(by_size.begin(), by_size.end(),
              [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
    std::vector<Row> rows{{"NODES", "FITS"}};
    std::size_t rest = 0;
    for (std::size_t i = 0; i < by_size.size(); ++i)
        if (i < k_most_rows)
            rows.push_back({std::to_string(by_size[i].first), by_size[i].second});
        else
            rest += by_size[i].first;
    if (rest > 0) rows.push_back({std::to_string(rest), "no: other sets of these reasons"});
    return aligned(rows);
}

std::string tolerations_line(const kube::PodSpec& spec) {
    std::vector<std::string> words;
    for (const auto& toleration : spec.tolerations) {
        if (toleration.key == "node.kubernetes.io/not-ready" || toleration.key == "node.kubernetes.io/unreachable")
            continue; // every pod has them
        words.push_back(toleration.key.empty()     ? "every taint"
                        : toleration.value.empty() ? std::string(toleration.key)
                                                   : format("{}={}", toleration.key, toleration.value));
    }
    return words.empty() ? "tolerates nothing" : "tolerates " + list_some(words);
}

} // namespace

std::vector<std::string> fit_table(const kube::Pod& pod, const std::vector<NodeFit>& fits) {
    if (fits.size() > k_most_rows) return grouped(fits);
    const auto resources = resources_of(pod);
    const std::size_t labels = std::min(pod.spec.node_selector.size(), k_most_labels);
    Row header{"NODE"};
    for (std::size_t i = 0; i < labels; ++i)
        header.push_back(cut_end(upper(format("{}={}", after_slash(pod.spec.node_selector[i].first), pod.spec.node_selector[i].second)),
                                 k_name_width, true));
    header.push_back("TAINTS");
    for (const auto resource : resources)
        header.push_back((resource == "memory" ? std::string("MEM") : upper(after_slash(resource))) + "-FREE");
    header.push_back("FITS");
    std::vector<Row> rows{header};
    for (const auto& fit : fits) {
        const kube::Node& node = *fit.room->node;
        Row row{cut_middle(node.meta.name, k_name_width, true)};
        for (std::size_t i = 0; i < labels; ++i) {
            const auto& [key, value] = pod.spec.node_selector[i];
            row.push_back(kube::has_key(node.meta.labels, key) && kube::value_of(node.meta.labels, key) == value ? "yes" : "no");
        }
        row.push_back(taints_of(node));
        for (const auto resource : resources) row.push_back(free_of(*fit.room, resource));
        row.push_back(verdict(words_of(fit)));
        rows.push_back(std::move(row));
    }
    return aligned(rows);
}

std::string needs_line(const kube::Pod& pod) {
    std::vector<std::string> needs;
    for (const auto& [resource, amount] : requests_of(pod.spec))
        if (amount > 0) needs.push_back(format("{} {}", resource, kube::show_quantity(resource, amount)));
    if (!pod.spec.node_selector.empty()) needs.push_back("nodeSelector " + kube::show(pod.spec.node_selector));
    if (pod.spec.affinity && pod.spec.affinity->node && pod.spec.affinity->node->required) needs.push_back("a node affinity");
    if (pod.spec.affinity && pod.spec.affinity->pod && !pod.spec.affinity->pod->required.empty()) needs.push_back("a pod affinity");
    if (pod.spec.affinity && pod.spec.affinity->pod_anti && !pod.spec.affinity->pod_anti->required.empty())
        needs.push_back("a pod anti-affinity");
    std::vector<std::string> ports;
    for (const auto& port : host_ports_of(pod.spec)) ports.push_back(std::to_string(port.port));
    if (!ports.empty()) needs.push_back("host port " + list_some(ports));
    if (needs.empty()) needs.push_back("nothing special");
    needs.push_back(tolerations_line(pod.spec));
    return format("{}", join(needs, ", "));
}

} // namespace kdiag::rules::scheduling
