// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probe/plan.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::probe {

/// Of kdiag's own requests, which are not a declared probe.
inline constexpr std::string_view k_user_agent = "kdiag-probe";

/// A command in a container: argv, and what goes to its standard input. Nothing that the cluster or the user wrote is ever read by a
/// shell: it is an argument, or it is input.
struct PodCommand {
    std::vector<std::string> argv;
    std::string input = {};
};

/// What a container's image brings along.
struct PodTools {
    bool shell = false, nc = false, bash = false, curl = false, wget = false, nslookup = false, getent = false, cat = false;
    /// Whether bytes can be passed to and from an address.
    bool can_relay() const { return shell && (nc || (bash && cat)); }
};

/// One command that names the tools there are, a line each, and the search list of the container's resolver; needs `sh`.
PodCommand tools_command();
PodTools parse_tools(std::string_view output);
/// The domains that the container's resolver tries, as tools_command printed them.
std::vector<std::string> search_list(std::string_view output);
/// The cluster's domain (`cluster.local`) by a search list; empty: it is not there.
std::string cluster_domain(const std::vector<std::string>& search);
/// The names that a resolver tries for a name, in order: with the search list first when it has fewer dots than a pod's `ndots:5`.
std::vector<std::string> names_to_try(std::string_view name, const std::vector<std::string>& search);

/// The first line of what these commands print: the tool has been started (nc, curl, wget, nslookup) or the connection stands (bash).
inline constexpr std::string_view k_greeting = "kdiag:started\n";

/// Passes bytes between its standard streams and a port; none when the tools cannot.
std::optional<PodCommand> relay_command(const PodTools& tools, std::string_view host, int port, std::int64_t seconds);
/// The tool behind relay_command: `nc` or `bash`.
std::string_view relay_tool(const PodTools& tools);
/// Connects and ends at once; in the order to try them: one nc knows what another does not.
std::vector<PodCommand> connect_commands(const PodTools& tools, std::string_view host, int port, std::int64_t seconds);
/// One GET that follows no redirect and prints the answer whole, headers first. URL and headers go to standard input, where neither the
/// process list nor an audit log shows them. `verify`: certificates, against the authorities that the image has.
PodCommand curl_command(const HttpCheck& check, std::int64_t seconds, bool verify);
/// As curl_command, for images without it. wget takes headers as arguments only, so it is not for checks that bring their own. It never
/// verifies certificates: BusyBox's cannot.
PodCommand wget_command(const HttpCheck& check);
bool has_own_headers(const HttpCheck& check);
/// Resolves a name as the container does; none when the tools cannot.
std::optional<PodCommand> lookup_command(const PodTools& tools, std::string_view name);

} // namespace kdiag::probe
