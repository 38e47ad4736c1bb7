// SPDX-License-Identifier: Apache-2.0
#include "app/start_failure.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::app;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

constexpr const char* k_containerd = "Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "
                                     "\"d946184c\": OCI runtime exec failed: exec failed: unable to start container process: ";

std::string all_of(const Error& error) {
    std::string text = error.message;
    for (const auto& line : error.notes) text += "\n" + line;
    for (const auto& line : error.help) text += "\n" + line;
    return text;
}

} // namespace

TEST_CASE("the words of runtimes tell why a command did not start") {
    struct Row {
        std::string message;
        StartFailure failure;
        std::optional<int> code;
    };
    const std::string containerd = k_containerd;
    for (const auto& row : {
             Row{containerd + "exec: \"bash\": executable file not found in $PATH: unknown", StartFailure::not_found, 127},
             Row{containerd + "exec: \"/bin/nope\": stat /bin/nope: no such file or directory: unknown", StartFailure::not_found, 127},
             Row{containerd + "exec: \"/etc/passwd\": permission denied: unknown", StartFailure::not_executable, 126},
             Row{containerd + "exec /app: exec format error: unknown", StartFailure::not_executable, 126},
             Row{"container_linux.go:380: starting container process caused: exec: \"bash\": executable file not found in $PATH: unknown", StartFailure::not_found, 127},
             Row{"error executing command in container: crun: executable file `bash` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found", StartFailure::not_found, 127},
             Row{containerd + "chdir to cwd (\"/gone\") set in config.json failed: no such file or directory: unknown", StartFailure::no_folder, {}},
             Row{"unable to upgrade connection: container not found (\"done\")", StartFailure::no_container, {}},
             Row{"Internal error occurred: unable to find user app: no matching entries in passwd file", StartFailure::no_user, {}},
             Row{"Internal error occurred: something new", StartFailure::other, {}},
         }) {
        CAPTURE(row.message);
        CHECK(start_failure_of(row.message) == row.failure);
        CHECK(shell_code_of(row.failure) == row.code);
    }
}

TEST_CASE("a missing shell leads to one that is there, or to a debug container") {
    FailedStart failed{.where = "deploy/api", .container = "api", .command = {"bash"}, .message = k_containerd + std::string("exec: \"bash\": executable file not found in $PATH: unknown")};
    failed.has_sh = false;
    auto error = explain(failed);
    CHECK(error.message == "the image of container `api` has no `bash` (and no `sh`)");
    CHECK(error.notes == std::vector<std::string>{"distroless and scratch images ship no shell"});
    CHECK(error.help == std::vector<std::string>{"open a shell beside it: kdiag debug deploy/api --target api -it"});
    failed.has_sh = true;
    error = explain(failed);
    CHECK(error.message == "the image of container `api` has no `bash`");
    CHECK(error.help == std::vector<std::string>{"it has `sh`: kdiag exec deploy/api -c api -it -- sh"});
    failed.command = {"/bin/sh"};
    failed.has_sh.reset();
    CHECK(has(all_of(explain(failed)), "kdiag debug deploy/api"));
    CHECK(is_shell("/usr/bin/zsh"));
    CHECK_FALSE(is_shell("show"));
}

TEST_CASE("other failures say what was taken for what") {
    FailedStart failed{.where = "web", .container = "c", .command = {"ls -l"}, .message = k_containerd + std::string("exec: \"ls -l\": executable file not found in $PATH: unknown")};
    CHECK(has(all_of(explain(failed)), "kdiag exec web -- ls -l"));
    CHECK(has(all_of(explain(failed)), "sh -c 'ls -l'"));
    failed.command = {""};
    CHECK(has(all_of(explain(failed)), "the command is empty"));
    failed.command = {"pg_dump"};
    CHECK(has(all_of(explain(failed)), "container `c` has no program `pg_dump`"));
    failed.command = {"/etc/passwd", "a b"};
    failed.message = k_containerd + std::string("exec: \"/etc/passwd\": permission denied: unknown");
    CHECK(explain(failed).message == "cannot start `/etc/passwd 'a b'` in container `c`: exec: \"/etc/passwd\": permission denied");
    CHECK(core_of("strange") == "strange");
}
