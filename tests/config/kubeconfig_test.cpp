// SPDX-License-Identifier: Apache-2.0
#include "../support/temporary_folder.hpp"
#include "variables.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::config;

TEST_CASE("files are merged, and the first that names something wins") {
    const test::TemporaryFolder folder;
    const auto one = folder.write("one", "current-context: a\nclusters:\n- name: c\n  cluster: {server: 'https://one'}\n");
    const auto two = folder.write("sub/two", "current-context: b\nclusters:\n- name: c\n  cluster: {server: 'https://two'}\n- name: d\n  cluster: {server: 'https://d'}\nusers:\n- name: u\n  user: {token: 1e5}\n");
    const auto merged = load_kubeconfig("", test::variables({{"KUBECONFIG", one + "::" + folder.path("missing") + ":" + two + ":" + one}}));
    REQUIRE(merged);
    CHECK(merged->current_context == "a");
    CHECK(merged->clusters.at("c").value["server"].as_string() == "https://one");
    CHECK(merged->clusters.at("d").folder == folder.path("sub"));
    CHECK(merged->users.at("u").value["token"].as_string() == "1e5"); // never a number
    CHECK(merged->files.size() == 2);
    CHECK(load_kubeconfig("", test::variables({{"HOME", folder.path("nobody")}}))->empty());
    CHECK(load_kubeconfig("", test::variables({{"KUBECONFIG", folder.write("empty", "")}}))->empty());
}

TEST_CASE("a broken file says file, line and column") {
    const test::TemporaryFolder folder;
    struct Row {
        const char* text;
        const char* where;
    };
    for (const auto& row : {Row{"clusters: [\n", ":2:"}, Row{"clusters: text\n", ":1:11: `clusters` has to be a list"}, Row{"users:\n- user: {}\n", ":2:3: an entry of `users` needs a name"},
                            Row{"contexts:\n- name: a\n- name: a\n", ":3:9: `contexts` names `a` twice"}, Row{"a: 1\na: 2\n", ":2:1:"}, Row{"- just\n- a list\n", ":1:1:"}, Row{"clusters:\n- name: c\n  cluster: text\n", "`cluster` has to be a mapping"}}) {
        CAPTURE(row.text);
        const auto path = folder.write("config", row.text);
        const auto loaded = load_kubeconfig(path, test::variables({}));
        REQUIRE(!loaded);
        CHECK(loaded.error().kind == ErrorKind::config);
        CHECK(loaded.error().message.find(path) != std::string::npos);
        CHECK(loaded.error().message.find(row.where) != std::string::npos);
    }
    CHECK(load_kubeconfig(folder.path("absent"), test::variables({})).error().message.find("No such file") != std::string::npos);
    CHECK(load_kubeconfig(folder.path(), test::variables({})).error().message.find("folder") != std::string::npos);
}
