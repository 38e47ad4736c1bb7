// SPDX-License-Identifier: Apache-2.0
#include "app/port_forward.hpp"

#include "app/forward/forwarding.hpp"
#include "data/json.hpp"
#include "local/child.hpp"
#include "local/signals.hpp"
#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/strings.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace kdiag::app {

namespace {

constexpr Duration k_turn = Duration{250};
constexpr rlim_t k_most_descriptors = 65536;

/// Two descriptors a connection: the usual 1024 are soon used up.
void allow_many_descriptors() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = std::min(limit.rlim_max, k_most_descriptors);
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// `5432` or `HTTP_ADMIN`, for a variable's name.
std::string variable_part(std::string_view text) {
    std::string part;
    for (const char c : text) part += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c == '-' ? '_' : c;
    return part;
}

class PortForwardRun {
public:
    PortForwardRun(const PortForwardOptions& options, client::ApiClient& client, Environment& environment)
        : m_options(options), m_client(client), m_environment(environment), m_finder(client, options.connect.namespace_name, environment.interrupted),
          m_forwarding(client.loop(), [this](const std::string& line) { tell_at(line); }) {}
    ~PortForwardRun() {
        if (!m_options.ready_file.empty() && m_ready_written) std::remove(m_options.ready_file.c_str());
    }
    PortForwardRun(const PortForwardRun&) = delete;
    PortForwardRun& operator=(const PortForwardRun&) = delete;

    Result<ExitCode> run();

private:
    Status prepare();
    Status announce();
    Status write_ready_file();
    Status start_command();
    Result<ExitCode> serve();
    void on_signal(int number);
    std::string line_of(const Forwarding::Port& port) const;
    data::Value json() const;
    void tell(const std::string& line);
    void tell_at(const std::string& line) { tell(format("{} {}", to_clock(m_environment.clock()), line)); }
    bool interrupted() const { return m_environment.interrupted != nullptr && m_environment.interrupted->load(); }

    const PortForwardOptions& m_options;
    client::ApiClient& m_client;
    Environment& m_environment;
    PodFinder m_finder;
    std::vector<std::unique_ptr<ForwardTarget>> m_targets;
    Forwarding m_forwarding;
    std::unique_ptr<local::Signals> m_signals;
    std::unique_ptr<local::Child> m_child;
    std::optional<int> m_child_code;
    std::optional<Error> m_failure; ///< why the command was told to end
    int m_signal = 0;
    bool m_ready_written = false;
};

void PortForwardRun::tell(const std::string& line) {
    if (!m_options.output.quiet) m_environment.err << sanitize_line(line) << std::endl;
}

void PortForwardRun::on_signal(int number) {
    m_signal = number;
    if (m_child && number != SIGINT) m_child->send(number); // Ctrl-C reaches it from the terminal
}

Status PortForwardRun::prepare() {
    KD_TRY_ASSIGN(auto words, parse_forward_words(m_options.words));
    KD_TRY_ASSIGN(const auto addresses, parse_addresses(m_options.addresses));
    for (auto& one : words) {
        m_targets.push_back(nullptr);
        auto& target = m_targets.back();
        target = std::make_unique<ForwardTarget>(m_client, m_finder, std::move(one), m_options.reconnect,
                                                 ForwardTarget::Events{.tell = [this](const std::string& line) { tell_at(line); },
                                                                       .on_pod = [this, at = m_targets.size() - 1] { m_forwarding.pod_there(*m_targets[at]); },
                                                                       .on_deleted = [this](const std::string& uid) { m_forwarding.pod_deleted(uid); }});
        KD_TRY(target->start(m_options.pod_running_timeout, m_environment.interrupted));
    }
    for (const auto& target : m_targets)
        for (std::size_t port = 0; port < target->ports().size(); ++port) KD_TRY(m_forwarding.listen(*target, port, addresses));
    for (const auto& address : addresses)
        if (!net::is_loopback(address)) tell(format("warning: other machines can reach {} and so the pod, without a credential", address));
    return {};
}

std::string PortForwardRun::line_of(const Forwarding::Port& port) const {
    const auto& target = *port.target;
    const auto& found = target.ports()[port.index];
    const auto pod = format("Pod/{}:{}", target.pod(), found.pod_port);
    const auto& local = port.listeners.front()->display();
    if (target.is_pod()) return format("{} -> {}   ready", local, pod);
    if (found.service_port == 0) return format("{} -> {} -> {}   ready", local, target.display(), pod);
    return format("{} -> {}:{} -> {}   ready", local, target.display(), found.service_port, pod);
}

data::Value PortForwardRun::json() const {
    data::Value ports = data::Value::array();
    for (const auto& port : m_forwarding.ports())
        for (const auto& listener : port->listeners) {
            const auto& found = port->target->ports()[port->index];
            data::Value one = data::Value::object();
            one.set("address", listener->address()).set("port", std::int64_t{listener->port()}).set("object", port->target->display());
            one.set("namespace", m_finder.namespace_name()).set("pod", port->target->pod()).set("podPort", std::int64_t{found.pod_port});
            if (found.service_port != 0) one.set("servicePort", std::int64_t{found.service_port});
            if (!found.name.empty()) one.set("name", found.name);
            ports.push_back(std::move(one));
        }
    data::Value document = data::Value::object();
    document.set("apiVersion", "kdiag.dev/v1").set("kind", "PortForward").set("ports", std::move(ports));
    return document;
}

Status PortForwardRun::announce() {
    if (m_options.output.format == Format::json) {
        m_environment.out << data::to_json(json()) << std::endl;
    } else if (!m_options.output.quiet) {
        // Standard output belongs to the command, if there is one.
        auto& out = m_options.command.empty() ? m_environment.out : m_environment.err;
        for (const auto& port : m_forwarding.ports()) out << sanitize_line(line_of(*port)) << std::endl;
    }
    m_environment.out.flush();
    const int error = m_environment.out_error ? m_environment.out_error() : 0;
    if (error != 0 && error != EPIPE) // who waits for these lines would wait for ever
        return Error{.kind = ErrorKind::io, .message = format("cannot write standard output: {}", std::generic_category().message(error))};
    return write_ready_file();
}

/// All at once, so that nobody reads half of it.
Status PortForwardRun::write_ready_file() {
    if (m_options.ready_file.empty()) return {};
    const std::string partial = m_options.ready_file + ".partial";
    std::ofstream file(partial, std::ios::trunc);
    for (const auto& port : m_forwarding.ports()) file << port->listeners.front()->display() << '\n';
    file.close();
    std::error_code error;
    if (file) std::filesystem::rename(partial, m_options.ready_file, error);
    if (!file || error) {
        std::remove(partial.c_str());
        return Error{.kind = ErrorKind::config, .message = format("cannot write {}", m_options.ready_file), .help = {"is the folder of --ready-file there, and writable?"}};
    }
    m_ready_written = true;
    return {};
}

/// KDIAG_PORT_n is the local port for the remote port n: by number and, where it has one, by name.
Status PortForwardRun::start_command() {
    if (m_options.command.empty() || m_signal != 0 || interrupted()) return {};
    m_signals->forget_earlier(); // Ctrl-C is the command's from now on, however often it is pressed
    std::vector<std::pair<std::string, std::string>> variables;
    const auto add = [&](const std::string& name, std::uint16_t port) {
        const auto variable = "KDIAG_PORT_" + variable_part(name);
        const bool there = std::any_of(variables.begin(), variables.end(), [&](const auto& entry) { return entry.first == variable; });
        if (!there) variables.emplace_back(variable, std::to_string(port)); // of two objects with the same port the first has it
    };
    for (const auto& port : m_forwarding.ports()) {
        const auto& found = port->target->ports()[port->index];
        add(port->target->specs()[port->index].remote, port->number());
        if (!found.name.empty()) add(found.name, port->number());
        add(std::to_string(found.service_port != 0 ? found.service_port : found.pod_port), port->number());
    }
    KD_TRY_ASSIGN(m_child, local::Child::start(m_client.loop(), m_options.command, variables, [this](int code) { m_child_code = code; }));
    return {};
}

Result<ExitCode> PortForwardRun::serve() {
    for (;;) {
        m_client.loop().turn(k_turn);
        if (m_child_code) return m_failure ? Result<ExitCode>(*m_failure) : exit_code_of_command(*m_child_code);
        if (!m_child && (m_signal != 0 || interrupted())) break; // else the command decides how it ends
        if (m_failure) continue;
        for (const auto& target : m_targets) {
            auto status = target->tend();
            if (status || status.error().kind == ErrorKind::interrupted) continue;
            if (!m_child) return std::move(status).error();
            m_failure = std::move(status).error();
            m_child->send(SIGTERM); // its ports lead nowhere
            break;
        }
    }
    const int number = m_signal != 0 ? m_signal : m_environment.signal != nullptr && m_environment.signal->load() != 0 ? m_environment.signal->load() : SIGINT;
    return static_cast<ExitCode>(128 + number);
}

Result<ExitCode> PortForwardRun::run() {
    allow_many_descriptors();
    if (!m_options.ready_file.empty()) std::remove(m_options.ready_file.c_str()); // of an earlier run
    KD_TRY_ASSIGN(m_signals, local::Signals::watch(m_client.loop(), {SIGINT, SIGTERM, SIGHUP}, [this](int number) { on_signal(number); }));
    KD_TRY(prepare());
    KD_TRY(announce());
    KD_TRY(start_command());
    auto result = serve();
    if (m_forwarding.totals().connections > 0 || m_options.command.empty()) tell(to_text(m_forwarding.totals()));
    return result;
}

} // namespace

Result<ExitCode> run_port_forward(const PortForwardOptions& options, Environment& environment) {
    if (!options.connect.from.empty()) return Error{.kind = ErrorKind::usage, .message = "a recording has no pods to forward ports to", .help = {"leave --from out"}};
    if (options.output.format != Format::text && options.output.format != Format::json)
        return Error{.kind = ErrorKind::usage, .message = "port-forward prints text or json", .help = {"-o json prints one line when everything listens"}};
    KD_TRY(parse_forward_words(options.words));
    KD_TRY_ASSIGN(const auto client, open_client(options.connect, environment));
    return PortForwardRun(options, *client, environment).run();
}

} // namespace kdiag::app
