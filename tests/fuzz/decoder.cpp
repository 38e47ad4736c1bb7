// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "facts/objects.hpp"
#include "kube/codec/decode.hpp"

namespace kdiag::fuzz {

namespace {

/// What an object shows of itself, to compare two.
template <class T> std::string shown(const T& object) {
    std::string text(object.meta.name);
    text += "\n" + std::string(object.meta.namespace_name) + "\n";
    for (const auto& [key, value] : object.meta.labels) text += std::string(key) + "=" + std::string(value) + "\n";
    for (const auto& owner : object.meta.owners) text += std::string(owner.kind) + "/" + std::string(owner.name) + "\n";
    return text;
}

template <class T> std::string outcome(kube::Decoder& decoder, std::string_view json) {
    const auto object = decoder.decode<T>(json);
    if (object) return shown(*object);
    promise(object.error().kind == ErrorKind::decode && !object.error().message.empty(), "an object that cannot be decoded has no reason");
    return "error: " + object.error().message;
}

template <class T> void check_kind(std::string_view bytes) {
    const kube::PaddedText json(bytes);
    TextPool pool;
    kube::Decoder used(pool);
    const std::string first = outcome<T>(used, json.view());
    promise(outcome<T>(used, json.view()) == first, "decoded otherwise the second time");
    TextPool other_pool;
    kube::Decoder fresh(other_pool);
    const kube::PaddedText spaced(" \n" + std::string(bytes) + "\t ");
    promise(outcome<T>(fresh, spaced.view()).starts_with("error: ") == first.starts_with("error: "), "blanks around an object change it");
    const bool sound = fresh.check(json.view()).has_value();
    const auto end = bytes.find_last_not_of(" \t\r\n");
    if (!sound || end == std::string_view::npos) return;
    const kube::PaddedText cut(bytes.substr(0, end));
    promise(!fresh.check(cut.view()), "an object without its end is sound");
    promise(outcome<T>(fresh, cut.view()).starts_with("error: "), "an object without its end is decoded");
}

} // namespace

/// As files and answers are read: the brackets of an object fit before it is decoded.
void fuzz_decoder(std::string_view bytes) {
    TextPool pool;
    kube::ItemSplitter splitter({.on_item = [&](std::string_view item, bool) -> Status {
        const std::string kind = kube::Decoder(pool).text_at(item, {"kind"});
        kube::Resource resource = kube::Resource::pods;
        for (const auto& info : kube::resource_table())
            if (info.kind == kind) resource = info.resource;
        facts::with_type_of(resource, [&]<class T>() { check_kind<T>(item); });
        return {};
    }});
    if (splitter.push(bytes) && splitter.finish()) return;
}

Seeds seeds_decoder() {
    return {
        R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-1","namespace":"shop","uid":"1","creationTimestamp":"2026-03-01T10:00:00Z","labels":{"app":"web"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"2","controller":true}]},"spec":{"nodeName":"n1","containers":[{"name":"app","image":"web:1","ports":[{"containerPort":80}],"resources":{"requests":{"cpu":"100m","memory":1000}},"livenessProbe":{"httpGet":{"path":"/","port":"http"},"periodSeconds":10}}],"tolerations":[{"key":"a","operator":"Exists"}]},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"False"}],"containerStatuses":[{"name":"app","ready":false,"restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled","finishedAt":"2026-03-01T10:00:00Z"}}}]}})",
        R"({"kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"strategy":{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":1}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"a"}]}}},"status":{"conditions":[]}})",
        R"({"kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80,"targetPort":"http"},{"port":1e2,"targetPort":8080}]}})",
        R"({"kind":"Event","metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"web-1","fieldPath":"spec.containers{app}"},"reason":"BackOff","message":"x","series":{"count":3,"lastObservedTime":"2026-03-01T10:00:00.123456Z"}})",
        R"({"kind":"Node","metadata":{"name":"n1"},"spec":{"taints":[{"key":"k","effect":"NoSchedule"}]},"status":{"allocatable":{"cpu":"2","memory":"4Gi"},"conditions":[{"type":"Ready","status":"True"}]}})",
        R"({"kind":"Secret","metadata":{"name":"s"},"data":{"password":"aHVudGVyMg=="}})",
        R"({"kind":"NetworkPolicy","metadata":{"name":"p"},"spec":{"podSelector":{},"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}]}],"policyTypes":["Ingress"]}})",
        R"({"kind":"HorizontalPodAutoscaler","metadata":{"name":"h"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web"},"minReplicas":1,"maxReplicas":3},"status":{"currentReplicas":1}})",
        R"({"kind":"EndpointSlice","metadata":{"name":"e","labels":{"kubernetes.io/service-name":"web"}},"endpoints":[{"addresses":["10.0.0.1"],"conditions":{"ready":true},"targetRef":{"kind":"Pod","name":"web-1"}}],"ports":[{"port":80}]})",
        R"({"kind":"Pod","metadata":null,"spec":{"containers":null}})",
    };
}

} // namespace kdiag::fuzz
