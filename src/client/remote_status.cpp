// SPDX-License-Identifier: Apache-2.0
#include "client/remote_status.hpp"

#include "data/json.hpp"
#include "util/strings.hpp"

#include <charconv>

namespace kdiag::client {

namespace {

/// The code among the causes of a NonZeroExitCode.
std::optional<int> exit_code_in(const data::Value& status) {
    for (const auto& cause : status.at("details", "causes").as_array()) {
        if (cause["reason"].as_string() != "ExitCode") continue;
        const auto text = cause["message"].as_string();
        int code = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), code);
        if (problem == std::errc{} && end == text.data() + text.size() && code > 0 && code <= 255) return code;
    }
    return std::nullopt;
}

/// A failure that is none of the command.
RemoteExit not_started(std::string_view words) {
    RemoteExit exit{.code = 1, .error = reason_not_started(words), .message = std::string(trim(words))};
    exit.not_started = exit.error.has_value();
    return exit;
}

} // namespace

std::optional<Error> reason_not_started(std::string_view words) {
    const auto error = [&](ErrorKind kind, std::string message, std::string help) {
        return Error{.kind = kind, .message = std::move(message), .notes = {std::string(words.substr(0, 400))}, .help = {std::move(help)}};
    };
    if (contains(words, "container not found")) return error(ErrorKind::not_found, "the container is not running", "`kdiag describe` of the pod says why");
    if (contains(words, "error dialing backend") || contains(words, "no preferred addresses found"))
        return error(ErrorKind::server, "the API server cannot reach the kubelet of the pod's node", "is the node Ready? `kdiag describe node` says");
    if (contains(words, "is not valid for pod")) return error(ErrorKind::not_found, "the pod has no such container", "`kdiag describe` of the pod lists its containers");
    if (contains(words, "unable to upgrade connection")) return error(ErrorKind::server, "the kubelet did not start the command", "try again");
    return std::nullopt;
}

RemoteExit read_remote_status(std::string_view text) {
    const auto document = data::parse_json(text);
    if (!document && trim(text).starts_with('{'))
        return {.code = 1, .error = Error{.kind = ErrorKind::protocol, .message = "the server's word about the end of the command was cut short"}};
    if (!document || !document->is_object()) return not_started(text);
    const auto& status = *document;
    if (status["status"].as_string() == "Success") return {};
    if (status["reason"].as_string() == "NonZeroExitCode") {
        if (const auto code = exit_code_in(status)) return {.code = *code};
        return {.code = 1, .error = Error{.kind = ErrorKind::protocol, .message = "the command failed, and the server does not say with which code"}};
    }
    const auto message = status["message"].as_string();
    if (status["status"].as_string() != "Failure" && message.empty())
        return {.code = 1, .error = Error{.kind = ErrorKind::protocol, .message = "the server's word about the end of the command is no Status"}};
    return not_started(message.empty() ? status["reason"].as_string() : message);
}

} // namespace kdiag::client
