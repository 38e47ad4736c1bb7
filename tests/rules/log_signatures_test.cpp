// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/log_signatures.hpp"

#include <doctest/doctest.h>

using namespace kdiag::rules::crash;

TEST_CASE("the telling line of a log is found, and its sign") {
    struct Row {
        const char* log;
        LogSign sign;
        const char* line;
    };
    for (const auto& row : {
             Row{"starting\npanic: runtime error: index out of range [3] with length 3\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:7 +0x1d\nexit status 2\n", LogSign::stack_trace,
                 "panic: runtime error: index out of range [3] with length 3"},
             Row{"Exception in thread \"main\" java.lang.IllegalStateException: no context\n\tat a.B.c(B.java:1)\nCaused by: java.net.UnknownHostException: db.shop: Name or service not known\n\t... 12 more\n",
                 LogSign::name_unresolved, "Caused by: java.net.UnknownHostException: db.shop: Name or service not known"},
             Row{"Traceback (most recent call last):\n  File \"main.py\", line 1\nKeyError: 'DATABASE_URL'\n", LogSign::missing_setting, "KeyError: 'DATABASE_URL'"},
             Row{"Traceback (most recent call last):\n  File \"main.py\", line 4, in <module>\n    f()\nValueError: bad rate\n", LogSign::stack_trace, "ValueError: bad rate"},
             Row{"node:internal/modules/cjs/loader:1078\n  throw err;\n  ^\n\nError: Cannot find module 'express'\nRequire stack:\n- /app/server.js\n", LogSign::missing_module, "Error: Cannot find module 'express'"},
             Row{"thread 'main' panicked at src/main.rs:4:5:\nno rates\nnote: run with `RUST_BACKTRACE=1`\n", LogSign::stack_trace, "thread 'main' panicked at src/main.rs:4:5:"},
             Row{"Unhandled exception. System.InvalidOperationException: no rates\n   at Program.Main()\n", LogSign::stack_trace, "Unhandled exception. System.InvalidOperationException: no rates"},
             Row{"{\"level\":\"info\",\"msg\":\"starting\"}\n{\"level\":\"error\",\"msg\":\"rates table is empty\"}\n{\"level\":\"info\",\"msg\":\"bye\"}\n", LogSign::none, "{\"level\":\"error\",\"msg\":\"rates table is empty\"}"},
             Row{"E0302 09:58:01.000000       1 main.go:9] rates table is stale\nI0302 09:58:01.000001       1 main.go:12] bye\n", LogSign::none, "E0302 09:58:01.000000       1 main.go:9] rates table is stale"},
             Row{"time=\"2026-03-02\" level=fatal msg=\"rates table is stale\"\nbye\n", LogSign::none, "time=\"2026-03-02\" level=fatal msg=\"rates table is stale\""},
             Row{"nginx: [emerg] host not found in upstream \"api\" in /etc/nginx/conf.d/default.conf:3\n", LogSign::name_unresolved, "nginx: [emerg] host not found in upstream \"api\" in /etc/nginx/conf.d/default.conf:3"},
             Row{"initdb: error: directory \"/var/lib/postgresql/data\" exists but is not empty\n", LogSign::none, "initdb: error: directory \"/var/lib/postgresql/data\" exists but is not empty"},
             Row{"[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n", LogSign::missing_setting,
                 "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified"},
             Row{"*** FATAL CONFIG FILE ERROR (Redis 7.2.4) ***\nReading the configuration file, at line 3\n>>> 'maxmemori 10mb'\nBad directive or wrong number of arguments\n", LogSign::bad_configuration,
                 "Bad directive or wrong number of arguments"},
             Row{"max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]\nERROR: Elasticsearch did not exit normally\n", LogSign::kernel_setting,
                 "max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]"},
             Row{"all is well\nlast words\n", LogSign::none, "last words"},
             Row{"", LogSign::none, ""},
         }) {
        INFO(std::string(row.log));
        const auto telling = telling_line(row.log);
        CHECK(telling.line == row.line);
        CHECK(telling.sign == row.sign);
    }
}

TEST_CASE("harmless lines tell nothing: the word beside them counts") {
    for (const char* harmless : {"finished with 0 errors", "errors=0 requests=12", "error_count: 0", "10.0.0.1 GET /healthz 200", "no errors found", "DeprecationWarning: url.parse() is deprecated",
                                 "log level set to error", "retry succeeded: no error"}) {
        CAPTURE(harmless);
        const std::string log = std::string("ERROR rates table is stale\n") + harmless + "\n";
        CHECK(telling_line(log).line == "ERROR rates table is stale");
    }
}

TEST_CASE("the host that a line speaks of") {
    struct Row {
        const char* line;
        const char* host;
    };
    for (const auto& row : {Row{"dial tcp: lookup db.shop.svc on 10.96.0.10:53: no such host", "db.shop.svc"}, Row{"dial tcp db:5432: connect: connection refused", "db:5432"},
                            Row{"Error: getaddrinfo ENOTFOUND payments.example.com", "payments.example.com"}, Row{"could not translate host name \"db\" to address", "db"},
                            Row{"cannot reach http://user:secret@cache.shop:6379/0: timeout", "cache.shop:6379"}, Row{"it is dark", ""}}) {
        CAPTURE(row.line);
        CHECK(host_in(row.line) == row.host);
    }
}
