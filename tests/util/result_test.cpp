// SPDX-License-Identifier: Apache-2.0
#include "util/result.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace kdiag;

namespace {

Result<int> half(int number) {
    if (number % 2 != 0) return Error{.kind = ErrorKind::decode, .message = "odd"};
    return number / 2;
}
Result<int> quarter(int number) {
    KD_TRY_ASSIGN(const int once, half(number));
    KD_TRY_ASSIGN(const int twice, half(once));
    return twice;
}
Status check_all(int number) {
    KD_TRY(half(number));
    return {};
}

} // namespace

TEST_CASE("a result is a value or an error, and both pass through") {
    CHECK(*quarter(8) == 2);
    CHECK(quarter(6).error().message == "odd");
    CHECK(check_all(4));
    CHECK(!check_all(3));
    Result<std::unique_ptr<int>> moved(std::make_unique<int>(3));
    CHECK(**moved == 3);
}

TEST_CASE("each kind of error has its exit code") {
    CHECK(exit_code_of(ErrorKind::usage) == ExitCode::usage);
    CHECK(exit_code_of(ErrorKind::config) == ExitCode::config);
    CHECK(exit_code_of(ErrorKind::tls) == ExitCode::network);
    CHECK(exit_code_of(ErrorKind::authentication) == ExitCode::unauthenticated);
    CHECK(exit_code_of(ErrorKind::forbidden) == ExitCode::forbidden);
    CHECK(exit_code_of(ErrorKind::protocol) == ExitCode::bad_answer);
    CHECK(exit_code_of(ErrorKind::timeout) == ExitCode::timed_out);
    CHECK(exit_code_of(ErrorKind::not_found) == ExitCode::not_found);
    CHECK(static_cast<int>(exit_code_of(ErrorKind::interrupted)) == 130);
    CHECK(static_cast<int>(exit_code_of(ErrorKind::internal)) == 70);
}
