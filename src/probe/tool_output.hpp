// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probe/plan.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::probe {

/// How a tool in a container ended.
struct ToolResult {
    int code = 0;
    std::string out, err; ///< `out` without the greeting
};

/// The head of an HTTP answer; bodies are of no interest beyond their first bytes.
struct HttpHead {
    int status = 0; ///< 0: no answer that can be read
    std::vector<Header> headers; ///< names in lower case
    std::string body;

    std::string_view header(std::string_view name) const;
};
/// An answer as curl --include prints it; interim answers (1xx) are passed over.
HttpHead parse_http(std::string_view text);
/// The first answer in what wget -S says (`  HTTP/1.1 302 Found` and the lines below it): what came before it followed a redirect.
HttpHead parse_wget(std::string_view err);

/// What kept a tool from its answer.
struct ToolProblem {
    enum class At { none, name, connection, tls, answer, time, tool };
    At at = At::none;
    std::string text; ///< `connection refused`, `no answer within 2s`
};
/// By curl's exit code (man curl, EXIT CODES) and words.
ToolProblem curl_problem(const ToolResult& result);
/// wget's and nc's messages, which BusyBox, GNU and OpenBSD word differently, and bash's.
ToolProblem connection_problem(const ToolResult& result);
/// Whether it ended because it does not know an option.
bool refuses_option(const ToolResult& result);

/// Addresses that getent ahosts or nslookup printed; a problem when there are none.
struct ToolAddresses {
    std::vector<std::string> addresses;
    std::string server;  ///< the name server that answered, if it is named
    std::string problem; ///< `no such name (NXDOMAIN)`
};
ToolAddresses parse_getent(const ToolResult& result);
ToolAddresses parse_nslookup(const ToolResult& result);

} // namespace kdiag::probe
