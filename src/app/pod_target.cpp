// SPDX-License-Identifier: Apache-2.0
#include "app/pod_target.hpp"

#include "app/pod_choice.hpp"
#include "app/pod_watch.hpp"
#include "data/json.hpp"
#include "kube/workload.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

/// More pods than these are not asked for one by one.
constexpr std::size_t k_most_named_pods = 20;
constexpr Duration k_turn{200}; // a signal ends a turn, but may also come just before one
constexpr Duration k_between_looks{500}, k_look_again = Duration::seconds(10), k_gather{50};

Error not_a_name(std::string_view word) {
    return {.kind = ErrorKind::usage, .message = format("`{}` is not TYPE/NAME", word), .help = {"an object is written as in deployment/web, or web-1 for a pod"}};
}

Error no_pods_behind(const kube::ObjectRef& named) {
    return {.kind = ErrorKind::usage, .message = format("{} has no pods behind it", named.display()), .help = {"name a pod, a workload or a Service"}};
}

std::string requirement_text(const data::Value& requirement) {
    const auto key = requirement["key"].as_string(), op = requirement["operator"].as_string();
    std::vector<std::string_view> values;
    for (const auto& value : requirement["values"].as_array()) values.push_back(value.as_string());
    if (op == "Exists") return std::string(key);
    if (op == "DoesNotExist") return format("!{}", key);
    return format("{} {} ({})", key, to_lower(op), join(values, ","));
}

void append(std::string& text, const std::string& part) {
    text += (text.empty() ? "" : ",") + part;
}

std::string pairs_text(const data::Value& pairs) {
    std::string text;
    for (const auto& [key, value] : pairs.as_object()) append(text, format("{}={}", key, value.as_string()));
    return text;
}

/// Of a Deployment's ReplicaSets the one that makes its newest revision.
std::string newest_replicaset(const data::Value& list, const std::string& deployment_uid) {
    std::string uid;
    std::int64_t newest = -1;
    for (const auto& item : list["items"].as_array()) {
        const auto& meta = item["metadata"];
        const auto& owners = meta["ownerReferences"].as_array();
        const bool owned = std::any_of(owners.begin(), owners.end(), [&](const auto& owner) { return owner["uid"].as_string() == deployment_uid; });
        const std::string revision(meta.at("annotations", "deployment.kubernetes.io/revision").as_string());
        const auto number = revision.empty() || revision.size() > 18 || revision.find_first_not_of("0123456789") != std::string::npos ? 0 : std::stoll(revision);
        if (!owned || number <= newest) continue;
        newest = number;
        uid = meta["uid"].as_string();
    }
    return uid;
}

/// The pods that endpoints point to, each once.
std::vector<std::string> pods_of(const std::vector<kube::EndpointSlice>& slices) {
    std::vector<std::string> names;
    for (const auto& slice : slices)
        for (const auto& endpoint : slice.endpoints)
            if (endpoint.target_ref && endpoint.target_ref->kind == "Pod" && std::find(names.begin(), names.end(), endpoint.target_ref->name) == names.end())
                names.emplace_back(endpoint.target_ref->name);
    return names;
}

bool has_ended(const kube::Pod& pod) {
    return pod.status.phase == "Succeeded" || pod.status.phase == "Failed";
}

/// What waiting would be for, or why it was in vain.
Error not_there(const PodTarget& target, const TargetPods& found, const std::string& namespace_name) {
    if (!found.pods().empty()) {
        auto running = check_running(found.pods().front());
        if (!running) return std::move(running).error();
    }
    Error error{.kind = ErrorKind::not_found, .message = format("no pod is behind {} in namespace {}", target.named.display(), namespace_name)};
    if (!target.label_selector.empty()) error.notes.push_back(format("its selector is {}", target.label_selector));
    error.help.push_back(format("the cause: kdiag diagnose {}/{} -n {}", to_lower(target.named.kind), shell_quote(target.named.name), shell_quote(namespace_name)));
    return error;
}

} // namespace

Result<TargetName> parse_target_name(const std::vector<std::string>& words) {
    if (words.empty() || words.size() > 2)
        return Error{.kind = ErrorKind::usage, .message = words.empty() ? "no pod is named" : format("`{}` is one name too many", words[2]),
                     .help = {"name a pod, or TYPE/NAME as in deployment/web"}};
    for (const auto& word : words) {
        const auto parts = split(word, '/');
        if (parts.size() > (words.size() == 1 ? 2u : 1u) || std::any_of(parts.begin(), parts.end(), [](auto part) { return part.empty(); })) return not_a_name(word);
    }
    if (words.size() == 2) return TargetName{.type = words[0], .name = words[1]};
    const auto parts = split(words[0], '/');
    if (parts.size() == 1) return TargetName{.name = words[0]};
    return TargetName{.type = std::string(parts[0]), .name = std::string(parts[1])};
}

std::optional<std::string> pod_selector_of(const data::Value& object) {
    const auto& selector = object.at("spec", "selector");
    const auto& written = selector.is_string() ? selector : object.at("status", "selector");
    if (!selector.is_object()) return written.as_string().empty() ? std::nullopt : std::optional(std::string(written.as_string()));
    const bool structured = selector["matchLabels"].is_object() || selector["matchExpressions"].is_array();
    std::string text = pairs_text(structured ? selector["matchLabels"] : selector);
    for (const auto& requirement : selector["matchExpressions"].as_array()) append(text, requirement_text(requirement));
    return text.empty() ? std::nullopt : std::optional(text);
}

PodFinder::PodFinder(client::ApiClient& client, std::string namespace_name, const std::atomic<bool>* interrupted)
    : m_client(client), m_namespace(namespace_name.empty() ? client.config().namespace_name : std::move(namespace_name)), m_interrupted(interrupted), m_lookup(client) {
    if (m_namespace.empty()) m_namespace = "default";
}

net::RunLimits PodFinder::limits() const {
    return {.deadline = now_utc() + Duration::minutes(1), .interrupted = m_interrupted};
}

Result<data::Value> PodFinder::object(const collect::ResourceType& type, const std::string& name) {
    const std::string where = type.namespaced ? m_namespace : std::string();
    auto object = m_client.get_json({.path = format("{}/{}", collect::collection_path(type, where), client::escape(name)), .doing = format("get {} {}", type.singular, name)});
    if (!object && object.error().kind == ErrorKind::not_found) return collect::no_such_object(m_client, type, m_namespace, name);
    return object;
}

Result<PodTarget> PodFinder::find(const TargetName& name) {
    KD_TRY_ASSIGN(const auto type, m_lookup.resolve(name.type));
    PodTarget target{.named = {.kind = type.kind, .namespace_name = m_namespace, .name = name.name, .api_version = type.api_version()}, .label_selector = {}, .service = {}};
    if (target.is_pod() && type.group.empty()) return target; // its own GET tells the rest
    KD_TRY_ASSIGN(const auto found, object(type, name.name));
    target.named.uid = found.at("metadata", "uid").as_string();
    if (type.kind == "CronJob" && type.group == "batch") return find_job_of(std::move(target));
    const auto selector = pod_selector_of(found);
    const bool is_service = type.kind == kube::Service::k_kind && type.group.empty();
    if (!selector && !is_service) return no_pods_behind(target.named);
    target.label_selector = selector.value_or("");
    if (is_service) {
        KD_TRY_ASSIGN(auto services, read_objects<kube::Service>(data::to_json(found), format("get service {}", name.name)));
        if (services.objects.empty()) return no_pods_behind(target.named);
        target.service = std::make_shared<ServiceTarget>(ServiceTarget{.texts = std::move(services.texts), .service = std::move(services.objects.front())});
    }
    return target;
}

/// The pods of a CronJob are those of the Job that it made last.
Result<PodTarget> PodFinder::find_job_of(PodTarget cron_job) {
    KD_TRY_ASSIGN(const auto jobs, m_client.get_items({.path = format("/apis/batch/v1/namespaces/{}/jobs", client::escape(m_namespace)), .doing = format("list jobs in namespace {}", m_namespace)}));
    const data::Value* newest = nullptr;
    for (const auto& job : jobs) {
        const auto& owners = job.at("metadata", "ownerReferences").as_array();
        if (std::none_of(owners.begin(), owners.end(), [&](const auto& owner) { return owner["uid"].as_string() == cron_job.named.uid; })) continue;
        const auto created = [](const data::Value& object) { return object.at("metadata", "creationTimestamp").as_string(); }; // RFC 3339 in UTC sorts as text
        if (newest == nullptr || created(job) > created(*newest)) newest = &job;
    }
    const auto selector = newest == nullptr ? std::nullopt : pod_selector_of(*newest);
    if (!selector)
        return Error{.kind = ErrorKind::not_found, .message = format("{} has no Job yet, and so no pod", cron_job.named.display()),
                     .help = {format("the cause: kdiag diagnose cronjob/{} -n {}", shell_quote(cron_job.named.name), shell_quote(m_namespace))}};
    cron_job.label_selector = *selector;
    return cron_job;
}

Result<TargetPods> PodFinder::pods(const PodTarget& target) {
    if (target.is_pod()) return named_pods(target);
    if (target.is_alias()) return no_pods_behind(target.named).with_note(format("it is an alias of {}", target.service->service.spec.external_name));
    return target.label_selector.empty() ? pods_in_slices(target) : selected_pods(target);
}

Result<TargetPods> PodFinder::named_pods(const PodTarget& target) {
    const auto request = pod_request(m_namespace, target.named.name);
    KD_TRY_ASSIGN(auto answers, m_client.get_all({request}, limits()));
    if (answers[0].error && answers[0].status == 404) {
        KD_TRY_ASSIGN(const auto type, m_lookup.resolve("pods"));
        return collect::no_such_object(m_client, type, m_namespace, target.named.name);
    }
    if (answers[0].error) return std::move(*answers[0].error);
    TargetPods found;
    KD_TRY_ASSIGN(found.list, read_objects<kube::Pod>(answers[0].body, request.doing));
    return found;
}

Result<TargetPods> PodFinder::selected_pods(const PodTarget& target) {
    std::vector<client::ApiRequest> requests = {pod_list_request(m_namespace, target.label_selector)};
    const bool has_revisions = target.named.kind == kube::Deployment::k_kind && target.named.api_version == "apps/v1";
    if (has_revisions)
        requests.push_back({.path = format("/apis/apps/v1/namespaces/{}/replicasets?labelSelector={}", client::escape(m_namespace), client::escape(target.label_selector)),
                            .doing = format("list replicasets in namespace {}", m_namespace)});
    KD_TRY_ASSIGN(auto answers, m_client.get_all(requests, limits()));
    if (answers[0].error) return std::move(*answers[0].error);
    TargetPods found;
    KD_TRY_ASSIGN(found.list, read_objects<kube::Pod>(answers[0].body, requests[0].doing));
    std::string newest;
    if (has_revisions && !answers[1].error)
        if (const auto replicasets = data::parse_json(answers[1].body)) newest = newest_replicaset(*replicasets, target.named.uid);
    rank_pods(found.list.objects, newest);
    return found;
}

Result<TargetPods> PodFinder::pods_in_slices(const PodTarget& target) {
    const client::ApiRequest request{.path = format("/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices?labelSelector={}", client::escape(m_namespace),
                                                    client::escape("kubernetes.io/service-name=" + target.named.name)),
                                     .doing = format("list endpointslices in namespace {}", m_namespace)};
    KD_TRY_ASSIGN(auto answers, m_client.get_all({request}, limits()));
    if (answers[0].error) return std::move(*answers[0].error);
    TargetPods found;
    KD_TRY_ASSIGN(found.slices, read_objects<kube::EndpointSlice>(answers[0].body, request.doing));
    auto names = pods_of(found.slices.objects);
    if (names.empty() && !found.slices.objects.empty())
        return no_pods_behind(target.named).with_note("it has no selector, and its EndpointSlices name addresses, not pods");
    if (names.size() > k_most_named_pods) names.resize(k_most_named_pods);
    std::vector<client::ApiRequest> requests;
    for (const auto& name : names) requests.push_back(pod_request(m_namespace, name));
    KD_TRY_ASSIGN(auto pod_answers, m_client.get_all(requests, limits()));
    for (auto& answer : pod_answers) {
        if (answer.status == 404) continue; // gone since
        if (answer.error) return std::move(*answer.error);
        KD_TRY_ASSIGN(auto one, read_objects<kube::Pod>(answer.body, "get pod"));
        found.list.texts.adopt(std::move(one.texts));
        for (auto& pod : one.objects) found.list.objects.push_back(std::move(pod));
    }
    rank_pods(found.list.objects);
    return found;
}

/// Turns the loop until the watch has seen a change, or at most so long.
Status PodFinder::await_change(const bool& changed, Duration longest) {
    auto& loop = m_client.loop();
    bool over = false;
    const auto timer = loop.after(longest, [&] { over = true; });
    const auto is_interrupted = [this] { return m_interrupted != nullptr && m_interrupted->load(); };
    while (!over && !changed && !is_interrupted()) loop.turn(k_turn);
    loop.cancel(timer);
    if (is_interrupted()) return Error{.kind = ErrorKind::interrupted, .message = "interrupted"};
    return {};
}

std::unique_ptr<PodWatch> PodFinder::watch(const PodTarget& target, const TargetPods& found, std::function<void()> on_change) {
    if (!target.is_pod() && target.label_selector.empty()) return nullptr; // what EndpointSlices name is asked for again instead
    return std::make_unique<PodWatch>(m_client, pod_watch_path(m_namespace, target.is_pod() ? target.named.name : std::string(), target.label_selector),
                                      target.is_pod() ? pod_request(m_namespace, target.named.name).path : std::string(), target.is_pod() ? std::string("0") : found.list.resource_version,
                                      PodWatch::Events{.on_pod = [on_change](const kube::Pod&) { on_change(); }, .on_deleted = [on_change](const kube::Pod&) { on_change(); },
                                                       .on_listed = [on_change](const std::vector<kube::Pod>&) { on_change(); }});
}

Result<TargetPods> PodFinder::wait_for_pods(const PodTarget& target, Wanted wanted, Duration timeout, const std::function<void(const std::string&)>& on_wait) {
    return wait_for_pods(target, [wanted](const kube::Pod& pod) { return wanted == Wanted::any_phase || pod.status.phase == "Running"; }, timeout, on_wait);
}

Result<TargetPods> PodFinder::wait_for_pods(const PodTarget& target, const std::function<bool(const kube::Pod&)>& is_wanted, Duration timeout,
                                            const std::function<void(const std::string&)>& on_wait) {
    const Timestamp deadline = now_utc() + timeout;
    bool told = false, changed = false;
    std::unique_ptr<PodWatch> watching;
    for (;;) {
        changed = false;
        KD_TRY_ASSIGN(auto found, pods(target));
        const auto& all = found.pods();
        if (!all.empty() && is_wanted(all.front())) return found; // one that runs ranks first
        // What has ended stays ended, but a controller other than a Job makes another pod in its place.
        const bool no_more = target.is_pod() || target.named.kind == "Job" || target.named.kind == "CronJob";
        auto why = not_there(target, found, m_namespace);
        if ((no_more && !all.empty() && std::all_of(all.begin(), all.end(), has_ended)) || now_utc() >= deadline) {
            if (timeout.milliseconds > 0 && now_utc() >= deadline) {
                why.kind = ErrorKind::timeout;
                why.notes.push_back(format("waited {} (--pod-running-timeout)", to_age(timeout)));
            }
            return why;
        }
        if (!std::exchange(told, true) && on_wait) on_wait(why.notes.empty() ? why.message : format("{}: {}", why.message, why.notes.front()));
        if (!watching) watching = watch(target, found, [&changed] { changed = true; });
        const auto left = deadline - now_utc();
        KD_TRY(await_change(changed, std::min(left, watching ? k_look_again : k_between_looks)));
        if (changed) KD_TRY(await_change(false, std::min(left, k_gather))); // changes come in twos and threes
    }
}

} // namespace kdiag::app
