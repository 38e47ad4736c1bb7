// SPDX-License-Identifier: Apache-2.0
#include "app/prober.hpp"

#include "app/debug.hpp"
#include "util/format.hpp"

namespace kdiag::app {

Result<PodWay> way_for(client::ApiClient& client, const kube::Pod& pod, std::string_view preferred, Reach reach, const ProbeOptions& options, Environment& environment) {
    if (options.image.empty()) return way_from_pod(client, pod, preferred, reach, environment.interrupted);
    DebugOptions debug{.connect = options.connect, .output = options.output};
    debug.target = {format("pod/{}", pod.meta.name)};
    debug.container.image = options.image;
    debug.container.stdin_open = true; // a shell without input would end at once
    KD_TRY_ASSIGN(auto container, start_debug_container(debug, client, pod, environment));
    KD_TRY_ASSIGN(auto found, way_from_container({client, std::string(pod.meta.namespace_name), std::string(pod.meta.name), std::move(container), environment.interrupted}));
    if (!found.way)
        return Error{.kind = ErrorKind::not_found, .message = format("image {} has no tool that can ask (nc, bash, curl or wget, with sh)", options.image), .help = {"name another: --image busybox:stable"}};
    return found;
}

} // namespace kdiag::app
