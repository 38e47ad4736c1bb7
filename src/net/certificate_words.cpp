// SPDX-License-Identifier: Apache-2.0
#include "net/certificate_words.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <array>
#include <charconv>

namespace kdiag::net {

namespace {

constexpr std::size_t k_most_names = 20;

/// `DNS:web, DNS:*.web.example, IP Address:10.0.0.7`.
std::vector<std::string> alternative_names(std::string_view text) {
    std::vector<std::string> names;
    for (auto entry : split(text, ',')) {
        entry = trim(entry);
        const auto colon = entry.find(':');
        if (colon == std::string_view::npos || names.size() == k_most_names) continue;
        if (entry.starts_with("DNS:") || entry.starts_with("IP Address:")) names.emplace_back(entry.substr(colon + 1));
    }
    return names;
}

bool read_number(std::string_view text, int& number) {
    text = trim(text);
    return !text.empty() && std::from_chars(text.data(), text.data() + text.size(), number).ptr == text.data() + text.size();
}

} // namespace

Timestamp parse_openssl_time(std::string_view text) {
    constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    text = trim(text);
    if (text.size() < 20) return {};
    int month = 0, day = 0, year = 0;
    for (std::size_t i = 0; i < months.size(); ++i)
        if (text.starts_with(months[i])) month = static_cast<int>(i) + 1;
    const auto clock = text.substr(7, 8);
    const auto rest = trim(text.substr(15));
    if (month == 0 || !read_number(text.substr(4, 2), day) || !read_number(rest.substr(0, 4), year)) return {};
    return parse_rfc3339(format("{:04}-{:02}-{:02}T{}Z", year, month, day, clock)).value_or(Timestamp{});
}

Certificate certificate_of(const std::vector<std::string_view>& lines) {
    Certificate certificate;
    for (const auto line : lines) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const auto name = line.substr(0, colon), value = trim(line.substr(colon + 1));
        if (name == "Subject") certificate.subject = std::string(value);
        else if (name == "Issuer") certificate.issuer = std::string(value);
        else if (name == "Start date") certificate.not_before = parse_openssl_time(value);
        else if (name == "Expire date") certificate.not_after = parse_openssl_time(value);
        else if (contains(name, "Subject Alternative Name")) certificate.names = alternative_names(value);
    }
    return certificate;
}

std::string verification_problem(long result) {
    switch (result) {
    case 9: return "its certificate is not valid yet";
    case 10: return "its certificate has expired";
    case 18: return "its certificate is self-signed";
    case 19:
    case 20:
    case 21: return "its certificate is signed by an authority that is not trusted";
    case 62:
    case 64: return "its certificate is for another name";
    default: return {};
    }
}

std::string handshake_problem(bool not_trusted, long verification, std::string_view details) {
    if (not_trusted) {
        auto words = verification_problem(verification);
        // libcurl compares names itself, before it notes OpenSSL's result: 0 or its initial 1 then.
        return !words.empty() ? words : verification <= 1 ? "its certificate is for another name" : "its certificate is not trusted";
    }
    if (contains(details, "wrong version number") || contains(details, "packet length too long") || contains(details, "http request")) return "the port does not speak TLS";
    if (contains(details, "alert certificate required") || contains(details, "alert bad certificate") || contains(details, "alert handshake failure")) return "the server wants a client certificate or other parameters";
    if (contains(details, "unsupported protocol") || contains(details, "alert protocol version")) return "no TLS version in common (1.2 or newer is spoken here)";
    if (contains(details, "unrecognized name")) return "the server has no certificate for this name";
    if (contains(details, "reset by peer") || contains(details, "unexpected eof") || contains(details, "SSL_ERROR_SYSCALL")) return "the connection was closed during the handshake";
    return "the TLS handshake failed";
}

} // namespace kdiag::net
