// SPDX-License-Identifier: Apache-2.0
#include "fake_kubelet.hpp"

#include <nlohmann/json.hpp>

namespace kdiag::test {

namespace {

using nlohmann::json;

const std::string k_pods = "/api/v1/namespaces/shop/pods";

FakeReply not_found(const std::string& name) {
    return {.status = 404, .body = json{{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Failure"}, {"reason", "NotFound"}, {"code", 404},
                                        {"message", "pods \"" + name + "\" not found"}, {"details", {{"name", name}, {"kind", "pods"}}}}.dump()};
}

FakeReply answer(const FakeRequest& request, const Talk& talk) {
    if (request.path == k_pods)
        return {.body = R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[)" + pod_json("web-1") + "," + pod_json("web-2") + "," + pod_json("web-3", "Succeeded") + "]}"};
    if (!request.path.starts_with(k_pods + "/")) return not_found(request.path);
    const auto rest = request.path.substr(k_pods.size() + 1);
    const auto name = rest.substr(0, rest.find('/'));
    if (!name.starts_with("web")) return not_found(name);
    if (rest == name) return {.body = pod_json(name)};
    return {.take_over = [request, talk](Wire& wire) {
        WebsocketPeer peer(wire, request, "v5.channel.k8s.io");
        talk(peer, wire, request);
    }};
}

} // namespace

FakeKubelet::FakeKubelet(Talk talk, std::function<FakeReply(const FakeRequest&)> other)
    : m_server([talk = std::move(talk), other = std::move(other)](const FakeRequest& request) {
          if (other)
              if (auto reply = other(request); reply.status != 0) return reply;
          return answer(request, talk);
      }) {}

std::string out(std::string_view text) {
    return std::string("\x01").append(text);
}

std::string err(std::string_view text) {
    return std::string("\x02").append(text);
}

std::string exit_status(int code) {
    if (code == 0) return std::string("\x03") + R"({"metadata":{},"status":"Success"})";
    return "\x03" + json{{"status", "Failure"}, {"reason", "NonZeroExitCode"}, {"details", {{"causes", {{{"reason", "ExitCode"}, {"message", std::to_string(code)}}}}}}}.dump();
}

std::string failed_start(const std::string& message) {
    return "\x03" + json{{"status", "Failure"}, {"reason", "InternalError"}, {"code", 500}, {"message", message}}.dump();
}

void finish(WebsocketPeer& peer, int code) {
    peer.send(exit_status(code));
    peer.close(1000);
}

std::string take_stdin(WebsocketPeer& peer) {
    std::string bytes;
    while (const auto message = peer.receive()) {
        if (*message == std::string("\xff\x00", 2)) break;
        if (message->starts_with('\0')) bytes += message->substr(1);
    }
    return bytes;
}

std::string pod_json(const std::string& name, const std::string& phase) {
    const json container = {{"name", "app"}, {"image", "app:1"}};
    const json status = {{"name", "app"}, {"image", "app:1"}, {"imageID", ""}, {"ready", true}, {"restartCount", 0}, {"state", {{"running", {{"startedAt", "2026-01-01T00:00:00Z"}}}}}};
    return json{{"kind", "Pod"}, {"apiVersion", "v1"}, {"metadata", {{"name", name}, {"namespace", "shop"}, {"uid", name}, {"creationTimestamp", "2026-01-01T00:00:00Z"}}},
                {"spec", {{"nodeName", "n1"}, {"containers", {container}}}},
                {"status", {{"phase", phase}, {"containerStatuses", {status}}, {"conditions", {{{"type", "Ready"}, {"status", "True"}, {"lastTransitionTime", "2026-01-01T00:00:00Z"}}}}}}}
        .dump();
}

} // namespace kdiag::test
