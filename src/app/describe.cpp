// SPDX-License-Identifier: Apache-2.0
#include "app/describe.hpp"

#include "app/progress.hpp"
#include "app/targets.hpp"
#include "data/json.hpp"
#include "data/yaml.hpp"
#include "report/describe/describe.hpp"
#include "rules/select.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

/// A single word that is no TYPE is a NAME: it is looked for among pods, then what owns them, then the rest.
std::vector<kube::ObjectRef> find_by_name(const facts::Snapshot& facts, const std::string& name) {
    using kube::Resource;
    for (const Resource resource : {Resource::pods, Resource::deployments, Resource::statefulsets, Resource::daemonsets, Resource::jobs, Resource::cronjobs, Resource::services, Resource::ingresses,
                                    Resource::persistentvolumeclaims, Resource::configmaps, Resource::nodes}) {
        std::vector<kube::ObjectRef> found;
        facts::with_type_of(resource, [&]<class T>() {
            for (const auto& object : facts.all<T>())
                if (object.meta.name == name) found.push_back(kube::ref_of(object));
        });
        if (!found.empty()) return found;
    }
    return {};
}

bool is_single_name(collect::Source& source, const DescribeOptions& options) {
    return options.targets.size() == 1 && !contains(options.targets[0], "/") && !contains(options.targets[0], ",") && !source.resolve(options.targets[0]);
}

Result<std::vector<kube::ObjectRef>> objects_to_describe(const DescribeOptions& options, collect::Source& source, const facts::Snapshot& facts, const std::vector<Target>& targets) {
    const std::string namespace_name = facts.scope().all_namespaces ? std::string() : facts.scope().namespace_name;
    if (!options.filenames.empty()) return objects_in_manifests(options.filenames, options.recursive, namespace_name);
    if (targets.empty()) {
        auto found = find_by_name(facts, options.targets[0]);
        if (!found.empty()) return found;
        return Error{.kind = ErrorKind::not_found, .message = format("`{}` is no type, and nothing has this name", options.targets[0]), .help = {"write TYPE NAME or TYPE/NAME, as in `kdiag describe pod web-1`"}};
    }
    KD_TRY_ASSIGN(auto refs, find_targets(source, facts, namespace_name, targets));
    if (options.selector.empty()) return refs;
    KD_TRY_ASSIGN(const auto selector, kube::OwnedSelector::parse(options.selector));
    std::vector<std::string> keys;
    for (const auto& ref : find_by_labels(facts, selector)) keys.push_back(ref.key());
    std::erase_if(refs, [&](const auto& ref) { return std::find(keys.begin(), keys.end(), ref.key()) == keys.end(); });
    return refs;
}

/// The object as the API has it; without it the screen goes on with what the snapshot holds.
Result<data::Value> raw_object(collect::Source& source, const kube::ObjectRef& ref) {
    const std::string group(kube::group_of(ref.api_version)), suffix = group.empty() ? "" : "." + group;
    auto type = source.resolve(to_lower(ref.kind) + suffix);
    if (!type) type = source.resolve(to_lower(ref.kind) + "s" + suffix);
    if (!type) return std::move(type).error();
    return source.object(*type, type->namespaced ? ref.namespace_name : std::string(), ref.name);
}

/// What only the screen of this kind asks for, and `kubectl describe` shows as well.
std::vector<data::Value> objects_beside(collect::Source& source, const kube::ObjectRef& ref, std::vector<std::string>& unseen) {
    std::vector<data::Value> beside;
    const auto unread = [&](Error error) {
        if (error.kind != ErrorKind::not_found && error.kind != ErrorKind::usage) unseen.push_back(std::move(error.message));
    };
    if (ref.kind == kube::Node::k_kind) {
        if (const auto type = source.resolve("lease.coordination.k8s.io")) {
            auto lease = source.object(*type, "kube-node-lease", ref.name);
            if (lease) beside.push_back(*std::move(lease));
            else unread(std::move(lease).error());
        }
    } else if (ref.kind == kube::Namespace::k_kind) {
        if (const auto type = source.resolve("limitranges")) {
            auto ranges = source.objects(*type, ref.name, {});
            if (ranges) beside = *std::move(ranges);
            else unread(std::move(ranges).error());
        }
    }
    return beside;
}

/// Several objects get a line each, for which the snapshot is mostly enough.
bool wants_raw(const DescribeOptions& options, const kube::ObjectRef& ref, bool several, bool as_document) {
    return !several || as_document || options.full || !report::is_told_by_snapshot(ref);
}

std::string header(const collect::Identity& identity, const facts::Scope& scope) {
    const std::string where = scope.all_namespaces ? "all namespaces" : "namespace " + scope.namespace_name;
    return identity.kind == "live" ? format("context {}, {}\n\n", identity.context, where) : format("{}, {}\n\n", identity.path, where);
}

/// `describe namespace shop` is about what shop holds, whatever the current namespace is.
std::string only_namespace(const std::vector<Target>& targets) {
    const bool one = targets.size() == 1 && targets[0].type.kind == kube::Namespace::k_kind && targets[0].type.group.empty();
    return one && !contains(targets[0].name, "*") ? targets[0].name : std::string();
}

/// In kubectl's words, on standard error: an empty list is no error.
std::string nothing_found(const facts::Scope& scope) {
    return scope.all_namespaces ? "No resources found\n" : format("No resources found in {} namespace.\n", scope.namespace_name);
}

} // namespace

Result<ExitCode> run_describe(const DescribeOptions& options, Environment& environment) {
    if (options.targets.empty() && options.filenames.empty())
        return Error{.kind = ErrorKind::usage, .message = "nothing is named to describe", .help = {"as in `kdiag describe pod web-1` or `kdiag describe deploy/web`"}};
    const Timestamp started = environment.clock();
    KD_TRY_ASSIGN(auto source, open_source(options.connect, environment));
    std::vector<Target> targets;
    if (!options.targets.empty() && !is_single_name(*source, options)) {
        KD_TRY_ASSIGN(targets, parse_targets(*source, options.targets));
    }
    ProgressLine progress(environment, options.output);
    collect::ReadRequest request;
    request.scope = scope_of(options.connect, options.all_namespaces, *source);
    if (const auto name = only_namespace(targets); !name.empty()) request.scope = {.all_namespaces = false, .namespace_name = name};
    request.any_kind = true;
    request.timeout = options.timeout;
    request.concurrency = options.concurrency;
    request.interrupted = environment.interrupted;
    request.on_progress = [&progress](const collect::Progress& p) { progress.show(p); };
    auto read = source->read(request);
    progress.erase();
    if (!read) return std::move(read).error();
    const facts::Snapshot facts(std::move(*read));
    KD_TRY_ASSIGN(const auto refs, objects_to_describe(options, *source, facts, targets));
    KD_TRY_ASSIGN(const auto rules, rules::select_rules({}, {}));
    const Timestamp now = options.now ? *options.now : source->identity().kind == "live" ? started : facts.newest_time();
    auto outcome = rules::diagnose(facts, rules, now);

    const bool several = refs.size() > 1;
    const auto text = text_options(options.output, environment);
    const bool as_document = options.output.format == Format::json || options.output.format == Format::yaml || options.output.format == Format::jsonl;
    auto documents = data::Value::array();
    const auto identity = source->identity();
    std::string screens = header(identity, facts.scope());
    for (const auto& ref : refs) {
        auto raw = data::Value::object();
        std::vector<std::string> unseen;
        std::vector<data::Value> beside;
        if (wants_raw(options, ref, several, as_document)) {
            auto object = raw_object(*source, ref);
            if (object) raw = *std::move(object);
            else unseen.push_back(std::move(object).error().message);
            beside = objects_beside(*source, ref, unseen);
        }
        auto view = report::make_describe_view(ref, {.facts = facts, .outcome = outcome, .raw = raw, .now = now, .recording = identity.path, .beside = std::move(beside)});
        view.unseen.insert(view.unseen.end(), unseen.begin(), unseen.end());
        view.with_timeline = options.show_events.value_or(!several);
        if (as_document) documents.push_back(report::describe_as_value(view));
        else if (several && !options.full && !options.show_events.value_or(false)) screens += report::render_verdict_line(view, text);
        else screens += report::render_describe(view, text, options.full) + (several ? "\n" : "");
    }
    if (!as_document) {
        if (!refs.empty()) environment.out << screens;
        else environment.err << nothing_found(facts.scope());
        return ExitCode::ok;
    }
    std::erase_if(outcome.findings, [&](const rules::Finding& finding) { return std::none_of(refs.begin(), refs.end(), [&](const auto& ref) { return report::is_about(finding, ref); }); });
    report::Run run{.command = "describe", .started_at = started, .now = now, .targets = options.targets, .fail_on = "never"};
    auto report = report::make_report(run, std::move(outcome), facts);
    report.source = identity.kind;
    report.context = identity.context;
    report.server = identity.server;
    report.duration_ms = (environment.clock() - started).milliseconds;
    auto document = report::report_as_value(report);
    if (refs.size() == 1) document.set("object", documents.as_array().front());
    else document.set("objects", std::move(documents));
    environment.out << (options.output.format == Format::yaml ? data::to_yaml(document) : data::to_json(document, options.output.format == Format::json ? 2 : -1) + "\n");
    return ExitCode::ok;
}

} // namespace kdiag::app
