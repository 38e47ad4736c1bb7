// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "client/api_status.hpp"

#include <array>

namespace kdiag::fuzz {

namespace {

constexpr std::array k_codes = {301, 400, 401, 403, 404, 409, 410, 429, 500, 503, 504, 599};

} // namespace

void fuzz_api_status(std::string_view bytes) {
    for (const int code : k_codes) {
        net::Transfer transfer;
        transfer.status = code;
        transfer.body = bytes;
        const auto error = client::error_of_answer(transfer, "list pods");
        promise(!error.message.empty(), "an error without words");
        if (code == 401) promise(error.kind == ErrorKind::authentication, "401 is another kind of error");
        if (code == 403) promise(error.kind == ErrorKind::forbidden, "403 is another kind of error");
        if (code == 404) promise(error.kind == ErrorKind::not_found, "404 is another kind of error");
        if (code == 410) promise(error.kind == ErrorKind::gone, "410 is another kind of error");
        if (code == 429) promise(error.kind == ErrorKind::timeout, "429 is another kind of error");
        promise(exit_code_of(error.kind) != ExitCode::ok && exit_code_of(error.kind) != ExitCode::internal, "an answer of the server is a bug of ours");
        for (const auto& note : error.notes) promise(!note.empty() && note.size() <= 600, "a note is empty, or a page");
        promise(!client::is_unserved(transfer) || code == 404, "something else than a 404 is an absent API");
    }
}

Seeds seeds_api_status() {
    return {
        R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods is forbidden: User \"ana\" cannot list resource \"pods\"","reason":"Forbidden","details":{"kind":"pods"},"code":403})",
        R"({"kind":"Status","message":"pods \"a\" not found","reason":"NotFound","details":{"name":"a","kind":"pods"},"code":404})",
        R"({"kind":"Status","message":"The provided continue parameter is too old","reason":"Expired","metadata":{"continue":"x"},"code":410})",
        "<html><body><h1>502 Bad Gateway</h1></body></html>",
        "404 page not found\n",
        R"({"kind":"Status","message":{"a":1},"details":[],"code":"x"})",
        "\n\n  upstream connect error\n",
    };
}

} // namespace kdiag::fuzz
