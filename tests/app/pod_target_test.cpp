// SPDX-License-Identifier: Apache-2.0
#include "app/pod_target.hpp"

#include "../live/fake_cluster.hpp"
#include "config/cluster_config.hpp"
#include "data/json.hpp"

#include <atomic>
#include <chrono>

using namespace kdiag;
using test::FakeCluster;

namespace {

std::unique_ptr<client::ApiClient> client_of(FakeCluster& cluster) {
    config::ClusterConfig config;
    config.server = cluster.server().url();
    config.namespace_name = "shop";
    auto client = client::ApiClient::make(std::move(config), "", {});
    REQUIRE(client);
    return *std::move(client);
}

std::string pod(const std::string& name, const std::string& phase = "Running", const std::string& owner = "") {
    return format(R"({{"metadata":{{"name":"{0}","namespace":"shop","ownerReferences":[{{"kind":"ReplicaSet","uid":"{2}","controller":true}}]}},
        "spec":{{"nodeName":"n1","containers":[{{"name":"app"}}]}},"status":{{"phase":"{1}"}}}})", name, phase, owner);
}

const std::string k_pods = "/api/v1/namespaces/shop/pods";

struct World {
    FakeCluster cluster;
    std::unique_ptr<client::ApiClient> client = client_of(cluster);
    app::PodFinder finder{*client, ""};

    std::string names(const std::string& word) {
        auto name = app::parse_target_name({word});
        REQUIRE(name);
        const auto target = finder.find(*name);
        if (!target) return test::words_of(target.error());
        const auto found = finder.pods(*target);
        if (!found) return test::words_of(found.error());
        std::string names;
        for (const auto& pod : found->pods()) names += std::string(pod.meta.name) + " ";
        return names;
    }
};

} // namespace

TEST_CASE("a target is a pod's name, TYPE/NAME or TYPE NAME") {
    CHECK(app::parse_target_name({"web-1"})->type == "pods");
    CHECK(app::parse_target_name({"deploy/web"})->type == "deploy");
    CHECK(app::parse_target_name({"deploy", "web"})->name == "web");
    for (const auto& bad : std::vector<std::vector<std::string>>{{}, {"a/b/c"}, {"/a"}, {"a/"}, {"deploy/web", "x"}, {"deploy", "a/b"}, {"a", "b", "c"}, {""}}) {
        const auto parsed = app::parse_target_name(bad);
        REQUIRE(!parsed);
        CHECK(parsed.error().kind == ErrorKind::usage);
    }
}

TEST_CASE("selectors of workloads, Services and custom resources are texts for the API") {
    const auto selector = [](const char* json) { return app::pod_selector_of(*data::parse_json(json)).value_or("none"); };
    CHECK(selector(R"({"spec":{"selector":{"matchLabels":{"app":"web","tier":"x"},"matchExpressions":[{"key":"a","operator":"In","values":["1","2"]},{"key":"b","operator":"NotIn","values":["3"]},
        {"key":"c","operator":"Exists"},{"key":"d","operator":"DoesNotExist"}]}}})") == "app=web,tier=x,a in (1,2),b notin (3),c,!d");
    CHECK(selector(R"({"spec":{"selector":{"app":"web"}}})") == "app=web");
    CHECK(selector(R"({"spec":{"selector":"app=web"}})") == "app=web");
    CHECK(selector(R"({"spec":{},"status":{"selector":"app=scaled"}})") == "app=scaled");
    CHECK(selector(R"({"spec":{}})") == "none");
    CHECK(selector(R"({"spec":{"selector":{}}})") == "none");
}

TEST_CASE("a pod costs one request, and one that does not exist gets near names") {
    World world;
    world.cluster.reply(k_pods + "/web-1", {.body = pod("web-1")});
    CHECK(world.names("web-1") == "web-1 ");
    CHECK(world.cluster.server().requests().size() == 1);
    world.cluster.reply(k_pods + "/web-2", {.status = 404, .body = R"({"kind":"Status","status":"Failure","message":"pods \"web-2\" not found","reason":"NotFound","details":{"name":"web-2","kind":"pods"},"code":404})"});
    world.cluster.list(k_pods, pod("web-1") + "," + pod("db-0"));
    CHECK(contains(world.names("pod/web-2"), "no pod `web-2` in namespace shop\ndid you mean web-1?"));
}

TEST_CASE("a namespace that does not exist is what is told of a pod in it") {
    World world;
    const auto not_found = [](const char* kind, const char* name) {
        return test::FakeReply{.status = 404, .body = format(R"({{"kind":"Status","status":"Failure","message":"{0} \"{1}\" not found","reason":"NotFound","details":{{"name":"{1}","kind":"{0}"}},"code":404}})", kind, name)};
    };
    world.cluster.reply(k_pods + "/web", not_found("pods", "web"));
    world.cluster.list(k_pods, "");
    world.cluster.reply("/api/v1/namespaces/shop", {.body = R"({"kind":"Namespace","metadata":{"name":"shop"}})"});
    CHECK(contains(world.names("web"), "no pod `web` in namespace shop"));
    world.cluster.reply("/api/v1/namespaces/shop", not_found("namespaces", "shop"));
    world.cluster.list("/api/v1/namespaces", R"({"metadata":{"name":"shops"}},{"metadata":{"name":"default"}})");
    CHECK(contains(world.names("web"), "there is no namespace `shop`\ndid you mean shops?"));
}

TEST_CASE("of a Deployment the pods of its newest ReplicaSet come first, in three requests") {
    World world;
    world.cluster.reply("/apis/apps/v1/namespaces/shop/deployments/web", {.body = R"({"kind":"Deployment","metadata":{"name":"web","uid":"d1"},"spec":{"selector":{"matchLabels":{"app":"web"}}}})"});
    world.cluster.list(k_pods, pod("old", "Running", "rs1") + "," + pod("new", "Running", "rs2") + "," + pod("waiting", "Pending", "rs2"));
    world.cluster.list("/apis/apps/v1/namespaces/shop/replicasets",
                       R"({"metadata":{"uid":"rs2","annotations":{"deployment.kubernetes.io/revision":"10"},"ownerReferences":[{"uid":"d1"}]}},
                          {"metadata":{"uid":"rs1","annotations":{"deployment.kubernetes.io/revision":"9"},"ownerReferences":[{"uid":"d1"}]}},
                          {"metadata":{"uid":"rs3","annotations":{"deployment.kubernetes.io/revision":"99"},"ownerReferences":[{"uid":"another"}]}})");
    CHECK(world.names("deploy/web") == "new old waiting ");
    CHECK(world.cluster.server().requests().size() == 3);
    for (const auto& request : world.cluster.server().requests())
        if (request.path == k_pods) CHECK(request.query.at("labelSelector") == "app=web");
}

TEST_CASE("a Deployment's pods are found without the right to list ReplicaSets") {
    World world;
    world.cluster.reply("/apis/apps/v1/namespaces/shop/deployments/web", {.body = R"({"metadata":{"name":"web","uid":"d1"},"spec":{"selector":{"matchLabels":{"app":"web"}}}})"});
    world.cluster.list(k_pods, pod("a"));
    world.cluster.reply("/apis/apps/v1/namespaces/shop/replicasets", {.status = 403, .body = R"({"kind":"Status","reason":"Forbidden","code":403})"});
    CHECK(world.names("deploy/web") == "a ");
}

TEST_CASE("a Service leads to its pods, one without selector by its EndpointSlices") {
    World world;
    world.cluster.reply("/api/v1/namespaces/shop/services/web", {.body = R"({"metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80}]}})"});
    world.cluster.reply("/api/v1/namespaces/shop/services/manual", {.body = R"({"metadata":{"name":"manual"},"spec":{"ports":[{"port":80}]}})"});
    world.cluster.reply("/api/v1/namespaces/shop/services/alias", {.body = R"({"metadata":{"name":"alias"},"spec":{"type":"ExternalName","externalName":"example.org"}})"});
    world.cluster.list(k_pods, pod("web-1"));
    world.cluster.reply(k_pods + "/hand", {.body = pod("hand")});
    world.cluster.list("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices",
                       R"({"metadata":{"name":"m"},"endpoints":[{"addresses":["1.2.3.4"],"targetRef":{"kind":"Pod","name":"hand"}},{"addresses":["1.2.3.5"],"targetRef":{"kind":"Pod","name":"gone"}}],"ports":[{"port":81}]})");
    world.cluster.reply(k_pods + "/gone", {.status = 404, .body = "{}"});
    CHECK(world.names("svc/web") == "web-1 ");
    const auto target = world.finder.find({.type = "svc", .name = "web"});
    REQUIRE(target);
    REQUIRE(target->service);
    CHECK(target->service->service.spec.ports.size() == 1);
    CHECK(world.names("svc/manual") == "hand ");
    const auto alias = world.finder.find({.type = "svc", .name = "alias"});
    REQUIRE(alias);
    CHECK(alias->is_alias());
    CHECK(contains(world.names("svc/alias"), "Service/alias has no pods behind it\nit is an alias of example.org"));
    world.cluster.list("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices", R"({"metadata":{"name":"m"},"endpoints":[{"addresses":["1.2.3.4"]}],"ports":[]})");
    CHECK(contains(world.names("svc/manual"), "its EndpointSlices name addresses, not pods"));
}

TEST_CASE("a CronJob leads to the pods of its newest Job, and what has no pods says so") {
    World world;
    world.cluster.reply("/apis/batch/v1/namespaces/shop/cronjobs/nightly", {.body = R"({"metadata":{"name":"nightly","uid":"c1"},"spec":{"schedule":"0 0 * * *"}})"});
    CHECK(contains(world.names("cj/nightly"), "CronJob/nightly has no Job yet"));
    world.cluster.list("/apis/batch/v1/namespaces/shop/jobs",
                       R"({"metadata":{"name":"n1","creationTimestamp":"2026-09-13T00:00:00Z","ownerReferences":[{"uid":"c1"}]},"spec":{"selector":{"matchLabels":{"j":"1"}}}},
                          {"metadata":{"name":"n2","creationTimestamp":"2026-09-14T00:00:00Z","ownerReferences":[{"uid":"c1"}]},"spec":{"selector":{"matchLabels":{"j":"2"}}}},
                          {"metadata":{"name":"other","creationTimestamp":"2026-09-15T00:00:00Z"},"spec":{"selector":{"matchLabels":{"j":"3"}}}})");
    world.cluster.list(k_pods, pod("n2-x"));
    CHECK(world.names("cj/nightly") == "n2-x ");
    CHECK(world.cluster.server().requests().back().query.at("labelSelector") == "j=2");
    world.cluster.reply("/api/v1/namespaces/shop/configmaps/c", {.body = R"({"metadata":{"name":"c"},"data":{}})"});
    CHECK(contains(world.names("cm/c"), "ConfigMap/c has no pods behind it"));
}

TEST_CASE("waiting ends when a pod runs, and when there is nothing to wait for") {
    World world;
    int calls = 0;
    std::mutex mutex;
    world.cluster.handle(k_pods + "/web-1", [&](const test::FakeRequest&) {
        const std::lock_guard lock(mutex);
        return test::FakeReply{.body = pod("web-1", ++calls < 3 ? "Pending" : "Running")};
    });
    const auto target = world.finder.find({.name = "web-1"});
    REQUIRE(target);
    std::vector<std::string> told;
    const auto running = world.finder.wait_for_pods(*target, app::PodFinder::Wanted::running, Duration::seconds(20), [&](const std::string& words) { told.push_back(words); });
    REQUIRE(running);
    CHECK(told == std::vector<std::string>{"pod `web-1` does not run: its phase is Pending"});

    world.cluster.handle(k_pods + "/web-1", [&](const test::FakeRequest&) { return test::FakeReply{.body = pod("web-1", "Succeeded")}; });
    const auto ended = world.finder.wait_for_pods(*target, app::PodFinder::Wanted::running, Duration::seconds(20));
    REQUIRE(!ended);
    CHECK(ended.error().kind == ErrorKind::not_found);
    CHECK(contains(ended.error().message, "has ended: its phase is Succeeded"));
    CHECK(world.finder.wait_for_pods(*target, app::PodFinder::Wanted::any_phase, Duration::seconds(20)));

    world.cluster.reply("/apis/apps/v1/namespaces/shop/statefulsets/db", {.body = R"({"metadata":{"name":"db"},"spec":{"selector":{"matchLabels":{"app":"db"}}}})"});
    const auto db = world.finder.find({.type = "sts", .name = "db"});
    REQUIRE(db);
    const auto none = world.finder.wait_for_pods(*db, app::PodFinder::Wanted::running, Duration{600});
    REQUIRE(!none);
    CHECK(none.error().kind == ErrorKind::timeout);
    CHECK(contains(test::words_of(none.error()), "no pod is behind StatefulSet/db in namespace shop\nits selector is app=db"));
}

TEST_CASE("a wait hears of a change by its watch, and asks little") {
    std::atomic<bool> runs = false;
    std::atomic<int> asked = 0;
    World world;
    world.cluster.handle(k_pods + "/web-1", [&](const test::FakeRequest&) {
        ++asked;
        return test::FakeReply{.body = pod("web-1", runs ? "Running" : "Pending")};
    });
    world.cluster.handle(k_pods, [&](const test::FakeRequest& request) {
        if (!request.query.contains("watch")) return test::FakeReply{.status = 500};
        return test::FakeReply{.raw = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n", .take_over = [&](test::Wire& wire) {
            wire.rest(Duration::seconds(3));
            runs = true;
            auto event = R"({"type":"MODIFIED","object":)" + pod("web-1") + "}";
            std::erase(event, '\n');
            wire.write(event + "\n");
            wire.rest(Duration::minutes(1));
        }};
    });
    const auto target = world.finder.find({.name = "web-1"});
    REQUIRE(target);
    const auto began = std::chrono::steady_clock::now();
    REQUIRE(world.finder.wait_for_pods(*target, app::PodFinder::Wanted::running, Duration::minutes(1)));
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(9)); // looks of its own are every ten
    CHECK(asked == 2);
    CHECK(world.cluster.server().requests().back().path == k_pods + "/web-1");
}

TEST_CASE("waiting is ended by an interrupt, and a broken answer is an error") {
    World world;
    const std::atomic<bool> interrupted = true;
    app::PodFinder finder(*world.client, "shop", &interrupted);
    world.cluster.reply(k_pods + "/bad", {.body = R"({"metadata":{"name":)"});
    const auto bad = world.finder.pods({.named = {.kind = "Pod", .name = "bad"}, .label_selector = {}, .service = {}});
    REQUIRE(!bad);
    CHECK(bad.error().kind == ErrorKind::protocol);
    const auto stopped = finder.wait_for_pods({.named = {.kind = "Pod", .name = "bad"}, .label_selector = {}, .service = {}}, app::PodFinder::Wanted::running, Duration::seconds(5));
    REQUIRE(!stopped);
    CHECK(stopped.error().kind == ErrorKind::interrupted);
}
