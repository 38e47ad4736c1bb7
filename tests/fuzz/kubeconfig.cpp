// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "config/kubeconfig.hpp"

namespace kdiag::fuzz {

namespace {

std::vector<std::string> names_of(const config::Kubeconfig& kubeconfig) {
    std::vector<std::string> names{kubeconfig.current_context};
    for (const auto* stanzas : {&kubeconfig.clusters, &kubeconfig.users, &kubeconfig.contexts})
        for (const auto& [name, stanza] : *stanzas) names.push_back(name + " of " + stanza.file);
    return names;
}

} // namespace

void fuzz_kubeconfig(std::string_view bytes) {
    config::Kubeconfig merged;
    const auto status = config::merge_kubeconfig(merged, bytes, "/first/config");
    if (!status) {
        promise(status.error().kind == ErrorKind::config, "a broken kubeconfig is no config error");
        promise(holds(status.error().message, "/first/config"), "the error does not name the file");
        return;
    }
    const auto names = names_of(merged);
    promise(config::merge_kubeconfig(merged, bytes, "/second/config").has_value(), "the same file cannot be merged twice");
    promise(names_of(merged) == names, "the second file outranks the first");
    for (const auto* stanzas : {&merged.clusters, &merged.users, &merged.contexts})
        for (const auto& [name, stanza] : *stanzas) promise((stanza.value.is_object() || stanza.value.is_null()) && stanza.folder == "/first", "a stanza of another type or folder");
}

Seeds seeds_kubeconfig() {
    return {
        "apiVersion: v1\nkind: Config\ncurrent-context: dev\nclusters:\n- name: kind\n  cluster:\n    server: https://127.0.0.1:6443\n    certificate-authority-data: QQ==\nusers:\n- name: ana\n  user:\n    token: 12345\n"
        "contexts:\n- name: dev\n  context: {cluster: kind, user: ana, namespace: shop}\n",
        "users:\n- name: oidc\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: kubelogin\n      args: [get-token]\n      env: [{name: A, value: b}]\n",
        R"({"apiVersion":"v1","kind":"Config","clusters":[{"name":"a","cluster":{"server":"http://x"}}],"contexts":[],"users":null})",
        "clusters: {}\n",
        "clusters:\n- name: a\n- name: a\n",
    };
}

} // namespace kdiag::fuzz
