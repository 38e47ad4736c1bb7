// SPDX-License-Identifier: Apache-2.0
#include "probe/grpc_health.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <array>
#include <charconv>

namespace kdiag::probe {

namespace {

constexpr std::size_t k_prefix = 5; // of a gRPC message: compressed flag and length

/// google.rpc.Code, by number.
constexpr std::array k_codes = {"OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied", "ResourceExhausted",
                                "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated"};
constexpr int k_deadline_exceeded = 4, k_unimplemented = 12;

void append_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
    out += static_cast<char>(value);
}

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
    return std::nullopt;
}

/// A field that is not known here; false: the bytes are damaged.
bool skip_field(std::string_view& bytes, std::uint64_t wire_type) {
    std::uint64_t length = wire_type == 1 ? 8 : wire_type == 5 ? 4 : 0;
    if (wire_type == 0) return take_varint(bytes).has_value();
    if (wire_type == 2) {
        const auto size = take_varint(bytes);
        if (!size) return false;
        length = *size;
    }
    if ((wire_type != 1 && wire_type != 2 && wire_type != 5) || length > bytes.size()) return false;
    bytes.remove_prefix(length);
    return true;
}

/// grpc-message is percent-encoded (gRPC over HTTP/2).
std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        const bool escape = text[i] == '%' && i + 2 < text.size() && std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3;
        out += escape ? static_cast<char>(byte) : text[i];
        if (escape) i += 2;
    }
    return out;
}

std::string status_name(std::uint64_t status) {
    constexpr std::array names = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
    return status < names.size() ? names[status] : std::to_string(status);
}

Outcome failed(std::string message, Microseconds took, bool timed_out = false) {
    return {.verdict = Verdict::failure, .message = std::move(message), .took = took, .timed_out = timed_out};
}

} // namespace

std::string health_request(std::string_view service) {
    std::string message;
    if (!service.empty()) {
        message += '\x0a'; // field 1, length-delimited
        append_varint(message, service.size());
        message += service;
    }
    std::string frame(1, '\0'); // not compressed
    for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>((message.size() >> shift) & 0xff);
    return frame + message;
}

std::optional<std::uint64_t> health_status(std::string_view body) {
    if (body.size() < k_prefix || body.front() != 0) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 1; i < k_prefix; ++i) length = (length << 8) | static_cast<unsigned char>(body[i]);
    if (length > body.size() - k_prefix) return std::nullopt;
    auto message = body.substr(k_prefix, length);
    std::uint64_t status = 0;
    while (!message.empty()) {
        const auto tag = take_varint(message);
        if (!tag) return std::nullopt;
        if (*tag == 8) { // field 1, varint
            const auto value = take_varint(message);
            if (!value) return std::nullopt;
            status = *value;
        } else if (!skip_field(message, *tag & 7)) {
            return std::nullopt;
        }
    }
    return status;
}

Outcome judge_grpc(const GrpcCheck& check, std::int64_t timeout, const GrpcAnswer& answer, Microseconds took) {
    if (!answer.connected || answer.http_status == 0) {
        if (answer.connected && answer.timed_out) return failed(format("timeout: health rpc did not complete within {}s", timeout), took, true);
        // The kubelet's client tries again until its time is up, whatever the reason.
        auto message = format("timeout: failed to connect service \"{}\" within {}s", join_host_port(check.host, check.port), timeout);
        return failed(answer.problem.empty() ? message : format("{}: {}", message, answer.problem), took, answer.timed_out);
    }
    int code = -1;
    std::from_chars(answer.grpc_status.data(), answer.grpc_status.data() + answer.grpc_status.size(), code);
    const std::string said = decoded(answer.grpc_message);
    if (code == k_unimplemented) return failed(format("error: this server does not implement the grpc health protocol (grpc.health.v1.Health): {}", said), took);
    if (code == k_deadline_exceeded) return failed(format("timeout: health rpc did not complete within {}s", timeout), took, true);
    if (code > 0)
        return failed(format("error: health rpc probe failed: rpc error: code = {} desc = {}", code < static_cast<int>(k_codes.size()) ? k_codes[static_cast<std::size_t>(code)] : answer.grpc_status, said), took);
    if (answer.timed_out) return failed(format("timeout: health rpc did not complete within {}s", timeout), took, true);
    if (code != 0 && answer.http_status != 200) return failed(format("error: health rpc probe failed: unexpected HTTP status code received from server: {}", answer.http_status), took);
    const auto status = health_status(answer.body);
    if (!status) return failed("error: health rpc probe failed: the answer is no message of the health service", took);
    if (*status != 1) return failed(format("service unhealthy (responded with \"{}\")", status_name(*status)), took);
    return {.verdict = Verdict::success, .message = "SERVING", .took = took};
}

} // namespace kdiag::probe
