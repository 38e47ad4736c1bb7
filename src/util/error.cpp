// SPDX-License-Identifier: Apache-2.0
#include "util/error.hpp"

namespace kdiag {

std::string_view to_string(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::usage: return "usage";
    case ErrorKind::config: return "config";
    case ErrorKind::authentication: return "authentication";
    case ErrorKind::forbidden: return "forbidden";
    case ErrorKind::not_found: return "not-found";
    case ErrorKind::gone: return "gone";
    case ErrorKind::network: return "network";
    case ErrorKind::tls: return "tls";
    case ErrorKind::timeout: return "timeout";
    case ErrorKind::server: return "server";
    case ErrorKind::protocol: return "protocol";
    case ErrorKind::decode: return "decode";
    case ErrorKind::io: return "io";
    case ErrorKind::interrupted: return "interrupted";
    case ErrorKind::internal: return "internal";
    }
    return "internal";
}

ExitCode exit_code_of(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::usage: return ExitCode::usage;
    case ErrorKind::config:
    case ErrorKind::io: return ExitCode::config;
    case ErrorKind::authentication: return ExitCode::unauthenticated;
    case ErrorKind::forbidden: return ExitCode::forbidden;
    case ErrorKind::not_found: return ExitCode::not_found;
    case ErrorKind::network:
    case ErrorKind::tls: return ExitCode::network;
    case ErrorKind::timeout: return ExitCode::timed_out;
    case ErrorKind::gone:
    case ErrorKind::server:
    case ErrorKind::protocol:
    case ErrorKind::decode: return ExitCode::bad_answer;
    case ErrorKind::interrupted: return ExitCode::interrupted;
    case ErrorKind::internal: return ExitCode::internal;
    }
    return ExitCode::internal;
}

int exit_code_beside_a_command(ExitCode code) {
    switch (code) {
    case ExitCode::ok:
    case ExitCode::interrupted:
    case ExitCode::terminated: return static_cast<int>(code);
    case ExitCode::internal: return 214;
    default: return 200 + static_cast<int>(code);
    }
}

ExitCode exit_code_of_command(int code) {
    return static_cast<ExitCode>(code >= 0 && code <= 200 ? code : 255);
}

} // namespace kdiag
