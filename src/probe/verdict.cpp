// SPDX-License-Identifier: Apache-2.0
#include "probe/verdict.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <vector>

namespace kdiag::probe {

namespace {

constexpr std::size_t k_most_output = 10 * 1024; // maxReadLength of pkg/probe/exec
constexpr int k_most_redirects = 10;

struct SplitUrl {
    std::string_view scheme, authority, path, query;
};

SplitUrl split_url(std::string_view url) {
    SplitUrl parts;
    url = url.substr(0, url.find('#'));
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos && url.substr(0, scheme).find_first_of("/?") == std::string_view::npos) {
        parts.scheme = url.substr(0, scheme);
        url.remove_prefix(scheme + 3);
        const auto end = std::min(url.size(), url.find_first_of("/?"));
        parts.authority = url.substr(0, end);
        url.remove_prefix(end);
    }
    const auto question = url.find('?');
    parts.path = url.substr(0, question);
    if (question != std::string_view::npos) parts.query = url.substr(question);
    return parts;
}

std::string_view host_of(std::string_view url) {
    auto authority = split_url(url).authority;
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
    if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
    return authority.substr(0, authority.rfind(':'));
}

std::string without_dots(std::string_view path) {
    std::vector<std::string_view> kept;
    const auto parts = split(path, '/');
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const bool last = i + 1 == parts.size();
        if (parts[i] == "..") {
            if (!kept.empty()) kept.pop_back();
            if (last) kept.emplace_back();
        } else if (parts[i] != ".") {
            kept.push_back(parts[i]);
        } else if (last) {
            kept.emplace_back();
        }
    }
    std::string out;
    for (const auto part : kept) (out += '/') += part;
    return out.empty() ? "/" : out;
}

/// When the last failure that counts comes, of a program that fails from now on.
std::string when_it_counts(const Settings& settings) {
    const auto most = settings.failure_threshold * settings.period;
    return settings.failure_threshold == 1 ? format("within {}s, at the first failure,", most)
                                           : format("within {}s ({} failures in a row, {}s apart)", most, settings.failure_threshold, settings.period);
}

std::string if_failing(const PodPlan& plan, const PlannedProbe& probe) {
    const auto& settings = probe.settings;
    const auto* container = plan.container(probe.container);
    const bool restarts = probe.sidecar || plan.restart_policy != "Never";
    const std::string end = restarts ? "kills and restarts the container" : "kills the container, which restartPolicy Never leaves ended";
    switch (probe.kind) {
    case Kind::liveness: return format("{} the kubelet {}", when_it_counts(settings), end);
    case Kind::startup: return format("the kubelet {} unless it succeeds once within {}s", end, settings.initial_delay + settings.failure_threshold * settings.period);
    case Kind::readiness: break;
    }
    if (container != nullptr && !container->ready) return "the pod stays out of its Services until it succeeds";
    return format("{} the pod is taken out of its Services; the container is not restarted", when_it_counts(settings));
}

std::string if_unknown(const PodPlan& plan, const PlannedProbe& probe) {
    switch (probe.kind) {
    case Kind::liveness: return "the kubelet throws the result away: this probe never restarts the container, even when it hangs";
    case Kind::startup: return "the kubelet throws the result away: the container never counts as started, so liveness and readiness are never asked";
    case Kind::readiness: break;
    }
    const auto* container = plan.container(probe.container);
    return container != nullptr && container->ready ? "the kubelet throws the result away: the pod stays ready whatever happens"
                                                    : "the kubelet throws the result away: the pod never becomes ready";
}

} // namespace

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
    case Verdict::success: return "success";
    case Verdict::warning: return "warning";
    case Verdict::failure: return "failure";
    case Verdict::unknown: break;
    }
    return "unknown";
}

std::string to_text(Microseconds time) {
    if (time.count < 1000) return "<1ms";
    if (time.count < 1'000'000) return format("{}ms", time.count / 1000);
    return format("{:.2f}s", static_cast<double>(time.count) / 1e6);
}

Outcome judge_status(int status, Microseconds took) {
    if (status >= 200 && status < 300) return {.verdict = Verdict::success, .message = format("status {}", status), .took = took};
    if (status >= 300 && status < 400) return {.verdict = Verdict::warning, .message = format("status {}, which counts as success: the kubelet does not follow it", status), .took = took};
    return {.verdict = Verdict::failure, .message = format("HTTP probe failed with statuscode: {}", status), .took = took};
}

Outcome judge_exit(int code, std::string_view output, Microseconds took) {
    const auto said = trim(output.substr(0, k_most_output));
    if (code == 0) return {.verdict = Verdict::success, .message = std::string(said), .took = took};
    return {.verdict = Verdict::failure, .message = said.empty() ? format("exit code {}, without a word", code) : format("exit code {}: {}", code, said), .took = took};
}

Outcome command_timed_out(const ExecCheck& check, std::int64_t timeout, Microseconds took) {
    return {.verdict = Verdict::failure, .message = format("command timed out: \"{}\" timed out after {}s", join(check.command, " "), timeout), .took = took, .timed_out = true};
}

std::string resolve_reference(std::string_view base, std::string_view reference) {
    const auto from = split_url(base);
    const auto to = split_url(reference);
    if (!to.scheme.empty()) return format("{}://{}{}{}", to_lower(to.scheme), to.authority, to.path.empty() ? "" : without_dots(to.path), to.query);
    reference = reference.substr(0, reference.find('#'));
    if (reference.starts_with("//")) return resolve_reference(base, format("{}:{}", from.scheme, reference));
    const std::string place = format("{}://{}", from.scheme, from.authority);
    if (to.path.starts_with('/')) return place + without_dots(to.path) + std::string(to.query);
    if (to.path.empty()) return format("{}{}{}", place, from.path, to.query.empty() ? from.query : to.query);
    const auto folder = from.path.substr(0, from.path.rfind('/') + 1);
    return place + without_dots(format("{}{}", folder.empty() ? "/" : folder, to.path)) + std::string(to.query);
}

Redirect redirect_of(const std::string& first_url, const std::string& url, int status, std::string_view location, int followed) {
    const bool redirects = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    if (!redirects || location.empty()) return {};
    Redirect redirect{.what = Redirect::What::follow, .url = resolve_reference(url, location)};
    redirect.keep_host = split_url(location).scheme.empty();
    if (host_of(redirect.url) != host_of(first_url)) redirect.what = Redirect::What::elsewhere;
    else if (followed + 1 >= k_most_redirects) redirect.what = Redirect::What::too_many;
    return redirect;
}

std::string consequence(const PodPlan& plan, const PlannedProbe& probe, Verdict verdict) {
    if (verdict == Verdict::unknown) return if_unknown(plan, probe);
    if (verdict == Verdict::failure) return if_failing(plan, probe);
    const auto* container = plan.container(probe.container);
    if (probe.kind == Kind::startup && container != nullptr && !container->started.value_or(false)) return "the container counts as started, and liveness and readiness begin";
    if (probe.kind == Kind::readiness && container != nullptr && !container->ready)
        return probe.settings.success_threshold == 1 ? std::string("the container becomes ready with the kubelet's next success")
                                                     : format("the container becomes ready after {} successes in a row", probe.settings.success_threshold);
    return {};
}

std::string why_idle(const PodPlan& plan, const PlannedProbe& probe) {
    const auto* container = plan.container(probe.container);
    if (container == nullptr || !container->running) return format("the container is not running ({})", container == nullptr ? "not created" : container->state);
    const bool started = container->started.value_or(false);
    if (plan.deleting && probe.kind != Kind::readiness) return "the pod is being deleted, and the kubelet has stopped asking";
    if (probe.kind == Kind::startup && started) return "the container has started, and the kubelet asks no more until it is restarted";
    if (probe.kind != Kind::startup && !started) return "the kubelet asks only after the startup probe has succeeded";
    return {};
}

} // namespace kdiag::probe
