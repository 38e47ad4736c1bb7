// SPDX-License-Identifier: Apache-2.0
#include "app/forward/forward_target.hpp"

#include "app/pod_choice.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <utility>

namespace kdiag::app {

namespace {

constexpr std::size_t k_warm = 2;
constexpr Duration k_first_pause = Duration{100}, k_longest_pause = Duration::seconds(5);
constexpr Duration k_patience_for_ready = Duration::seconds(10); // then one that only runs will do

/// `2.1s`.
std::string seconds_text(Duration time) {
    return format("{:.1f}s", static_cast<double>(time.milliseconds) / 1000);
}

bool is_usable(const kube::Pod& pod) {
    return pod.status.phase == "Running" && !pod.meta.deleted;
}

} // namespace

ForwardTarget::ForwardTarget(client::ApiClient& client, PodFinder& finder, ForwardWords words, bool follow, Events events)
    : m_client(client), m_finder(finder), m_words(std::move(words)), m_follow(follow), m_events(std::move(events)), m_pause(k_first_pause) {}

ForwardTarget::~ForwardTarget() = default;

Status ForwardTarget::start(Duration pod_running_timeout, const std::atomic<bool>* interrupted) {
    KD_TRY_ASSIGN(m_target, m_finder.find(m_words.name));
    KD_TRY_ASSIGN(const auto found, m_finder.wait_for_pods(m_target, PodFinder::Wanted::running, pod_running_timeout, [this](const std::string& why) { m_events.tell(why + "; waiting"); }));
    const auto* best = best_of(found);
    const auto& pod = best != nullptr ? *best : found.pods().front();
    KD_TRY(check_running(pod));
    KD_TRY(use(found, pod));
    std::optional<Status> possible;
    m_forward->keep_warm(k_warm, [&](Status status) { possible = std::move(status); });
    while (!possible) {
        if (interrupted != nullptr && interrupted->load()) {
            m_forward.reset(); // it knows the local variable
            return Error{.kind = ErrorKind::interrupted, .message = "interrupted"};
        }
        m_client.loop().turn(Duration{200});
    }
    if (!*possible) return std::move(*possible).error();
    watch(found.list.resource_version);
    return {};
}

/// The first that can be used: they come with the best first.
const kube::Pod* ForwardTarget::best_of(const TargetPods& found) const {
    const auto& pods = found.pods();
    const auto best = std::find_if(pods.begin(), pods.end(), is_usable);
    return best == pods.end() ? nullptr : &*best;
}

/// Forwards to a pod from now on. The local ports stay as they are.
Status ForwardTarget::use(const TargetPods& found, const kube::Pod& pod) {
    std::vector<TargetPort> ports;
    for (const auto& spec : m_words.ports) {
        KD_TRY_ASSIGN(auto port, m_target.service ? resolve_service_port(m_target.service->service, found.slices.objects, pod, spec) : resolve_pod_port(pod, spec));
        ports.push_back(std::move(port));
    }
    m_ports = std::move(ports);
    if (!m_pod_uid.empty() && m_pod_uid != pod.meta.uid) m_left.push_back(m_pod_uid);
    m_pod = pod.meta.name;
    m_pod_uid = pod.meta.uid;
    m_forward = std::make_unique<client::PortForward>(m_client, std::string(m_finder.namespace_name()), m_pod);
    return {};
}

/// All pods of the target, or the one that serves now where nothing selects them.
void ForwardTarget::watch(const std::string& resource_version) {
    const bool one = m_target.is_pod() || m_target.label_selector.empty();
    const std::string name = !one ? std::string() : m_target.is_pod() ? m_target.named.name : m_pod;
    m_watch = std::make_unique<PodWatch>(m_client, pod_watch_path(m_finder.namespace_name(), name, m_target.label_selector),
                                         one ? pod_request(m_finder.namespace_name(), name).path : std::string(), one ? std::string() : resource_version,
                                         PodWatch::Events{.on_pod = [this](const kube::Pod& pod) { seen(pod); },
                                                          .on_deleted = [this](const kube::Pod& pod) { deleted(std::string(pod.meta.uid)); },
                                                          .on_listed = [this](const std::vector<kube::Pod>& pods) {
                                                              auto used = m_left;
                                                              used.push_back(m_pod_uid);
                                                              for (const auto& uid : used)
                                                                  if (std::none_of(pods.begin(), pods.end(), [&](const auto& pod) { return pod.meta.uid == uid; })) deleted(uid);
                                                          }});
}

void ForwardTarget::deleted(const std::string& uid) {
    if (uid == m_pod_uid)
        gone("is gone");
    else if (std::erase(m_left, uid) == 0)
        return; // never used
    m_events.on_deleted(uid);
}

void ForwardTarget::seen(const kube::Pod& pod) {
    if (pod.meta.uid != m_pod_uid) {
        if (!m_forward && is_usable(pod)) m_next_look = {}; // perhaps the one that is waited for
        if (m_better_wanted && is_usable(pod) && is_ready(pod)) m_next_look = {};
        return;
    }
    if (pod.meta.deleted) return gone("is going away");
    if (pod.status.phase != "Running") return gone(pod.status.phase == "Pending" ? "does not run" : "has ended");
    m_better_wanted = !is_pod() && !is_ready(pod);
}

/// Connections that stand go on as long as the pod lets them; new ones wait for another pod.
void ForwardTarget::gone(std::string_view how) {
    if (!m_forward) return;
    m_events.tell(format("pod {} {}", m_pod, how));
    m_forward.reset();
    m_better_wanted = m_doubted = false;
    m_lost_at = now_utc();
    m_next_look = {};
    m_pause = k_first_pause;
}

/// A kubelet that has just started says so of pods that are well, too: the API server decides.
void ForwardTarget::doubt() {
    m_doubted = m_forward != nullptr;
}

/// The pods as they are now; nothing: none, or they cannot be asked for at the moment.
Result<std::optional<TargetPods>> ForwardTarget::look() {
    if (!m_target.is_pod()) {
        if (auto target = m_finder.find(m_words.name)) { // a Service may select others by now
            const bool others = target->label_selector != m_target.label_selector;
            m_target = *std::move(target);
            if (others) watch({});
        }
        auto found = m_finder.pods(m_target);
        if (found) return std::optional(*std::move(found));
        if (found.error().kind == ErrorKind::interrupted) return std::move(found).error();
        return std::optional<TargetPods>();
    }
    const auto request = pod_request(m_finder.namespace_name(), m_target.named.name); // asked for often: no near names for one that is absent
    KD_TRY_ASSIGN(const auto answers, m_client.get_all({request}, {.deadline = now_utc() + Duration::seconds(30)}));
    if (answers[0].error) return std::optional<TargetPods>();
    auto list = read_objects<kube::Pod>(answers[0].body, request.doing);
    if (!list) return std::optional<TargetPods>();
    return std::optional(TargetPods{.list = *std::move(list), .slices = {}});
}

Status ForwardTarget::tend() {
    if (!m_follow && !m_forward) return Error{.kind = ErrorKind::gone, .message = format("pod {} is gone", m_pod), .help = {"without --reconnect=false another pod takes its place"}};
    if ((m_forward && !m_better_wanted && !m_doubted) || now_utc() < m_next_look) return {};
    auto found = look();
    m_pause = std::min(Duration{m_pause.milliseconds * 2}, k_longest_pause);
    m_next_look = now_utc() + m_pause;
    if (!found) return found.error().kind == ErrorKind::interrupted ? Status(std::move(found).error()) : Status();
    if (!*found) return {};
    const auto& pods = (*found)->pods();
    if (std::exchange(m_doubted, false) && std::none_of(pods.begin(), pods.end(), [&](const auto& pod) { return pod.meta.uid == m_pod_uid && is_usable(pod); })) {
        gone("is gone");
        if (!m_follow) return tend();
    }
    if (m_forward && !m_better_wanted) return {};
    const auto* pod = best_of(**found);
    if (pod == nullptr || (m_forward && pod->meta.uid == m_pod_uid)) return {};
    if (!is_pod() && !is_ready(*pod) && (m_forward || now_utc() - m_lost_at < k_patience_for_ready)) return {};
    const bool was_lost = !m_forward;
    if (auto status = use(**found, *pod); !status) {
        m_events.tell(status.error().message);
        return {};
    }
    m_forward->keep_warm(k_warm);
    m_pause = k_first_pause;
    m_better_wanted = false;
    m_events.tell(was_lost ? format("now using {}, {} without a pod", m_pod, seconds_text(now_utc() - m_lost_at)) : format("now using {}, which is ready", m_pod));
    if (!m_target.is_pod() && m_target.label_selector.empty()) watch({});
    m_events.on_pod();
    return {};
}

Error ForwardTarget::no_pod() const {
    return {.kind = ErrorKind::network, .message = format("no pod is ready behind {} for {}", display(), seconds_text(now_utc() - m_lost_at))};
}

} // namespace kdiag::app
