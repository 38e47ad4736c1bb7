// SPDX-License-Identifier: Apache-2.0
#include "probe/pod_commands.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace kdiag;
using namespace kdiag::probe;

namespace {

bool holds(const PodCommand& command, std::string_view word) {
    return std::find(command.argv.begin(), command.argv.end(), word) != command.argv.end();
}

const std::string k_hostile = "a'; rm -rf / #$(x)`y`";

} // namespace

TEST_CASE("tools are what the image names, one a line") {
    const auto tools = parse_tools("sh\nnc\r\nwget\n");
    CHECK((tools.shell && tools.nc && tools.wget && !tools.curl && !tools.bash && tools.can_relay()));
    CHECK(!parse_tools("").can_relay());
    CHECK(!parse_tools("nc\n").can_relay()); // the greeting needs a shell
    CHECK(!parse_tools("sh\nbash\n").can_relay());
    CHECK(parse_tools("sh\nbash\ncat\n").can_relay());
}

TEST_CASE("names are tried as a pod's resolver tries them") {
    using Names = std::vector<std::string>;
    const auto search = search_list("sh\nresolv: nameserver 10.96.0.10\nresolv: search shop.svc.cluster.local svc.cluster.local  cluster.local\n");
    CHECK(search == Names{"shop.svc.cluster.local", "svc.cluster.local", "cluster.local"});
    CHECK(cluster_domain(search) == "cluster.local");
    CHECK(cluster_domain(search_list("sh\nresolv: search example.com\n")).empty());
    CHECK(search_list("").empty());
    CHECK(names_to_try("web", search) == Names{"web.shop.svc.cluster.local", "web.svc.cluster.local", "web.cluster.local", "web"});
    CHECK(names_to_try("web.shop.svc.cluster.local.", search) == Names{"web.shop.svc.cluster.local."});
    CHECK(names_to_try("a.b.c.d.e.f", search).front() == "a.b.c.d.e.f");
    CHECK(names_to_try("web", {}) == Names{"web"});
}

TEST_CASE("what the cluster wrote is an argument, and never part of a script") {
    const PodTools all{.shell = true, .nc = true, .bash = true, .curl = true, .wget = true, .nslookup = true, .getent = true, .cat = true};
    PodTools bash_only{.shell = true, .bash = true, .cat = true};
    for (const auto& command : {*relay_command(all, k_hostile, 80, 1), *relay_command(bash_only, k_hostile, 80, 1), *lookup_command(all, k_hostile),
                                connect_commands(all, k_hostile, 80, 1).front(), wget_command({.host = {}, .url = k_hostile})}) {
        CHECK(holds(command, k_hostile));
        REQUIRE(command.argv.size() > 3);
        CHECK(!contains(command.argv[2], "rm -rf"));
    }
    CHECK(relay_command(all, "fd00::7", 80, 0)->argv == std::vector<std::string>{"sh", "-c", "echo kdiag:started; exec \"$@\"", "kdiag", "nc", "-w", "1", "fd00::7", "80"});
    CHECK(!relay_command({}, "h", 80, 1));
    CHECK(!lookup_command(all, "-x"));
    CHECK(!lookup_command({.shell = true}, "x"));
}

TEST_CASE("curl gets URL and headers over standard input, quoted") {
    const HttpCheck check{.host = "10.0.0.7", .port = 80, .url = "http://10.0.0.7/\"x\"", .headers = {{"User-Agent", "kube-probe/1.37"}, {"Authorization", "Bearer s3\\cret"}, {"X-Empty", ""}}, .host_header = "shop\nexample"};
    const auto command = curl_command(check, 3, false);
    CHECK(command.argv.back() == "-");
    for (const auto& word : command.argv) CHECK(!contains(word, "s3"));
    CHECK(contains(command.input, "url = \"http://10.0.0.7/\\\"x\\\"\"\n"));
    CHECK(contains(command.input, "header = \"Authorization: Bearer s3\\\\cret\"\n"));
    CHECK(contains(command.input, "header = \"X-Empty;\"\n"));
    CHECK(contains(command.input, "header = \"Host: shop\\nexample\"\n"));
    CHECK(contains(command.input, "header = \"Accept:\"\n"));
    CHECK(contains(command.input, "max-time = 3\n"));
    CHECK(contains(command.input, "\ninsecure\n"));
    CHECK(!contains(curl_command(check, 3, true).input, "insecure"));
    CHECK(!contains(command.input, "http2"));
}

TEST_CASE("wget is only for checks whose headers are the kubelet's own") {
    CHECK(!has_own_headers({.host = {}, .url = {}, .headers = {{"User-Agent", "kube-probe/1.37"}, {"Accept", "*/*"}}}));
    CHECK(has_own_headers({.host = {}, .url = {}, .headers = {{"User-Agent", "me"}}}));
    CHECK(has_own_headers({.host = {}, .url = {}, .headers = {{"Authorization", "x"}}}));
    CHECK(has_own_headers({.host = {}, .url = {}, .headers = {}, .host_header = "shop"}));
}
