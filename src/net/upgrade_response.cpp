// SPDX-License-Identifier: Apache-2.0
#include "net/upgrade_response.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <charconv>

namespace kdiag::net {

namespace {

constexpr std::size_t k_most_head = 64 * 1024;
constexpr std::size_t k_most_body = 64 * 1024;
constexpr std::size_t k_most_line = 4 * 1024; // of a chunk's size

Error no_http(std::string_view why) {
    return {.kind = ErrorKind::protocol, .message = format("the server's answer to the upgrade is no HTTP: {}", why), .help = {"is it a Kubernetes API server, or a proxy in between?"}};
}

/// A whole number without sign, all of the text.
template <int base> bool read_number(std::string_view text, std::size_t& number) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return problem == std::errc{} && end == text.data() + text.size() && !text.empty();
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// RFC 9110 5.6.2.
bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

} // namespace

std::string_view UpgradeResponse::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

Status UpgradeResponseParser::feed(std::string_view bytes) {
    m_buffer += bytes;
    for (bool progress = true; progress && m_state != State::done;) {
        progress = false;
        KD_TRY(step(progress));
    }
    return {};
}

Status UpgradeResponseParser::step(bool& progress) {
    switch (m_state) {
    case State::head: {
        const auto end = m_buffer.find("\r\n\r\n", m_searched);
        if (end == std::string::npos) {
            m_searched = m_buffer.size() > 3 ? m_buffer.size() - 3 : 0;
            if (m_buffer.size() > 5 && !m_buffer.starts_with("HTTP/")) return no_http("it does not begin with HTTP/");
            if (m_buffer.size() > k_most_head) return no_http("its head is larger than 64 KiB");
            return {};
        }
        if (end > k_most_head) return no_http("its head is larger than 64 KiB");
        KD_TRY(read_head(std::string_view(m_buffer).substr(0, end)));
        m_buffer.erase(0, end + 4);
        m_searched = 0;
        progress = true;
        return begin_body();
    }
    case State::body_until_end: take_body(m_buffer.size()); return {};
    case State::body_by_length:
        take_body(m_left);
        if (m_left == 0) m_state = State::done;
        return {};
    case State::chunk_data:
        take_body(m_left);
        if (m_left != 0 || m_state == State::done) return {};
        m_state = State::chunk_end;
        progress = true;
        return {};
    case State::chunk_size:
    case State::chunk_end:
    case State::trailers: {
        const auto end = m_buffer.find("\r\n");
        if (end == std::string::npos) return m_buffer.size() > k_most_line ? Status(no_http("a line of its chunked body does not end")) : Status();
        const std::string line = m_buffer.substr(0, end);
        m_buffer.erase(0, end + 2);
        progress = true;
        if (m_state == State::chunk_size) return read_chunk_size(line);
        if (m_state == State::trailers && line.empty()) m_state = State::done;
        if (m_state == State::chunk_end) {
            if (!line.empty()) return no_http("a chunk is longer than it says");
            m_state = State::chunk_size;
        }
        return {};
    }
    case State::done: return {};
    }
    return {};
}

Status UpgradeResponseParser::read_head(std::string_view head) {
    m_response = {};
    const auto first_end = std::min(head.find("\r\n"), head.size());
    const auto status_line = head.substr(0, first_end);
    const bool versioned = status_line.starts_with("HTTP/1.") && status_line.size() >= 12 && status_line[8] == ' ' && (status_line.size() == 12 || status_line[12] == ' ');
    std::size_t status = 0;
    if (!versioned || !is_digit(status_line[7]) || !read_number<10>(status_line.substr(9, 3), status) || status < 100) return no_http("its status line is malformed");
    m_response.status = static_cast<int>(status);
    head.remove_prefix(std::min(first_end + 2, head.size()));
    while (!head.empty()) {
        const auto end = std::min(head.find("\r\n"), head.size());
        const auto line = head.substr(0, end);
        head.remove_prefix(std::min(end + 2, head.size()));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return no_http("a header is malformed");
        if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) return no_http("a header holds a control character");
        m_response.headers.emplace_back(to_lower(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
    }
    return {};
}

Status UpgradeResponseParser::begin_body() {
    const int status = m_response.status;
    if (status == 101) {
        m_state = State::done;
    } else if (status < 200) {
        m_state = State::head; // an interim answer; the real one follows
    } else if (status == 204 || status == 304) {
        m_state = State::done;
    } else if (contains(to_lower(m_response.header("transfer-encoding")), "chunked")) {
        m_state = State::chunk_size;
    } else if (const auto length = m_response.header("content-length"); !length.empty()) {
        if (!read_number<10>(length, m_left)) return no_http("its Content-Length is no number");
        m_state = m_left == 0 ? State::done : State::body_by_length;
    } else {
        m_state = State::body_until_end;
    }
    return {};
}

Status UpgradeResponseParser::read_chunk_size(std::string_view line) {
    if (!read_number<16>(trim(line.substr(0, line.find(';'))), m_left)) return no_http("the size of a chunk is no number");
    m_state = m_left == 0 ? State::trailers : State::chunk_data;
    return {};
}

void UpgradeResponseParser::take_body(std::size_t most) {
    const auto taken = std::min(most, m_buffer.size());
    const auto kept = std::min(taken, k_most_body - m_response.body.size());
    m_response.body.append(m_buffer, 0, kept);
    m_buffer.erase(0, taken);
    m_left -= std::min(m_left, taken);
    if (m_response.body.size() == k_most_body) m_state = State::done; // enough to say why; the connection is dropped anyway
}

Status UpgradeResponseParser::end_of_input() {
    if (m_state == State::head)
        return Error{.kind = ErrorKind::network, .message = m_buffer.empty() ? "the server closed the connection without an answer to the upgrade" : "the connection broke off in the answer to the upgrade",
                     .help = {"try again; a proxy in between may do this"}};
    m_state = State::done;
    return {};
}

} // namespace kdiag::net
