// SPDX-License-Identifier: Apache-2.0
// generate_pods PODS [BROKEN_PERCENT]: a List of that many pods, about 15 KB each as a cluster writes them, with their nodes,
// Deployments, ReplicaSets and Services, on standard output. The broken ones run out of memory, cannot pull their image, are not ready or find no
// node, workload by workload, and have events that say so. The same numbers give the same bytes.
#include "util/format.hpp"

#include <cstdlib>
#include <iostream>
#include <string>

namespace {

using kdiag::format;

constexpr std::size_t k_pods_per_workload = 10;
constexpr std::size_t k_pods_per_node = 100;
constexpr const char* k_start = "2026-09-14T10:00:00Z";

/// What makes real objects large and what no rule reads.
std::string managed_fields(std::size_t size) {
    std::string fields;
    for (std::size_t i = 0; fields.size() < size; ++i)
        fields += format(R"({}"f:k{{\"name\":\"VARIABLE_{}\"}}":{{".":{{}},"f:name":{{}},"f:value":{{}}}})", i > 0 ? "," : "", i);
    return format(R"([{{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"{}","fieldsType":"FieldsV1","fieldsV1":{{"f:spec":{{"f:containers":{{{}}}}}}}}}])", k_start, fields);
}

std::string environment(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += format(R"({}{{"name":"VARIABLE_{}","value":"some value that a program reads, number {}, with a bit of text behind it"}})", i > 0 ? "," : "", i, i);
    return text;
}

class Generator {
public:
    Generator(std::size_t pods, std::size_t broken_percent) : m_pods(pods), m_broken(broken_percent), m_managed(managed_fields(5500)), m_environment(environment(45)) {}

    void write() {
        std::cout << R"({"apiVersion":"v1","items":[)";
        for (std::size_t i = 0; i * k_pods_per_node < m_pods; ++i) node(i);
        for (std::size_t i = 0; i * k_pods_per_workload < m_pods; ++i) workload(i);
        for (std::size_t i = 0; i < m_pods; ++i) pod(i);
        std::cout << R"(],"kind":"List","metadata":{"resourceVersion":""}})" << '\n';
    }

private:
    void put(const std::string& object) {
        std::cout << (m_first ? "" : ",\n") << object;
        m_first = false;
    }
    std::string meta(const std::string& name, const std::string& space, const std::string& uid, const std::string& rest) const {
        return format(R"("metadata":{{"creationTimestamp":"{}",{}"managedFields":{},"name":"{}",{}"uid":"{}"}})", k_start, rest, m_managed, name,
                      space.empty() ? "" : format(R"("namespace":"{}",)", space), uid);
    }
    static std::string space_of(std::size_t workload) { return format("team-{}", workload % 50); }
    bool is_broken(std::size_t workload) const { return workload * 100 / (m_pods / k_pods_per_workload + 1) < m_broken; }

    void node(std::size_t i) {
        put(format(R"({{"apiVersion":"v1","kind":"Node",{},"spec":{{}},"status":{{"allocatable":{{"cpu":"64","memory":"256Gi","pods":"250"}},"capacity":{{"cpu":"64","memory":"256Gi","pods":"250"}},"conditions":[{{"lastHeartbeatTime":"{}","lastTransitionTime":"{}","reason":"KubeletReady","status":"True","type":"Ready"}}],"nodeInfo":{{"architecture":"amd64","kubeletVersion":"v1.33.1","operatingSystem":"linux"}}}}}})",
                   meta(format("node-{}", i), "", format("n-{}", i), R"("labels":{"kubernetes.io/arch":"amd64"},)"), k_start, k_start));
    }

    void workload(std::size_t i) {
        const auto space = space_of(i);
        const auto name = format("service-{}", i);
        const std::size_t ready = is_broken(i) ? 0 : k_pods_per_workload;
        const auto selector = format(R"({{"matchLabels":{{"app":"{}"}}}})", name);
        const auto pod_template = format(R"({{"metadata":{{"labels":{{"app":"{}"}}}},"spec":{{"containers":[{{"image":"registry.example.com/{}:1.0","name":"main"}}]}}}})", name, name);
        const auto status = format(R"({{"replicas":{0},"readyReplicas":{1},"availableReplicas":{1},"updatedReplicas":{0},"conditions":[{{"type":"Available","status":"{2}","lastTransitionTime":"{3}"}}]}})",
                                   k_pods_per_workload, ready, ready > 0 ? "True" : "False", k_start);
        put(format(R"({{"apiVersion":"apps/v1","kind":"Deployment",{},"spec":{{"replicas":{},"selector":{},"template":{}}},"status":{}}})", meta(name, space, format("d-{}", i), ""), k_pods_per_workload, selector, pod_template, status));
        put(format(R"({{"apiVersion":"apps/v1","kind":"ReplicaSet",{},"spec":{{"replicas":{},"selector":{},"template":{}}},"status":{}}})",
                   meta(format("{}-abc", name), space, format("r-{}", i), format(R"("ownerReferences":[{{"apiVersion":"apps/v1","kind":"Deployment","name":"{}","uid":"d-{}","controller":true}}],)", name, i)), k_pods_per_workload, selector, pod_template, status));
        put(format(R"({{"apiVersion":"v1","kind":"Service",{},"spec":{{"clusterIP":"10.0.0.1","ports":[{{"name":"http","port":80,"protocol":"TCP","targetPort":8080}}],"selector":{{"app":"{}"}},"type":"ClusterIP"}},"status":{{"loadBalancer":{{}}}}}})", meta(name, space, format("s-{}", i), ""), name));
    }

    enum class Ailment { none, out_of_memory, image_pull, unready, pending };
    Ailment ailment_of(std::size_t workload) const { return is_broken(workload) ? static_cast<Ailment>(1 + workload % 4) : Ailment::none; }

    static std::string container_status(Ailment ailment) {
        const auto status = [](std::string_view state, std::string_view last, bool ready, int restarts) {
            return format(R"({{"containerID":"containerd://1","image":"i","imageID":"i","lastState":{},"name":"main","ready":{},"restartCount":{},"started":{},"state":{}}})", last, ready, restarts, ready, state);
        };
        const auto running = format(R"({{"running":{{"startedAt":"{}"}}}})", k_start);
        switch (ailment) {
        case Ailment::none: return status(running, "{}", true, 0);
        case Ailment::unready: return status(running, "{}", false, 0);
        case Ailment::pending: return {};
        case Ailment::image_pull: return status(R"({"waiting":{"message":"Back-off pulling image","reason":"ImagePullBackOff"}})", "{}", false, 0);
        case Ailment::out_of_memory: break;
        }
        return status(R"({"waiting":{"message":"back-off 5m0s restarting failed container","reason":"CrashLoopBackOff"}})",
                      R"({"terminated":{"exitCode":137,"finishedAt":"2026-09-14T11:59:30Z","reason":"OOMKilled","startedAt":"2026-09-14T11:59:00Z"}})", false, 7);
    }

    void event(std::size_t pod, const std::string& space, const std::string& name, Ailment ailment) {
        constexpr std::string_view words[][2] = {{"", ""},
                                                 {"BackOff", "Back-off restarting failed container main in pod"},
                                                 {"Failed", "Failed to pull image: not found"},
                                                 {"Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"},
                                                 {"FailedScheduling", "0/100 nodes are available: 100 Insufficient cpu."}};
        const auto& [reason, message] = words[static_cast<std::size_t>(ailment)];
        put(format(R"({{"apiVersion":"v1","kind":"Event","count":9,"firstTimestamp":"{0}","involvedObject":{{"apiVersion":"v1","kind":"Pod","name":"{1}","namespace":"{2}","uid":"p-{3}"}},"lastTimestamp":"2026-09-14T12:00:00Z","message":"{4}","metadata":{{"creationTimestamp":"{0}","name":"{1}.e","namespace":"{2}","uid":"e-{3}"}},"reason":"{5}","source":{{"component":"kubelet"}},"type":"Warning"}})",
                   k_start, name, space, pod, message, reason));
    }

    void pod(std::size_t i) {
        const std::size_t workload = i / k_pods_per_workload;
        const auto ailment = ailment_of(workload);
        const bool broken = ailment != Ailment::none, scheduled = ailment != Ailment::pending;
        const auto app = format("service-{}", workload);
        const auto ready = broken ? "False" : "True";
        std::string conditions;
        for (const char* type : {"Initialized", "PodScheduled", "ContainersReady", "Ready"})
            conditions += format(R"({}{{"lastProbeTime":null,"lastTransitionTime":"{}","status":"{}","type":"{}"{}}})", conditions.empty() ? "" : ",", k_start,
                                 std::string_view(type).ends_with("Ready") ? ready : scheduled ? "True" : "False", type,
                                 scheduled ? "" : R"(,"reason":"Unschedulable","message":"0/100 nodes are available: 100 Insufficient cpu.")");
        put(format(R"({{"apiVersion":"v1","kind":"Pod",{},"spec":{{"containers":[{{"env":[{}],"image":"registry.example.com/{}:1.0","imagePullPolicy":"IfNotPresent","livenessProbe":{{"failureThreshold":5,"httpGet":{{"path":"/live","port":"http","scheme":"HTTP"}},"periodSeconds":10,"successThreshold":1,"timeoutSeconds":1}},"name":"main","ports":[{{"containerPort":8080,"name":"http","protocol":"TCP"}}],"readinessProbe":{{"failureThreshold":3,"httpGet":{{"path":"/ready","port":"http","scheme":"HTTP"}},"periodSeconds":10,"successThreshold":1,"timeoutSeconds":1}},"resources":{{"limits":{{"memory":"256Mi"}},"requests":{{"cpu":"{}","memory":"128Mi"}}}},"volumeMounts":[{{"mountPath":"/etc/config","name":"config"}}]}}],{}"restartPolicy":"Always","serviceAccountName":"default","tolerations":[{{"effect":"NoExecute","key":"node.kubernetes.io/not-ready","operator":"Exists","tolerationSeconds":300}}],"volumes":[{{"configMap":{{"name":"{}-config"}},"name":"config"}}]}},"status":{{"conditions":[{}],"containerStatuses":[{}],"hostIP":"10.1.0.1","phase":"{}","podIP":"10.2.0.1","qosClass":"Burstable","startTime":"{}"}}}})",
                   meta(format("{}-abc-{:05}", app, i), space_of(workload), format("p-{}", i),
                        format(R"("annotations":{{"example.com/checksum":"{:064}"}},"labels":{{"app":"{}","pod-template-hash":"abc"}},"ownerReferences":[{{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"{}-abc","uid":"r-{}","controller":true}}],)", i, app, app, workload)),
                   m_environment, app, scheduled ? "100m" : "100", scheduled ? format(R"("nodeName":"node-{}",)", i / k_pods_per_node) : "", app, conditions, container_status(ailment),
                   scheduled && ailment != Ailment::image_pull ? "Running" : "Pending", k_start));
        if (broken) event(i, space_of(workload), format("{}-abc-{:05}", app, i), ailment);
    }

    std::size_t m_pods, m_broken;
    std::string m_managed, m_environment;
    bool m_first = true;
};

} // namespace

int main(int argc, char** argv) {
    const std::size_t pods = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 0;
    if (pods == 0) {
        std::cerr << "usage: generate_pods PODS [BROKEN_PERCENT]\n";
        return 2;
    }
    std::ios::sync_with_stdio(false);
    Generator(pods, argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 3).write();
    return 0;
}
