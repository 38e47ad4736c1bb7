// SPDX-License-Identifier: Apache-2.0
#include "probe/tool_output.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kdiag::probe {

namespace {

using At = ToolProblem::At;

constexpr std::size_t k_most_headers = 200;
constexpr std::size_t k_most_addresses = 32;

/// The status of `HTTP/1.1 200 OK`, or 0.
int status_of(std::string_view line) {
    line = trim(line);
    if (!line.starts_with("HTTP/")) return 0;
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) return 0;
    const auto digits = trim(line.substr(blank)).substr(0, 3);
    int status = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
    return error == std::errc{} && end == digits.data() + 3 && status >= 100 ? status : 0;
}

void add_header(HttpHead& head, std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || head.headers.size() >= k_most_headers) return;
    head.headers.emplace_back(to_lower(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
}

std::string_view first_line(std::string_view text) {
    text = trim(text);
    return trim(text.substr(0, text.find('\n')));
}

struct Words {
    std::string_view said;
    At at;
    std::string_view text;
};

/// The words of BusyBox, GNU, OpenBSD and bash, in lower case.
constexpr std::array k_connection_words = {
    Words{"connection refused", At::connection, "connection refused"},
    Words{"connection timed out", At::time, "no answer to the connection attempt"},
    Words{"operation timed out", At::time, "no answer to the connection attempt"},
    Words{"timed out", At::time, "no answer to the connection attempt"},
    Words{"timeout", At::time, "no answer to the connection attempt"},
    Words{"network is unreachable", At::connection, "the network is unreachable"},
    Words{"no route to host", At::connection, "no route to the host"},
    Words{"host is unreachable", At::connection, "no route to the host"},
    Words{"connection reset", At::answer, "the connection was reset"},
    Words{"bad address", At::name, "the name does not resolve"},
    Words{"name or service not known", At::name, "the name does not resolve"},
    Words{"name does not resolve", At::name, "the name does not resolve"},
    Words{"unable to resolve host", At::name, "the name does not resolve"},
    Words{"temporary failure in name resolution", At::name, "the name servers did not answer"},
    Words{"could not resolve", At::name, "the name does not resolve"},
    Words{"error getting response", At::answer, "the connection was closed without an answer"},
    Words{"bad header line", At::answer, "the answer is no HTTP"},
    Words{"ssl", At::tls, "the TLS handshake failed"},
    Words{"tls", At::tls, "the TLS handshake failed"},
};

struct CurlCode {
    int code;
    At at;
    std::string_view text;
};
constexpr std::array k_curl_codes = {
    CurlCode{1, At::answer, "the answer is no HTTP"},
    CurlCode{6, At::name, "the name does not resolve"},
    CurlCode{7, At::connection, "no connection"},
    CurlCode{8, At::answer, "the answer is no HTTP"},
    CurlCode{28, At::time, "no answer in time"},
    CurlCode{35, At::tls, "the TLS handshake failed"},
    CurlCode{52, At::answer, "the connection was closed without an answer"},
    CurlCode{55, At::answer, "the connection was reset"},
    CurlCode{56, At::answer, "the connection was reset"},
    CurlCode{60, At::tls, "the certificate is not trusted"},
};

void add_address(ToolAddresses& found, std::string_view address) {
    if (address.empty() || found.addresses.size() >= k_most_addresses) return;
    if (std::find(found.addresses.begin(), found.addresses.end(), address) == found.addresses.end()) found.addresses.emplace_back(address);
}

bool looks_like_address(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF.:%") == std::string_view::npos && text.find_first_of(".:") != std::string_view::npos;
}

} // namespace

std::string_view HttpHead::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

HttpHead parse_http(std::string_view text) {
    HttpHead head;
    while (true) {
        const auto end = text.find('\n');
        head.status = status_of(text.substr(0, end));
        head.headers.clear();
        if (head.status == 0 || end == std::string_view::npos) return head;
        text.remove_prefix(end + 1);
        while (!text.empty()) {
            const auto newline = text.find('\n');
            const auto line = trim(text.substr(0, newline));
            text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
            if (line.empty()) break;
            add_header(head, line);
        }
        if (head.status >= 200 || head.status == 101) break;
    }
    head.body = std::string(text);
    return head;
}

HttpHead parse_wget(std::string_view err) {
    HttpHead head;
    for (auto line : split(err, '\n')) {
        const bool indented = line.starts_with(' ') || line.starts_with('\t');
        line = trim(line);
        if (head.status == 0) {
            // BusyBox prints the status of an error without -S's indentation too: `wget: server returned error: HTTP/1.1 404 Not Found`.
            const auto http = line.find("HTTP/");
            if (http != std::string_view::npos && (http == 0 || contains(line, "server returned error"))) head.status = status_of(line.substr(http));
            if (head.status < 200 && head.status != 101) head.status = 0;
        } else if (indented && status_of(line) == 0) {
            add_header(head, line);
        } else {
            break;
        }
    }
    return head;
}

ToolProblem curl_problem(const ToolResult& result) {
    if (result.code == 0) return {};
    if (contains(result.err, "Connection refused")) return {At::connection, "connection refused"};
    for (const auto& [code, at, text] : k_curl_codes)
        if (result.code == code) {
            auto said = first_line(result.err);
            if (const auto colon = said.find(") "); said.starts_with("curl: (") && colon != std::string_view::npos) said.remove_prefix(colon + 2);
            return {at, said.empty() ? std::string(text) : format("{}: {}", text, said)};
        }
    return {At::tool, format("curl ended with exit code {}: {}", result.code, first_line(result.err))};
}

ToolProblem connection_problem(const ToolResult& result) {
    if (result.code == 0) return {};
    const std::string said = to_lower(result.err);
    for (const auto& [words, at, text] : k_connection_words)
        if (contains(said, words)) return {at, std::string(text)};
    const auto line = first_line(result.err);
    return {At::tool, line.empty() ? format("exit code {}, without a word", result.code) : std::string(line)};
}

bool refuses_option(const ToolResult& result) {
    const std::string said = to_lower(result.err);
    return result.code != 0 && (contains(said, "invalid option") || contains(said, "unrecognized option") || contains(said, "illegal option") || contains(said, "usage: nc"));
}

ToolAddresses parse_getent(const ToolResult& result) {
    ToolAddresses found;
    for (const auto line : split(result.out, '\n')) {
        const auto address = line.substr(0, line.find_first_of(" \t"));
        if (looks_like_address(address)) add_address(found, address);
    }
    if (found.addresses.empty()) found.problem = result.code == 2 || result.code == 0 ? "the name does not resolve" : connection_problem(result).text;
    return found;
}

ToolAddresses parse_nslookup(const ToolResult& result) {
    ToolAddresses found;
    bool answered = false; // the first Address line is the server's
    for (auto line : split(result.out, '\n')) {
        line = trim(line);
        if (line.starts_with("Name:")) answered = true;
        if (line.starts_with("Server:")) found.server = std::string(trim(line.substr(7)));
        if (!answered || !line.starts_with("Address")) continue;
        auto address = trim(line.substr(std::min(line.size(), line.find(':') + 1)));
        address = address.substr(0, address.find(' ')); // older BusyBox: `Address 1: 10.0.0.1 name`
        if (looks_like_address(address)) add_address(found, address);
    }
    if (!found.addresses.empty()) return found;
    const std::string all = result.out + result.err;
    if (contains(all, "NXDOMAIN")) found.problem = "no such name (NXDOMAIN)";
    else if (contains(all, "SERVFAIL")) found.problem = "the name server failed (SERVFAIL)";
    else if (contains(all, "REFUSED")) found.problem = "the name server refuses to answer (REFUSED)";
    else if (contains(all, "timed out") || contains(all, "no servers could be reached")) found.problem = "the name servers did not answer";
    else if (result.code == 0) found.problem = "the name has no address";
    else found.problem = "the name does not resolve";
    return found;
}

} // namespace kdiag::probe
