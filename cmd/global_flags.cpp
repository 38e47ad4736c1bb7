// SPDX-License-Identifier: Apache-2.0
#include "global_flags.hpp"

#include <CLI/CLI.hpp>

namespace kdiag::cmd {

void add_global_flags(CLI::App& app, GlobalFlags& flags) {
    auto& o = flags.overrides;
    app.add_option("-n,--namespace", flags.namespace_name, "the namespace (default: the context's)")->type_name("NAME");
    app.add_option("--from", flags.from, "read a recording (file, folder, .tar.gz, - for standard input) instead of a cluster")->type_name("PATH");
    app.add_option("--kubeconfig", o.kubeconfig, "this kubeconfig and no other")->type_name("FILE");
    app.add_option("--context", o.context, "the context of the kubeconfig")->type_name("NAME");
    app.add_option("--cluster", o.cluster, "the cluster of the kubeconfig")->type_name("NAME");
    app.add_option("--user", o.user, "the user of the kubeconfig")->type_name("NAME");
    app.add_option("-s,--server", o.server, "address of the API server")->type_name("URL");
    app.add_option("--token", o.token, "bearer token; it shows in the process list, a kubeconfig does not")->type_name("TOKEN");
    app.add_option("--as", o.as_user, "impersonate this user")->type_name("USER");
    app.add_option("--as-group", o.as_groups, "impersonate this group; repeatable")->allow_extra_args(false)->type_name("GROUP");
    app.add_option("--as-uid", o.as_uid, "impersonate this uid")->type_name("UID");
    app.add_option("--certificate-authority", o.certificate_authority, "file with the CA of the server")->type_name("FILE");
    app.add_option("--client-certificate", o.client_certificate, "file with the client's certificate")->type_name("FILE");
    app.add_option("--client-key", o.client_key, "file with the client's key")->type_name("FILE");
    app.add_flag("--insecure-skip-tls-verify", o.insecure_skip_tls_verify, "do not check the server's certificate");
    app.add_option("--tls-server-name", o.tls_server_name, "name that the server's certificate has to have")->type_name("NAME");
    app.add_flag("--disable-compression", o.disable_compression, "ask for uncompressed answers");
    app.add_option("--request-timeout", flags.request_timeout, "for each request (default 15s, 0: none)")->type_name("DURATION");
    app.add_option("--color", flags.color, "auto, always or never")->type_name("WHEN");
    app.add_flag("--ascii", flags.ascii, "draw with ASCII characters only");
    app.add_flag("-q,--quiet", flags.quiet, "no progress, only the result");
}

} // namespace kdiag::cmd
