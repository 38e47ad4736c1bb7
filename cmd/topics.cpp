// SPDX-License-Identifier: Apache-2.0
#include "help.hpp"

#include <array>

namespace kdiag::cmd {

namespace {

struct Topic {
    std::string_view name, text;
};

constexpr std::array k_topics = {
    Topic{"output", R"(Output formats (-o)

  text    for people: a verdict, root causes with their consequences, what to do
  wide    one line a finding, for scanning and awk
  json    one document, apiVersion kdiag.dev/v1, schema docs/report.schema.json
  jsonl   a line each: {"type":"start"|"finding"|"skipped"|"summary", ...}
  yaml    the JSON document as YAML

Data goes to standard output, errors and progress to standard error. With -o json
standard output is exactly one JSON document, also when nothing was found; on
failure it is empty and standard error holds one line of kind Error.

Within kdiag.dev/v1 fields are only added. The sets severity, verdict and
confidence are closed; rule ids, categories and reasons are open. title, cause
and text are for people and may change in any release: scripts use rule.id,
severity, subject, path and value. findings[].id stays the same from run to run
(it is made of rule, namespace, owner, container), summary.rootCauses names the
findings to fix first.
)"},
    Topic{"exit-codes", R"(Exit codes

    0  done; nothing at or above --fail-on
    1  findings at or above --fail-on (default: error)
    2  usage: a flag, an argument, a format, a selector
    3  client configuration: kubeconfig, certificate file, recording
    4  network: name resolution, connection, TLS, proxy
    5  not authenticated: 401, a credential plugin failed
    6  not authorised for what was asked (403)
    7  an unexpected or invalid answer from the server
    8  timed out before there was a verdict
    9  a named object does not exist
   10  incomplete, and --require-complete was given
   70  a bug in kdiag
  130  interrupted (143: terminated)

exec, debug and others that run a command pass its own code on, up to 200 (255
above); their own failures are the same numbers plus 200 (204: the connection was
lost before the code was known), 214 for a bug. 126 and 127: it could not be started.

When several apply: 70, 130, then 2 to 7 and 9 (it could not start), then 1, 8,
10 and 0. A partial run that found something bad is therefore 1.
)"},
    Topic{"environment", R"(Environment

  KUBECONFIG               kubeconfig files, separated by colons
  KDIAG_FLAG               any flag: KDIAG_FAIL_ON=warning, KDIAG_CONTEXT=dev;
                           a flag on the command line wins
  KDIAG_IMAGE              image of debug containers, and of probe --from node
  NO_COLOR                 no colour; also CLICOLOR=0 and TERM=dumb
  CLICOLOR_FORCE, FORCE_COLOR
                           colour even when piped
  KDIAG_FORCE_TTY          lay out as on a terminal of this many columns
  COLUMNS                  the terminal's width
  LC_ALL, LC_CTYPE, LANG   UTF-8 or not: without it, ASCII drawing characters
  KDIAG_STREAM_PROTOCOL    websocket or spdy: how exec, port-forward and the like
                           travel, when something in between lets only one through
  HTTPS_PROXY, NO_PROXY    as for kubectl
  CI                       no progress line

Nothing but the API server is ever contacted, except what probe is told to ask,
and no secret is read from the environment except what the credential plugins of
a kubeconfig are given.
)"},
    Topic{"ci", R"(In a pipeline

  kubectl apply -f deploy/
  kubectl rollout status deploy/checkout --timeout 2m || true
  kdiag diagnose deploy/checkout -n shop --require-complete

Exit code 1 means findings at or above --fail-on, 10 that something could not be
read, so that "all is well" is never said about what nobody looked at. In a
CronJob use --fail-on never: a Job that exits 1 is run again.

  kdiag diagnose -n shop -o json |
    jq -r '.summary.rootCauses[] as $id | .findings[] | select(.id == $id) | .title'
)"},
    Topic{"rbac", R"(Permissions

To diagnose kdiag only reads. `kdiag rule --rbac` prints the ClusterRole that all
rules need, `kdiag rule KD1201 --rbac` that of one. What may not be read is never passed over:
rules that need it are skipped and named (--show-skipped, coverage.skipped in
JSON), and --require-complete makes the exit code 10.

exec needs create on pods/exec, better also get: WebSocket is a GET. probe needs
the same to ask from a pod, or create on pods/portforward to ask its ports. debug needs
patch on pods/ephemeralcontainers and create on pods/attach; create and delete on
pods for --copy-to and nodes; get on the namespace to see its Pod Security level.

Secrets are listed for the names of their keys; values are dropped while the
answer is being read and are never kept, printed or logged.
)"},
};

} // namespace

std::string topic(std::string_view name) {
    for (const auto& entry : k_topics)
        if (entry.name == name) return std::string(entry.text);
    return {};
}

std::vector<std::string> topic_names() {
    std::vector<std::string> names;
    for (const auto& entry : k_topics) names.emplace_back(entry.name);
    return names;
}

} // namespace kdiag::cmd
