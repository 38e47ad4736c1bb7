// SPDX-License-Identifier: Apache-2.0
#include "facts/objects.hpp"
#include "kube/codec/decode.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace kdiag;
using namespace kdiag::kube;

namespace {

template <class T> Result<T> decode(TextPool& pool, std::string_view json) {
    const PaddedText padded(json);
    return Decoder(pool).decode<T>(padded.view());
}

const std::string k_pod = R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-1","namespace":"shop","uid":"u1","creationTimestamp":"2026-09-14T12:00:00Z",
 "deletionTimestamp":null,"generation":3,"labels":{"app":"web"},"annotations":{"deployment.kubernetes.io/revision":"8","secret-note":"drop me"},"managedFields":[{"manager":"m","fieldsV1":{"f:x":{}}}],
 "finalizers":["a/b"],"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"r","controller":true}]},
 "spec":{"nodeName":"n1","hostNetwork":true,"priority":10,"containers":[{"name":"main","image":"img:1","command":["sh","-c"],"env":[{"name":"A","value":"TOPSECRET"},{"name":"B","valueFrom":{"secretKeyRef":{"name":"s","key":"k","optional":true}}}],
   "ports":[{"containerPort":8080,"name":"http"}],"resources":{"limits":{"memory":"1Gi","cpu":2}},"readinessProbe":{"httpGet":{"port":"http","path":"/r"},"timeoutSeconds":3},
   "livenessProbe":{"tcpSocket":{"port":5432}},"securityContext":{"runAsUser":0,"runAsNonRoot":false}}],
  "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"In","values":["a"]}]}]}},
   "podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"labelSelector":{"matchLabels":{"app":"web"}},"topologyKey":"host"}]}},
  "volumes":[{"name":"c","configMap":{"name":"cm","items":[{"key":"k","path":"p"}],"optional":true}},{"name":"e","emptyDir":{"sizeLimit":"1Mi"}},{"name":"x","ephemeral":{"volumeClaimTemplate":{}}}],
  "tolerations":[{"key":"k","operator":"Exists","tolerationSeconds":300}],"unknownField":{"deep":[1,2,{"a":[]}]}},
 "status":{"phase":"Running","podIP":"10.0.0.1","conditions":[{"type":"Ready","status":"False","reason":"R","lastTransitionTime":"2026-09-14T12:01:00Z"}],
  "containerStatuses":[{"name":"main","ready":false,"restartCount":4,"started":false,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled","finishedAt":"2026-09-14T12:02:00Z"}}}]}})";

} // namespace

TEST_CASE("a pod's fields arrive where they belong, and what is not read is not kept") {
    TextPool pool;
    const auto pod = decode<Pod>(pool, k_pod);
    REQUIRE(pod);
    CHECK(pod->meta.name == "web-1");
    CHECK(to_rfc3339(pod->meta.created) == "2026-09-14T12:00:00Z");
    CHECK(!pod->meta.deleted);
    CHECK(pod->meta.annotations.size() == 1);
    CHECK(pod->meta.controller()->kind == "ReplicaSet");
    CHECK(pod->spec.host_network);
    CHECK(pod->spec.priority == 10);
    const auto& container = pod->spec.containers[0];
    CHECK(container.command.size() == 2);
    CHECK(!container.env[0].value_from);
    CHECK(container.env[1].value_from->secret_key_ref->key == "k");
    CHECK(container.env[1].value_from->secret_key_ref->optional);
    CHECK(value_of(container.resources.limits, "cpu") == "2"); // a quantity may be a number
    CHECK(container.readiness_probe->http_get->port.text == "http");
    CHECK(container.readiness_probe->timeout_seconds == 3);
    CHECK(container.readiness_probe->period_seconds == 10);
    CHECK(container.liveness_probe->tcp_socket->port.number == 5432);
    CHECK(container.security_context->run_as_user == 0);
    CHECK(container.security_context->run_as_non_root == false);
    CHECK(pod->spec.affinity->node->required->terms[0].match_expressions[0].values[0] == "a");
    CHECK(pod->spec.affinity->pod_anti->required[0].topology_key == "host");
    CHECK(pod->spec.volumes[0].config_map->items[0].key == "k");
    CHECK(pod->spec.volumes[1].empty_dir->size_limit == "1Mi");
    CHECK(pod->spec.volumes[2].ephemeral);
    CHECK(pod->spec.tolerations[0].op == "Exists");
    CHECK(pod->status.container_statuses[0].last_state.terminated->exit_code == 137);
    CHECK(pod->status.container_statuses[0].started == false);
    CHECK(!pod->status.container_statuses[0].state.running);
}

TEST_CASE("secret values, literal variables and managed fields are dropped while decoding") {
    const std::string large(1 << 20, 'x'); // what is kept of it shows in the size of the pool
    TextPool pool;
    const auto secret = decode<Secret>(pool, R"({"metadata":{"name":"db","managedFields":[{"fieldsV1":")" + large + R"("}]},"type":"Opaque","data":{"password":")" + large + R"(","user":"YWRtaW4="}})");
    REQUIRE(secret);
    CHECK(secret->keys == TextList{"password", "user"});
    const auto pod = decode<Pod>(pool, R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","env":[{"name":"TOKEN","value":")" + large + R"("}]}]}})");
    REQUIRE(pod);
    CHECK(pod->spec.containers[0].env[0].name == "TOKEN");
    const auto map = decode<ConfigMap>(pool, R"({"metadata":{"name":"m"},"data":{"a.conf":")" + large + R"("}})");
    REQUIRE(map);
    CHECK(pool.bytes() <= 64 * 1024);
}

TEST_CASE("both spellings of an event are one event") {
    TextPool pool;
    const auto core = decode<Event>(pool, R"({"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","namespace":"n","name":"p","fieldPath":"spec.containers{main}"},"reason":"BackOff","message":"m","count":7,"firstTimestamp":"2026-09-14T12:00:00Z","lastTimestamp":"2026-09-14T12:05:00Z","source":{"component":"kubelet"},"type":"Warning"})");
    const auto modern = decode<Event>(pool, R"({"metadata":{"name":"e"},"regarding":{"kind":"Pod","namespace":"n","name":"p"},"reason":"FailedScheduling","note":"m","eventTime":"2026-09-14T12:00:00.123456Z","series":{"count":9,"lastObservedTime":"2026-09-14T12:06:00Z"},"reportingController":"default-scheduler","deprecatedCount":null})");
    REQUIRE(core);
    REQUIRE(modern);
    CHECK(core->count() == 7);
    CHECK(to_rfc3339(core->last_seen()) == "2026-09-14T12:05:00Z");
    CHECK(modern->involved.name == "p");
    CHECK(modern->message == "m");
    CHECK(modern->count() == 9);
    CHECK(to_rfc3339(modern->last_seen()) == "2026-09-14T12:06:00Z");
    CHECK(modern->component() == "default-scheduler");
}

TEST_CASE("a wrong type says where it stands") {
    struct Row {
        const char* json;
        const char* message;
    };
    TextPool pool;
    for (const auto& row : {Row{R"({"spec":{"containers":"none"}})", "spec.containers: expected an array, found a string"},
                            Row{R"({"spec":{"containers":[{"ports":[{"containerPort":"x"}]}]}})", "spec.containers[0].ports[0].containerPort: expected a number, found a string"},
                            Row{R"({"metadata":{"labels":{"app":1.5e300,"b":[]}}})", "metadata.labels.b: expected a string, found an array"},
                            Row{R"({"metadata":{"creationTimestamp":"yesterday"}})", "metadata.creationTimestamp: `yesterday` is not a time"},
                            Row{R"({"spec":{"hostNetwork":"yes"}})", "spec.hostNetwork: expected a boolean, found a string"},
                            Row{R"({"spec":[]})", "spec: expected an object, found an array"},
                            Row{R"({"spec":{"priority":1.5}})", "spec.priority: expected an integer"}}) {
        CAPTURE(row.json);
        const auto pod = decode<Pod>(pool, row.json);
        REQUIRE(!pod);
        CHECK(pod.error().message == row.message);
    }
}

TEST_CASE("null is absence everywhere, and every kind can be empty") {
    TextPool pool;
    CHECK(decode<Pod>(pool, R"({"metadata":null,"spec":{"containers":null,"affinity":null},"status":null})"));
    for (std::size_t i = 0; i < k_resource_count; ++i)
        facts::with_type_of(static_cast<Resource>(i), [&]<class T>() {
            CHECK(decode<T>(pool, "{}"));
            CHECK(!decode<T>(pool, "[]"));
            CHECK(!decode<T>(pool, "7"));
        });
}

TEST_CASE("truncated and mutated objects give an error or an object, never a crash") {
    std::minstd_rand random(11);
    for (std::size_t length = 0; length < k_pod.size(); length += 3) {
        TextPool pool;
        const auto pod = decode<Pod>(pool, std::string_view(k_pod).substr(0, length));
        if (!pod) CHECK(!pod.error().message.empty());
    }
    for (int round = 0; round < 4000; ++round) {
        TextPool pool;
        std::string text = k_pod;
        for (int i = 0; i < 4; ++i) text[random() % text.size()] = static_cast<char>(random() % 256);
        const auto pod = decode<Pod>(pool, text);
        if (!pod) CHECK(!pod.error().message.empty());
    }
}

TEST_CASE("what siblings repeat is held once, and what differs is not shared") {
    const auto pod = [](std::string_view name, std::string_view port) {
        return R"({"metadata":{"name":")" + std::string(name) + R"("},"spec":{"containers":[{"name":"app","env":[{"name":"A"},{"name":"B"}],"ports":[{"containerPort":)" +
               std::string(port) + R"(}],"livenessProbe":{"httpGet":{"path":"/live","port":8080}},"readinessProbe":{"httpGet":{"path":"/live","port":8080}}}],"tolerations":[]}})";
    };
    TextPool pool;
    Decoder decoder(pool);
    const PaddedText first_text(pod("a", "80")), second_text(pod("b", "81"));
    const auto first = decoder.decode<Pod>(first_text.view());
    const auto second = decoder.decode<Pod>(second_text.view());
    REQUIRE(first);
    REQUIRE(second);
    const auto &one = first->spec.containers[0], &other = second->spec.containers[0];
    CHECK(one.env.begin() == other.env.begin());
    CHECK(one.env.size() == 2);
    CHECK(one.liveness_probe == other.readiness_probe);
    CHECK(one.liveness_probe->http_get->path == "/live");
    CHECK(one.ports[0].container_port == 80);
    CHECK(other.ports[0].container_port == 81);
    CHECK(first->spec.tolerations.empty());
}

TEST_CASE("pods that differ in the random part of their token volume's name hold the same containers and volumes") {
    const auto pod = [](std::string_view volume, std::string_view image) {
        return R"({"spec":{"containers":[{"image":")" + std::string(image) + R"(","name":"app","volumeMounts":[{"mountPath":"/run","name":")" + std::string(volume) + R"("}]}],"volumes":[{"name":")" +
               std::string(volume) + R"("}]}})";
    };
    TextPool pool;
    Decoder decoder(pool);
    const PaddedText one_text(pod("kube-api-access-bcd24", "x:1")), two_text(pod("kube-api-access-zz999", "x:1")), updated_text(pod("kube-api-access-bcd24", "x:2")),
        named_text(pod("kube-api-access-mine-a", "x:1"));
    const auto one = decoder.decode<Pod>(one_text.view()), two = decoder.decode<Pod>(two_text.view()), updated = decoder.decode<Pod>(updated_text.view()),
               named = decoder.decode<Pod>(named_text.view());
    REQUIRE((one && two && updated && named));
    CHECK(one->spec.containers.begin() == two->spec.containers.begin());
    CHECK(one->spec.volumes.begin() == two->spec.volumes.begin());
    CHECK(one->spec.volumes[0].name == "kube-api-access");
    CHECK(one->spec.containers[0].volume_mounts[0].name == "kube-api-access");
    CHECK(updated->spec.containers[0].image == "x:2");
    CHECK(updated->spec.volumes.begin() == one->spec.volumes.begin());
    CHECK(named->spec.volumes[0].name == "kube-api-access-mine-a");
}

TEST_CASE("a shared member that is wrong says where, is not remembered, and a repeated key starts anew") {
    TextPool pool;
    Decoder decoder(pool);
    const PaddedText wrong(R"({"spec":{"containers":[{"env":[{"name":"A"},{"name":7}]}]}})");
    for (int round = 0; round < 2; ++round) {
        const auto pod = decoder.decode<Pod>(wrong.view());
        REQUIRE(!pod);
        CHECK(pod.error().message == "spec.containers[0].env[1].name: expected a string, found a number");
    }
    const PaddedText broken(R"({"spec":{"containers":[{"livenessProbe":{"httpGet":{"path":"/","p":"a":"http"},"q":10}}]},"status":{}})");
    for (int round = 0; round < 2; ++round) CHECK(!decoder.decode<Pod>(broken.view()));
    const PaddedText repeated(R"({"spec":{"containers":[{"env":[{"name":"A"}],"env":[{"name":"B"},{"name":"C"}]}]}})");
    const auto pod = decoder.decode<Pod>(repeated.view());
    REQUIRE(pod);
    REQUIRE(pod->spec.containers[0].env.size() == 2);
    CHECK(pod->spec.containers[0].env[0].name == "B");
}
