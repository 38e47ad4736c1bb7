// SPDX-License-Identifier: Apache-2.0
#include "probe/pod_commands.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::probe {

namespace {

constexpr std::size_t k_most_domains = 32; // what the API allows in dnsConfig.searches
constexpr std::ptrdiff_t k_dots = 5;       // ndots of a pod whose dnsPolicy is ClusterFirst

/// The script is constant; what varies are its arguments, which the shell only passes on.
PodCommand started(std::vector<std::string> words) {
    PodCommand command{.argv = {"sh", "-c", R"(echo kdiag:started; exec "$@")", "kdiag"}};
    command.argv.insert(command.argv.end(), std::make_move_iterator(words.begin()), std::make_move_iterator(words.end()));
    return command;
}

constexpr auto k_bash_connect = R"(exec 3<>"/dev/tcp/$1/$2" || exit 1; echo kdiag:started)";
constexpr auto k_bash_relay = R"(exec 3<>"/dev/tcp/$1/$2" || exit 1; echo kdiag:started; cat <&3 & cat >&3; wait)";

PodCommand bash(const char* script, std::string_view host, int port) {
    return {.argv = {"bash", "-c", script, "kdiag", std::string(host), std::to_string(port)}};
}

/// A value in a curl configuration file (curl's manual, -K).
std::string curl_quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '\n') out += "\\n";
        else if (c == '\r') out += "\\r";
        else if (c == '\t') out += "\\t";
        else out += c;
    }
    return out + "\"";
}

} // namespace

PodCommand tools_command() {
    return {.argv = {"sh", "-c", R"(for t in sh nc bash curl wget nslookup getent cat; do command -v "$t" >/dev/null 2>&1 && echo "$t"; done; while read -r line; do echo "resolv: $line"; done </etc/resolv.conf; exit 0)"}};
}

PodTools parse_tools(std::string_view output) {
    const auto lines = split(output, '\n');
    const auto has = [&](std::string_view tool) { return std::any_of(lines.begin(), lines.end(), [&](std::string_view line) { return trim(line) == tool; }); };
    return {.shell = has("sh"), .nc = has("nc"), .bash = has("bash"), .curl = has("curl"), .wget = has("wget"), .nslookup = has("nslookup"), .getent = has("getent"), .cat = has("cat")};
}

std::vector<std::string> search_list(std::string_view output) {
    std::vector<std::string> domains;
    for (const auto line : split(output, '\n')) {
        if (!line.starts_with("resolv: search ")) continue;
        domains.clear(); // the last one counts (resolv.conf(5))
        for (const auto domain : split(trim(line.substr(15)), ' '))
            if (!domain.empty() && domains.size() < k_most_domains) domains.emplace_back(domain);
    }
    return domains;
}

std::string cluster_domain(const std::vector<std::string>& search) {
    for (const auto& domain : search) // NAMESPACE.svc.DOMAIN svc.DOMAIN DOMAIN
        if (domain.starts_with("svc.") && domain.size() > 4) return domain.substr(4);
    return {};
}

std::vector<std::string> names_to_try(std::string_view name, const std::vector<std::string>& search) {
    std::vector<std::string> names;
    if (name.ends_with('.')) return {std::string(name)};
    const bool searched_first = std::count(name.begin(), name.end(), '.') < k_dots;
    if (!searched_first) names.emplace_back(name);
    for (const auto& domain : search) names.push_back(format("{}.{}", name, domain));
    if (searched_first) names.emplace_back(name);
    return names;
}

std::optional<PodCommand> relay_command(const PodTools& tools, std::string_view host, int port, std::int64_t seconds) {
    if (!tools.can_relay()) return std::nullopt;
    if (tools.nc) return started({"nc", "-w", std::to_string(std::max<std::int64_t>(seconds, 1)), std::string(host), std::to_string(port)});
    return bash(k_bash_relay, host, port);
}

std::string_view relay_tool(const PodTools& tools) {
    return tools.nc ? "nc" : "bash";
}

std::vector<PodCommand> connect_commands(const PodTools& tools, std::string_view host, int port, std::int64_t seconds) {
    std::vector<PodCommand> commands;
    const std::string limit = std::to_string(std::max<std::int64_t>(seconds, 1));
    if (tools.shell && tools.bash) commands.push_back(bash(k_bash_connect, host, port));
    if (tools.shell && tools.nc) {
        // BusyBox in its usual configurations has no -z but runs a program once connected; OpenBSD's and ncat have -z.
        commands.push_back(started({"nc", "-w", limit, std::string(host), std::to_string(port), "-e", "true"}));
        commands.push_back(started({"nc", "-z", "-w", limit, std::string(host), std::to_string(port)}));
    }
    return commands;
}

PodCommand curl_command(const HttpCheck& check, std::int64_t seconds, bool verify) {
    auto command = started({"curl", "-q", "-K", "-"}); // -q: no .curlrc of the image
    command.input = format("url = {}\nsilent\nshow-error\ninclude\ngloboff\nnoproxy = \"*\"\nmax-time = {}\nmax-filesize = 1048576\n", curl_quoted(check.url),
                           std::max<std::int64_t>(seconds, 1));
    if (!verify) command.input += "insecure\n";
    if (check.http2) command.input += "http2-prior-knowledge\n";
    if (!check.target.empty()) command.input += format("request-target = {}\n", curl_quoted(check.target));
    if (!check.host_header.empty()) command.input += format("header = {}\n", curl_quoted("Host: " + check.host_header));
    for (const auto& [name, value] : check.headers)
        command.input += format("header = {}\n", curl_quoted(value.empty() ? name + ";" : format("{}: {}", name, value)));
    const auto has = [&](std::string_view name) { return std::any_of(check.headers.begin(), check.headers.end(), [&](const Header& header) { return header.first == name; }); };
    for (const auto* name : {"User-Agent", "Accept"}) // curl would bring its own
        if (!has(name)) command.input += format("header = \"{}:\"\n", name);
    return command;
}

PodCommand wget_command(const HttpCheck& check) {
    std::vector<std::string> words = {"wget", "-S", "-O", "-", "-Y", "off", "--no-check-certificate"};
    for (const auto& [name, value] : check.headers)
        if (name == "User-Agent") words.insert(words.end(), {"-U", value});
    words.push_back(check.url);
    return started(std::move(words));
}

bool has_own_headers(const HttpCheck& check) {
    return !check.host_header.empty() || std::any_of(check.headers.begin(), check.headers.end(), [](const Header& header) {
        return !(header.first == "User-Agent" && (header.second.starts_with("kube-probe/") || header.second == k_user_agent)) && !(header.first == "Accept" && header.second == "*/*");
    });
}

std::optional<PodCommand> lookup_command(const PodTools& tools, std::string_view name) {
    if (!tools.shell || name.empty() || name.starts_with('-')) return std::nullopt;
    if (tools.getent) return started({"getent", "ahosts", std::string(name)});
    if (tools.nslookup) return started({"nslookup", std::string(name)});
    return std::nullopt;
}

} // namespace kdiag::probe
