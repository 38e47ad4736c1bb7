// SPDX-License-Identifier: Apache-2.0
#include "app/pod_command.hpp"

#include "util/strings.hpp"

#include <chrono>
#include <optional>

namespace kdiag::app {

namespace {

constexpr std::size_t k_most_output = 64 * 1024;

void append(std::string& text, std::string_view more) {
    text.append(more.substr(0, k_most_output - std::min(k_most_output, text.size())));
}

} // namespace

probe::Microseconds steady_now() {
    return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count()};
}

Result<RanCommand> run_in_container(const ContainerPlace& place, const probe::PodCommand& command, Duration limit) {
    RanCommand ran;
    std::optional<client::RemoteExit> ended;
    probe::Microseconds started = steady_now();
    auto& loop = place.client.loop();
    client::RemoteSession::Events events;
    events.on_output = [&](client::OutputChannel channel, std::string_view bytes) {
        append(channel == client::OutputChannel::out ? ran.result.out : ran.result.err, bytes);
        append(ran.combined, bytes);
        if (ran.greeted || !ran.result.out.starts_with(probe::k_greeting)) return;
        ran.greeted = true;
        started = steady_now();
        ran.result.out.erase(0, probe::k_greeting.size());
    };
    events.on_end = [&](client::RemoteExit exit) { ended = std::move(exit); };
    KD_TRY_ASSIGN(const auto session, client::RemoteSession::open(place.client, {.namespace_name = place.namespace_name, .pod = place.pod, .container = place.container,
                                                                                   .command = command.argv, .stdin_open = !command.input.empty()}, std::move(events)));
    if (!command.input.empty()) {
        session->write_stdin(command.input);
        session->end_stdin();
    }
    bool late = false;
    const auto timer = loop.after(limit, [&] { late = true; });
    while (!ended && !late && (place.interrupted == nullptr || !place.interrupted->load())) loop.turn(limit);
    loop.cancel(timer);
    ran.took = {steady_now().count - started.count};
    if (!ended) {
        if (!late) return Error{.kind = ErrorKind::interrupted, .message = "interrupted"};
        ran.timed_out = true;
        return ran;
    }
    if (ended->error) return *std::move(ended->error);
    ran.result.code = ended->code;
    ran.problem = std::move(ended->message);
    return ran;
}

} // namespace kdiag::app
