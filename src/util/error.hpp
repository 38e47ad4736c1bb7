// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kdiag {

/// What went wrong, coarse enough to choose an exit code and a retry policy.
enum class ErrorKind {
    usage,
    config,
    authentication,
    forbidden,
    not_found,
    gone,
    network,
    tls,
    timeout,
    server,
    protocol,
    decode,
    io,
    interrupted,
    internal,
};

/// The stable word for a kind, as it stands in `reason` of a JSON error.
std::string_view to_string(ErrorKind kind);

/// A failure as data: `message` says what and why, `notes` add facts, `help` says what to do now.
struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string message = {};
    std::vector<std::string> notes = {};
    std::vector<std::string> help = {};

    Error&& with_note(std::string note) && {
        notes.push_back(std::move(note));
        return std::move(*this);
    }
    Error&& with_help(std::string text) && {
        help.push_back(std::move(text));
        return std::move(*this);
    }
};

/// Exit codes of every command but exec and its kin (KEP-2551 without its 200 offset).
enum class ExitCode : int {
    ok = 0,
    findings = 1,
    usage = 2,
    config = 3,
    network = 4,
    unauthenticated = 5,
    forbidden = 6,
    bad_answer = 7,
    timed_out = 8,
    not_found = 9,
    incomplete = 10,
    internal = 70,
    interrupted = 130,
    terminated = 143,
};

ExitCode exit_code_of(ErrorKind kind);

/// The code of kdiag itself where the code of a command that it runs (exec, debug, port-forward -- CMD) is passed on: the same digits in
/// the two hundreds, which such a command rarely uses (KEP-2551: 70 is 214 there). What a signal ended keeps its code.
int exit_code_beside_a_command(ExitCode code);
/// The code of such a command, passed on: up to 200 as it is, 255 above.
ExitCode exit_code_of_command(int code);

} // namespace kdiag
