// SPDX-License-Identifier: Apache-2.0
#include "app/rule_command.hpp"

#include "app/rule_page.hpp"
#include "data/json.hpp"
#include "rules/catalog.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <map>
#include <set>

namespace kdiag::app {

namespace {

Result<std::vector<const rules::Rule*>> chosen_rules(const RuleOptions& options) {
    std::vector<const rules::Rule*> chosen;
    std::vector<std::string> names;
    std::set<std::string> categories;
    for (const auto* rule : rules::catalog()) {
        names.emplace_back(rule->info.id);
        names.emplace_back(rule->info.name);
        categories.emplace(rule->info.category);
        if (options.rules.empty() && (options.category.empty() || options.category == rule->info.category)) chosen.push_back(rule);
    }
    if (!options.category.empty() && !categories.contains(options.category)) {
        return Error{.kind = ErrorKind::usage, .message = format("no rule has the category `{}`", options.category),
                     .help = {format("categories: {}", join(categories, ", "))}};
    }
    for (const auto& word : options.rules) {
        const auto* rule = rules::find_rule(word);
        if (rule == nullptr) {
            Error error{.kind = ErrorKind::usage, .message = format("no rule is called `{}`", word)};
            const auto near = nearest(word, names);
            error.help.push_back(near.empty() ? "`kdiag rule` lists them" : format("did you mean {}?", list_some(near)));
            return error;
        }
        chosen.push_back(rule);
    }
    return chosen;
}

void print_list(const std::vector<const rules::Rule*>& rules, std::ostream& out) {
    std::size_t width = 0;
    for (const auto* rule : rules) width = std::max(width, rule->info.name.size());
    for (const auto* rule : rules)
        out << format("{}  {:<{}}  {:<8}  {}{}\n", rule->info.id, rule->info.name, width, to_string(rule->info.severity), rule->info.title,
                      rule->info.best_practice ? " (only with --select best-practice)" : "");
}

/// The API groups and their resources that reading for these rules takes.
void print_role(const std::vector<const rules::Rule*>& rules, std::ostream& out) {
    kube::ResourceSet resources;
    for (const auto* rule : rules) {
        resources.add(rule->info.needs);
        resources.add(rule->info.uses);
    }
    std::map<std::string_view, std::vector<std::string_view>> groups;
    for (const auto& info : kube::resource_table())
        if (resources.has(info.resource) && info.resource != kube::Resource::logs) groups[info.group].push_back(info.plural);
    out << "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: kdiag\nrules:\n";
    for (const auto& [group, plurals] : groups)
        out << format("- apiGroups: [\"{}\"]\n  resources: [{}]\n  verbs: [list, get]\n", group, join(plurals, ", "));
    if (resources.has(kube::Resource::logs)) out << "- apiGroups: [\"\"]\n  resources: [pods/log]\n  verbs: [get]\n";
}

} // namespace

Result<ExitCode> run_rule(const RuleOptions& options, Environment& environment) {
    KD_TRY_ASSIGN(const auto rules, chosen_rules(options));
    if (options.rbac) {
        print_role(rules, environment.out);
    } else if (options.format == "json") {
        auto list = data::Value::array();
        for (const auto* rule : rules) list.push_back(rule_as_value(rule->info));
        auto document = data::Value::object();
        document.set("apiVersion", "kdiag.dev/v1").set("kind", "RuleList").set("items", std::move(list));
        environment.out << data::to_json(document, 2) << '\n';
    } else if (options.format == "markdown") {
        for (const auto* rule : rules) environment.out << rule_as_markdown(rule->info);
    } else if (options.rules.empty()) {
        print_list(rules, environment.out);
    } else {
        for (std::size_t i = 0; i < rules.size(); ++i) environment.out << (i > 0 ? "\n" : "") << rule_as_text(rules[i]->info);
    }
    environment.out.flush();
    return ExitCode::ok;
}

} // namespace kdiag::app
