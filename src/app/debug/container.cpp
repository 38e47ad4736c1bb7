// SPDX-License-Identifier: Apache-2.0
#include "app/debug/container.hpp"

#include "data/json.hpp"
#include "rules/waiting/image_name.hpp"
#include "util/format.hpp"
#include "util/regex.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>

namespace kdiag::app::debug {

namespace {

using data::Value;

constexpr std::string_view k_name = "kdiag-dbg";
constexpr std::array<const char*, 3> k_lists = {"containers", "initContainers", "ephemeralContainers"};
constexpr std::size_t k_longest_name = 63;

Value texts(const std::vector<std::string>& words) {
    auto array = Value::array();
    for (const auto& word : words) array.push_back(word);
    return array;
}

void set_command(const ContainerWish& wish, Value& container) {
    if (wish.command.empty()) return;
    container.set(wish.command_is_arguments ? "args" : "command", texts(wish.command));
    if (!wish.command_is_arguments) container.remove("args");
}

/// What every debug container is made of, without its rights.
void fill(const ContainerWish& wish, Value& container) {
    if (!wish.image.empty()) container.set("image", wish.image);
    if (!wish.pull_policy.empty()) container.set("imagePullPolicy", wish.pull_policy);
    set_command(wish, container);
    if (!wish.env.empty()) {
        auto env = Value::array();
        for (const auto& [name, value] : wish.env) env.push_back(Value::object().set("name", name).set("value", value));
        container.set("env", std::move(env));
    }
    if (wish.stdin_open) container.set("stdin", true);
    if (wish.stdin_open && !wish.tty) container.set("stdinOnce", true); // else the program would never see the end of what is piped in
    if (wish.tty) container.set("tty", true);
}

/// The member that tells the elements of a list of a container apart in a strategic merge (core/v1 patchMergeKey).
std::string_view merge_key(std::string_view list) {
    if (list == "env") return "name";
    if (list == "volumeMounts") return "mountPath";
    if (list == "ports") return "containerPort";
    return {};
}

void lay_over(Value& base, const Value& custom);

void lay_over_list(Value& base, const Value& custom, std::string_view key) {
    for (const auto& element : custom.as_array()) {
        auto& elements = base.make_array();
        const auto same = std::find_if(elements.begin(), elements.end(), [&](const Value& other) { return other[key] == element[key]; });
        if (same == elements.end())
            elements.push_back(element);
        else
            lay_over(*same, element);
    }
}

/// A strategic merge patch as far as containers need it.
void lay_over(Value& base, const Value& custom) {
    for (const auto& [name, value] : custom.as_object()) {
        if (value.is_null())
            base.remove(name);
        else if (value.is_object())
            lay_over(base.member(name), value);
        else if (const auto key = merge_key(name); value.is_array() && !key.empty())
            lay_over_list(base.member(name), value, key);
        else
            base.set(name, value);
    }
}

Value* container_named(Value& pod, std::string_view name) {
    for (auto& container : pod.member("spec").member("containers").make_array())
        if (container["name"].as_string() == name) return &container;
    return nullptr;
}

/// Whether two values say the same: the API server orders members in its own way.
bool is_same(const Value& a, const Value& b) {
    if (a.is_array() && b.is_array()) return std::equal(a.as_array().begin(), a.as_array().end(), b.as_array().begin(), b.as_array().end(), is_same);
    if (!a.is_object() || !b.is_object()) return a == b;
    return a.as_object().size() == b.as_object().size() &&
           std::all_of(a.as_object().begin(), a.as_object().end(), [&](const auto& member) { return b.find(member.first) != nullptr && is_same(member.second, b[member.first]); });
}

bool runs(const Value& pod, std::string_view name) {
    for (const auto& status : pod.at("status", "ephemeralContainerStatuses").as_array())
        if (status["name"].as_string() == name) return status["state"].find("running") != nullptr;
    return false;
}

} // namespace

std::vector<std::string> names_in(const Value& pod) {
    std::vector<std::string> names;
    for (const char* list : k_lists)
        for (const auto& container : pod.at("spec", list).as_array()) names.emplace_back(container["name"].as_string());
    return names;
}

std::string free_name(const Value& pod) {
    const auto taken = names_in(pod);
    std::string name(k_name);
    for (int number = 2; std::find(taken.begin(), taken.end(), name) != taken.end(); ++number) name = format("{}-{}", k_name, number);
    return name;
}

bool is_ours(std::string_view name) {
    return name == k_name || name.starts_with(format("{}-", k_name));
}

std::optional<std::int64_t> user_of(const Value& pod, const std::string& container) {
    const auto* user = &pod.at("spec", "securityContext", "runAsUser");
    for (const auto& candidate : pod.at("spec", "containers").as_array())
        if (candidate["name"].as_string() == container && candidate.at("securityContext", "runAsUser").is_integer()) user = &candidate.at("securityContext", "runAsUser");
    if (!user->is_integer() || user->as_integer() <= 0) return std::nullopt;
    return user->as_integer();
}

Value ephemeral_container(const ContainerWish& wish, Profile profile, const std::string& target, const Value& pod) {
    auto container = Value::object().set("name", wish.name.empty() ? free_name(pod) : wish.name);
    fill(wish, container);
    container.set("terminationMessagePolicy", "File");
    if (!target.empty()) container.set("targetContainerName", target);
    apply_to_container(profile, container, user_of(pod, target));
    lay_over(container, wish.custom);
    return container;
}

std::string merge_patch(const Value& container) {
    return data::to_json(Value::object().set("spec", Value::object().set("ephemeralContainers", Value::Array{container})));
}

std::string json_patch(const Value& container) {
    return data::to_json(Value(Value::Array{Value::object().set("op", "add").set("path", "/ephemeralContainers/-").set("value", container)}));
}

std::string reusable_container(const ContainerWish& wish, const Value& wanted, const Value& pod) {
    for (const auto& container : pod.at("spec", "ephemeralContainers").as_array()) {
        const auto name = container["name"].as_string();
        if (!runs(pod, name)) continue;
        if (!wish.name.empty()) {
            if (name == wish.name) return std::string(name);
            continue;
        }
        const auto same = [&](std::string_view member) { return is_same(container[member], wanted[member]); };
        constexpr std::array<std::string_view, 8> members = {"image", "targetContainerName", "stdin", "tty", "securityContext", "command", "args", "env"};
        if (is_ours(name) && std::all_of(members.begin(), members.end(), same)) return std::string(name);
    }
    return {};
}

Result<Copy> copy_of(const Value& pod, const CopyWish& copy, const ContainerWish& wish, Profile profile) {
    Copy made;
    auto metadata = Value::object().set("name", copy.name).set("namespace", pod.at("metadata", "namespace"));
    for (const char* kept : {"labels", "annotations"})
        if (!pod.at("metadata", kept).is_null()) metadata.set(kept, pod.at("metadata", kept));
    made.pod = Value::object().set("apiVersion", "v1").set("kind", "Pod").set("metadata", std::move(metadata)).set("spec", pod["spec"]);
    auto& spec = made.pod.member("spec");
    spec.remove("ephemeralContainers");
    if (!copy.same_node) spec.remove("nodeName");
    if (copy.share_processes) spec.set("shareProcessNamespace", *copy.share_processes);
    for (const auto& [container, image] : copy.images)
        if (container != "*" && container_named(made.pod, container) == nullptr)
            return Error{.kind = ErrorKind::not_found, .message = format("the pod has no container `{}` (--set-image)", container),
                         .help = {format("containers: {}", list_some(names_in(pod), 10))}};
    for (auto& container : spec.member("containers").make_array()) {
        auto image = copy.images.find(std::string(container["name"].as_string()));
        if (image == copy.images.end()) image = copy.images.find("*");
        if (image != copy.images.end()) container.set("image", image->second);
    }

    Value* changed = wish.name.empty() ? nullptr : container_named(made.pod, wish.name);
    if (changed == nullptr && wish.image.empty()) {
        if (copy.images.empty() || !wish.command.empty())
            return Error{.kind = ErrorKind::usage, .message = "the new container of the copy needs an image", .help = {"add --image, or name a container that is there with -c"}};
    } else {
        made.container = changed != nullptr ? wish.name : wish.name.empty() ? free_name(made.pod) : wish.name;
        if (changed == nullptr) {
            auto& containers = spec.member("containers").make_array();
            containers.push_back(Value::object().set("name", made.container).set("terminationMessagePolicy", "File"));
            changed = &containers.back();
        }
        changed->remove("stdin");
        changed->remove("tty");
        fill(wish, *changed);
        apply_to_container(profile, *changed, user_of(pod, made.container));
        lay_over(*changed, wish.custom);
    }
    apply_to_copy(profile, made.pod, copy.kept);
    return made;
}

Value node_pod(const std::string& node, const std::string& suffix, const ContainerWish& wish, Profile profile) {
    auto container = Value::object().set("name", wish.name.empty() ? std::string("debugger") : wish.name);
    fill(wish, container);
    container.set("terminationMessagePolicy", "File");
    const std::string prefix = "node-debugger-";
    const auto room = k_longest_name - prefix.size() - suffix.size() - 1;
    const auto name = format("{}{}-{}", prefix, node.substr(0, room), suffix);
    auto pod = Value::object().set("apiVersion", "v1").set("kind", "Pod");
    pod.set("metadata", Value::object().set("name", name).set("labels", Value::object().set("app.kubernetes.io/managed-by", "kdiag-debug")));
    apply_to_container(profile, container, std::nullopt);
    pod.set("spec", Value::object()
                        .set("containers", Value::Array{std::move(container)})
                        .set("nodeName", node)
                        .set("restartPolicy", "Never")
                        .set("terminationGracePeriodSeconds", 1)
                        .set("tolerations", Value::Array{Value::object().set("operator", "Exists")}));
    apply_to_node_pod(profile, pod);
    lay_over(pod.member("spec").member("containers").make_array().front(), wish.custom);
    return pod;
}

Status check_image(const std::string& image) {
    // distribution/reference, ReferenceRegexp
    static const Regex reference(R"(^(([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(:[0-9]+)?/)?)"
                                 R"([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*(:\w[\w.-]{0,127})?(@[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$)",
                                 false);
    if (image.empty() || reference.found_in(image)) return {};
    return Error{.kind = ErrorKind::usage, .message = format("`{}` is no name of an image: {}", image, rules::waiting::invalid_name_reason(image, {})),
                 .help = {"an image is written as in busybox:stable or registry.example.com/team/tools:1"}};
}

Status check_custom(const Value& custom) {
    if (!custom.is_object())
        return Error{.kind = ErrorKind::usage, .message = "--custom holds no container", .help = {"it is a file with parts of a container, such as `securityContext: {runAsUser: 0}`"}};
    for (const char* fixed : {"name", "command", "image", "lifecycle", "volumeDevices"})
        if (custom.find(fixed) != nullptr)
            return Error{.kind = ErrorKind::usage, .message = format("--custom may not set `{}`", fixed),
                         .help = {"name, command and image have flags of their own; lifecycle and volumeDevices cannot be set"}};
    return {};
}

} // namespace kdiag::app::debug
