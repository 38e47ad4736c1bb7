// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/template_patch.hpp"

#include "rules/common/kubectl_patch.hpp"
#include "rules/common/kubectl_words.hpp"
#include "util/format.hpp"

#include <charconv>
#include <vector>

namespace kdiag::rules::waiting {

namespace {

struct Template {
    const kube::PodSpec* spec = nullptr;
    std::string_view path; ///< of the template in the workload
};

template <class T> Template template_in(const RuleContext& context, const kube::ObjectRef& ref) {
    const auto* object = context.facts.find<T>(ref.namespace_name, ref.name);
    return object == nullptr ? Template{} : Template{&object->spec.pod_template.spec, ".spec.template"};
}

Template template_of(const RuleContext& context, const kube::ObjectRef& ref) {
    if (ref.kind == kube::Deployment::k_kind) return template_in<kube::Deployment>(context, ref);
    if (ref.kind == kube::StatefulSet::k_kind) return template_in<kube::StatefulSet>(context, ref);
    if (ref.kind == kube::DaemonSet::k_kind) return template_in<kube::DaemonSet>(context, ref);
    if (ref.kind != kube::CronJob::k_kind) return {}; // a Job's template cannot be changed
    const auto* job = context.facts.find<kube::CronJob>(ref.namespace_name, ref.name);
    return job == nullptr ? Template{} : Template{&job->spec.job_template.spec.pod_template.spec, ".spec.jobTemplate.spec.template"};
}

template <class T> bool same_name_at(const kube::List<T>& one, const kube::List<T>& other, std::size_t index) {
    return index < one.size() && index < other.size() && one[index].name == other[index].name;
}

/// Whether the list entry that a path starts with is the same in both: what an admission plugin adds to a pod may shift the others.
bool same_entry(const kube::PodSpec& pod, const kube::PodSpec& origin, std::string_view path) {
    const auto open = path.find('[');
    if (open == std::string_view::npos) return true;
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(path.data() + open + 1, path.data() + path.size(), index);
    if (error != std::errc() || end == path.data() + path.size() || *end != ']') return false;
    const auto list = path.substr(0, open);
    if (list == ".spec.containers") return same_name_at(pod.containers, origin.containers, index);
    if (list == ".spec.initContainers") return same_name_at(pod.init_containers, origin.init_containers, index);
    if (list == ".spec.volumes") return same_name_at(pod.volumes, origin.volumes, index);
    return false;
}

} // namespace

std::string set_in_template(const RuleContext& context, const kube::Pod& pod, std::string_view path, std::string_view value) {
    const auto top = context.facts.top_owner(pod);
    const auto origin = template_of(context, top);
    if (origin.spec == nullptr || !same_entry(pod.spec, *origin.spec, path)) return edit_template(context, pod);
    return kubectl_replace(top, std::string(origin.path) + std::string(path), value);
}

std::string edit_template(const RuleContext& context, const kube::Pod& pod) {
    const auto top = context.facts.top_owner(pod);
    if (top.kind != kube::Pod::k_kind && top.kind != kube::Job::k_kind)
        return format("{} edit {}", kubectl_in(top.namespace_name), kubectl_name(top));
    return format("{} get {} -o yaml > {}.yaml", kubectl_in(top.namespace_name), kubectl_name(top), shell_quote(top.name));
}

} // namespace kdiag::rules::waiting
