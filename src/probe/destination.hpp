// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probe/plan.hpp"
#include "util/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kdiag::probe {

/// How far a target is asked; each includes those before it, as far as they apply.
enum class Depth { automatic, dns, tcp, tls, http, grpc };
/// `dns`, `tcp`, `tls`, `http`, `grpc`; anything else is a usage error.
Result<Depth> parse_depth(std::string_view word);

/// What the command line names.
struct TargetWord {
    enum class What { url, name, object };
    What what = What::object;
    std::string url;        ///< `https://host:port/path?query`
    std::string name;       ///< of `dns:NAME`
    std::string type, object; ///< of `TYPE/NAME[:PORT]`; a name alone is a pod's
    std::string port;       ///< empty: none was given
    Depth depth = Depth::automatic; ///< what the URL's scheme says: tcp://, tls://, grpc://
};
/// `URL`, `dns:NAME`, `TYPE/NAME[:PORT]`, `TYPE NAME`, `NAME`.
Result<TargetWord> parse_target(const std::vector<std::string>& words);

/// Statuses that count as good: `200-399`, `200,204`.
class StatusRanges {
public:
    static Result<StatusRanges> parse(std::string_view text);
    bool has(int status) const;
    const std::string& text() const { return m_text; }

private:
    std::string m_text = "200-399";
    std::vector<std::pair<int, int>> m_ranges = {{200, 399}};
};

/// Where the steps lead, whichever way they go.
struct Destination {
    std::string host; ///< a name or a numeric address, without brackets
    int port = 0;     ///< 0: a name alone
    bool tls = false;
    Depth depth = Depth::http; ///< never automatic
    std::string path = "/";    ///< with query
    std::string service;       ///< of gRPC's health check
    std::string address = {};  ///< where to connect, numeric; empty: wherever the host's name leads

    /// With the scheme http or https.
    std::string url() const;
    bool is_numeric() const;
};
/// Of a URL word; `depth` from the command line wins over the scheme's.
Result<Destination> destination_of(const TargetWord& word, Depth depth);
/// What probably speaks on a port: by its name, its appProtocol (KEP-1422) and its number. `depth` wins.
Destination destination_of_port(std::string host, int port, std::string_view name, std::string_view app_protocol, Depth depth);

/// `NAME.NAMESPACE[.svc[.DOMAIN]]` as namespace and name; empty when a host is no Service's name by its form.
std::pair<std::string, std::string> service_of_host(std::string_view host, std::string_view cluster_domain, std::string_view own_namespace);

} // namespace kdiag::probe
