// SPDX-License-Identifier: Apache-2.0
#include "global_flags.hpp"

namespace kdiag::cmd {

void add_global_flags(FlagSet& flag_set, GlobalFlags& flags) {
    auto& o = flags.overrides;
    flag_set.option("-n,--namespace", flags.namespace_name, "the namespace (default: the context's)").takes("NAME");
    flag_set.option("--from", flags.from, "read a recording (file, folder, .tar.gz, - for standard input) instead of a cluster").takes("PATH");
    flag_set.option("--kubeconfig", o.kubeconfig, "this kubeconfig and no other").takes("FILE");
    flag_set.option("--context", o.context, "the context of the kubeconfig").takes("NAME");
    flag_set.option("--cluster", o.cluster, "the cluster of the kubeconfig").takes("NAME");
    flag_set.option("--user", o.user, "the user of the kubeconfig").takes("NAME");
    flag_set.option("-s,--server", o.server, "address of the API server").takes("URL");
    flag_set.option("--token", o.token, "bearer token; it shows in the process list, a kubeconfig does not").takes("TOKEN");
    flag_set.option("--as", o.as_user, "impersonate this user").takes("USER");
    flag_set.option("--as-group", o.as_groups, "impersonate this group; repeatable").repeatable().takes("GROUP");
    flag_set.option("--as-uid", o.as_uid, "impersonate this uid").takes("UID");
    flag_set.option("--certificate-authority", o.certificate_authority, "file with the CA of the server").takes("FILE");
    flag_set.option("--client-certificate", o.client_certificate, "file with the client's certificate").takes("FILE");
    flag_set.option("--client-key", o.client_key, "file with the client's key").takes("FILE");
    flag_set.flag("--insecure-skip-tls-verify", o.insecure_skip_tls_verify, "do not check the server's certificate");
    flag_set.option("--tls-server-name", o.tls_server_name, "name that the server's certificate has to have").takes("NAME");
    flag_set.flag("--disable-compression", o.disable_compression, "ask for uncompressed answers");
    flag_set.option("--request-timeout", flags.request_timeout, "for each request (default 15s, 0: none)").takes("DURATION");
    flag_set.option("--color", flags.color, "auto, always or never").takes("WHEN");
    flag_set.flag("--ascii", flags.ascii, "draw with ASCII characters only");
    flag_set.flag("-q,--quiet", flags.quiet, "no progress, only the result");
}

} // namespace kdiag::cmd
