// SPDX-License-Identifier: Apache-2.0
#include "report/describe/kinds.hpp"

#include "data/json.hpp"
#include "report/describe/relations.hpp"
#include "report/redact.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <array>

namespace kdiag::report {

namespace {

using data::Value;

/// A scalar as people write it; anything deeper as compact JSON.
std::string scalar(const Value& value) {
    if (value.is_null()) return {};
    return value.is_string() ? std::string(value.as_string()) : data::to_json(value);
}

void put(DescribeSection& section, std::string label, std::string text) {
    redact_credentials(text);
    if (!text.empty()) section.lines.push_back({std::move(label), std::move(text)});
}

std::string words_of_command(const Value& list) {
    std::string text;
    for (const auto& word : list.as_array()) text += (text.empty() ? "" : " ") + shell_quote(word.as_string());
    return text;
}

std::string pairs(const Value& map) {
    std::vector<std::string> list;
    for (const auto& [key, value] : map.as_object()) list.push_back(format("{} {}", key, scalar(value)));
    return comma_list(list, 16);
}

std::string ports_of(const Value& container) {
    std::vector<std::string> ports;
    for (const auto& port : container["ports"].as_array()) {
        std::string text = format("{}/{}", scalar(port["containerPort"]), port["protocol"].is_null() ? "TCP" : port["protocol"].as_string());
        if (!port["name"].is_null()) text += format(" ({})", port["name"].as_string());
        if (port["hostPort"].as_integer() > 0) text += format(", host port {}", port["hostPort"].as_integer());
        ports.push_back(std::move(text));
    }
    return comma_list(ports, 16);
}

std::string state_of(const Value& state) {
    if (const auto& running = state["running"]; running.is_object()) return format("running since {}", running["startedAt"].as_string());
    if (const auto& end = state["terminated"]; end.is_object())
        return format("terminated, {}, exit code {}, {} to {}{}{}", end["reason"].as_string(), scalar(end["exitCode"]), end["startedAt"].as_string(), end["finishedAt"].as_string(),
                      end["message"].is_null() ? "" : ": ", trim(end["message"].as_string()));
    if (const auto& waiting = state["waiting"]; waiting.is_object())
        return format("waiting, {}{}{}", waiting["reason"].as_string(), waiting["message"].is_null() ? "" : ": ", waiting["message"].as_string());
    return {};
}

/// The numbers that the sentence on the brief screen leaves out.
std::string probe_text(const Value& probe) {
    if (!probe.is_object()) return {};
    std::string target;
    if (const auto& http = probe["httpGet"]; http.is_object())
        target = format("GET {}://{}:{}{}", to_lower(http["scheme"].is_null() ? "http" : http["scheme"].as_string()), http["host"].as_string(), scalar(http["port"]), http["path"].as_string());
    else if (const auto& socket = probe["tcpSocket"]; socket.is_object()) target = format("TCP {}:{}", socket["host"].as_string(), scalar(socket["port"]));
    else if (const auto& grpc = probe["grpc"]; grpc.is_object()) target = format("gRPC :{} {}", scalar(grpc["port"]), grpc["service"].as_string());
    else target = format("exec {}", words_of_command(probe.at("exec", "command")));
    const auto number = [&](const char* name, std::int64_t otherwise) { return probe[name].as_integer(otherwise); };
    return format("{}, delay {}s, timeout {}s, period {}s, success threshold {}, failure threshold {}", target, number("initialDelaySeconds", 0), number("timeoutSeconds", 1), number("periodSeconds", 10),
                  number("successThreshold", 1), number("failureThreshold", 3));
}

std::string optional_mark(const Value& reference) {
    return reference["optional"].as_bool() ? ", optional" : "";
}

/// A reference is shown as one; a literal value only when neither its name nor its looks are a credential's.
std::string variable_text(const Value& variable) {
    const auto& from = variable["valueFrom"];
    if (const auto& key = from["configMapKeyRef"]; key.is_object()) return format("<key {} of ConfigMap/{}{}>", key["key"].as_string(), key["name"].as_string(), optional_mark(key));
    if (const auto& key = from["secretKeyRef"]; key.is_object()) return format("<key {} of Secret/{}{}>", key["key"].as_string(), key["name"].as_string(), optional_mark(key));
    if (const auto& field = from["fieldRef"]; field.is_object()) return format("<field {}>", field["fieldPath"].as_string());
    if (const auto& field = from["resourceFieldRef"]; field.is_object()) return format("<{} of container {}>", field["resource"].as_string(), field["containerName"].is_null() ? "itself" : field["containerName"].as_string());
    if (from.is_object()) return format("<{}>", data::to_json(from));
    std::string value(variable["value"].as_string());
    redact_named(variable["name"].as_string(), value);
    return value.empty() ? "\"\"" : value;
}

void put_environment(const Value& container, DescribeSection& section) {
    for (const auto& from : container["envFrom"].as_array()) {
        const auto& config = from["configMapRef"];
        const auto& source = config.is_object() ? config : from["secretRef"];
        put(section, "env from", format("{}/{}{}{}", config.is_object() ? "ConfigMap" : "Secret", source["name"].as_string(), from["prefix"].is_null() ? "" : format(", prefix {}", from["prefix"].as_string()), optional_mark(source)));
    }
    for (const auto& variable : container["env"].as_array()) // not redacted as a line: `API_KEY=<key api-key of Secret/db>` gives nothing away
        section.lines.push_back({"env", format("{}={}", variable["name"].as_string(), variable_text(variable))});
}

void put_mounts(const Value& container, DescribeSection& section) {
    for (const auto& mount : container["volumeMounts"].as_array())
        put(section, "mount", format("{} from {}{}, {}", mount["mountPath"].as_string(), mount["name"].as_string(), mount["subPath"].is_null() ? "" : format(", sub-path {}", mount["subPath"].as_string()),
                                     mount["readOnly"].as_bool() ? "read-only" : "read-write"));
    for (const auto& device : container["volumeDevices"].as_array()) put(section, "device", format("{} from {}", device["devicePath"].as_string(), device["name"].as_string()));
}

DescribeSection container_section(std::string title, const Value& container, const Value& status) {
    DescribeSection section{.title = std::move(title), .full_only = true};
    put(section, "image", std::string(container["image"].as_string()));
    put(section, "image id", std::string(status["imageID"].as_string()));
    put(section, "container id", std::string(status["containerID"].as_string()));
    put(section, "pull policy", std::string(container["imagePullPolicy"].as_string()));
    put(section, "ports", ports_of(container));
    put(section, "command", words_of_command(container["command"]));
    put(section, "args", words_of_command(container["args"]));
    put(section, "working dir", std::string(container["workingDir"].as_string()));
    put(section, "state", state_of(status["state"]));
    put(section, "last state", state_of(status["lastState"]));
    if (status.is_object()) put(section, "ready", format("{}, {} restarts", status["ready"].as_bool() ? "yes" : "no", status["restartCount"].as_integer()));
    put(section, "requests", pairs(container.at("resources", "requests")));
    put(section, "limits", pairs(container.at("resources", "limits")));
    put(section, "startup", probe_text(container["startupProbe"]));
    put(section, "readiness", probe_text(container["readinessProbe"]));
    put(section, "liveness", probe_text(container["livenessProbe"]));
    put(section, "lifecycle", scalar(container["lifecycle"]));
    put_environment(container, section);
    put_mounts(container, section);
    put(section, "security", pairs(container["securityContext"]));
    put(section, "targets", std::string(container["targetContainerName"].as_string()));
    return section;
}

const Value& status_named(const Value& statuses, std::string_view name) {
    static const Value none;
    for (const auto& status : statuses.as_array())
        if (status["name"].as_string() == name) return status;
    return none;
}

std::string projection_text(const Value& projected) {
    std::vector<std::string> parts;
    for (const auto& source : projected["sources"].as_array())
        for (const auto& [kind, what] : source.as_object()) {
            if (kind == "serviceAccountToken") parts.push_back(format("ServiceAccount token for {}s", scalar(what["expirationSeconds"])));
            else if (kind == "downwardAPI") parts.push_back("downward API");
            else parts.push_back(format("{}/{}{}", kind == "configMap" ? "ConfigMap" : kind == "secret" ? "Secret" : kind, what["name"].as_string(), optional_mark(what)));
        }
    return "projected: " + comma_list(parts, 16);
}

std::string volume_text(const Value& volume) {
    if (const auto& claim = volume["persistentVolumeClaim"]; claim.is_object()) return format("PVC/{}{}", claim["claimName"].as_string(), claim["readOnly"].as_bool() ? ", read-only" : "");
    if (const auto& map = volume["configMap"]; map.is_object()) return format("ConfigMap/{}{}", map["name"].as_string(), optional_mark(map));
    if (const auto& secret = volume["secret"]; secret.is_object()) return format("Secret/{}{}", secret["secretName"].as_string(), optional_mark(secret));
    if (const auto& directory = volume["emptyDir"]; directory.is_object())
        return format("empty directory{}{}", directory["medium"].as_string() == "Memory" ? " in memory" : "", directory["sizeLimit"].is_null() ? "" : format(", at most {}", scalar(directory["sizeLimit"])));
    if (const auto& host = volume["hostPath"]; host.is_object()) return format("host path {} {}", host["path"].as_string(), host["type"].as_string());
    if (const auto& projected = volume["projected"]; projected.is_object()) return projection_text(projected);
    for (const auto& [kind, what] : volume.as_object())
        if (kind != "name") return format("{} {}", kind, data::to_json(what));
    return "unknown";
}

std::string toleration_text(const Value& toleration) {
    std::string text = toleration["key"].is_null() ? "every taint" : std::string(toleration["key"].as_string());
    if (!toleration["value"].as_string().empty()) text += format("={}", toleration["value"].as_string());
    if (!toleration["effect"].as_string().empty()) text += format(":{}", toleration["effect"].as_string());
    if (!toleration["tolerationSeconds"].is_null()) text += format(" for {}s", scalar(toleration["tolerationSeconds"]));
    return text;
}

DescribeSection placement_section(std::string title, const Value& spec) {
    DescribeSection section{.title = std::move(title), .full_only = true};
    struct Field {
        const char *label, *name;
    };
    constexpr std::array fields = {Field{"priority class", "priorityClassName"}, Field{"priority", "priority"}, Field{"service account", "serviceAccountName"}, Field{"restart policy", "restartPolicy"},
                                   Field{"runtime class", "runtimeClassName"}, Field{"scheduler", "schedulerName"}, Field{"DNS policy", "dnsPolicy"}, Field{"grace period", "terminationGracePeriodSeconds"}};
    for (const auto& [label, name] : fields) put(section, label, scalar(spec[name]) + (std::string_view(name) == "terminationGracePeriodSeconds" && !spec[name].is_null() ? "s" : ""));
    put(section, "node selector", spec["nodeSelector"].is_object() ? pairs(spec["nodeSelector"]) : "<none>");
    for (const auto& toleration : spec["tolerations"].as_array()) put(section, "tolerates", toleration_text(toleration));
    for (const auto& secret : spec["imagePullSecrets"].as_array()) put(section, "pull secret", std::string(secret["name"].as_string()));
    put(section, "affinity", scalar(spec["affinity"]));
    put(section, "spread", scalar(spec["topologySpreadConstraints"]));
    put(section, "security", pairs(spec["securityContext"]));
    return section;
}

} // namespace

void add_pod_spec(const Value& spec, const Value& status, std::string_view title_prefix, DescribeView& view) {
    if (!spec.is_object()) return;
    struct List {
        const char *containers, *statuses, *word;
    };
    constexpr std::array lists = {List{"initContainers", "initContainerStatuses", "init container"}, List{"containers", "containerStatuses", "container"},
                                  List{"ephemeralContainers", "ephemeralContainerStatuses", "debug container"}};
    const auto title = [&](const std::string& text) {
        std::string whole = format("{}{}", title_prefix, text);
        if (title_prefix.empty()) whole[0] = static_cast<char>(whole[0] - 'a' + 'A');
        return whole;
    };
    for (const auto& [containers, statuses, word] : lists)
        for (const auto& container : spec[containers].as_array())
            view.add(container_section(title(format("{} {}", word, container["name"].as_string())), container, status_named(status[statuses], container["name"].as_string())));
    DescribeSection volumes{.title = title("volumes"), .full_only = true};
    for (const auto& volume : spec["volumes"].as_array()) put(volumes, std::string(volume["name"].as_string()), volume_text(volume));
    view.add(std::move(volumes));
    view.add(placement_section(title("placement and identity"), spec));
}

} // namespace kdiag::report
