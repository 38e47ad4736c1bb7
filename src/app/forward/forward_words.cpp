// SPDX-License-Identifier: Apache-2.0
#include "app/forward/forward_words.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

Error usage(std::string message, std::string help) {
    return {.kind = ErrorKind::usage, .message = std::move(message), .help = {std::move(help)}};
}

} // namespace

Result<std::vector<ForwardWords>> parse_forward_words(const std::vector<std::string>& words) {
    if (words.empty()) return usage("no object is named", "name one, and its ports: kdiag port-forward svc/web 8080:80");
    std::vector<ForwardWords> all;
    for (std::size_t at = 0; at < words.size();) {
        const auto& word = words[at++];
        KD_TRY_ASSIGN(auto name, parse_target_name({word}));
        ForwardWords one{.name = std::move(name), .shown = word, .ports = {}};
        while (at < words.size() && !contains(words[at], "/")) {
            KD_TRY_ASSIGN(auto port, parse_port_spec(words[at++]));
            one.ports.push_back(std::move(port));
        }
        if (one.ports.empty()) return usage(format("no port of {} is named", one.shown), format("as in: kdiag port-forward {} 8080:80", one.shown));
        all.push_back(std::move(one));
    }
    return all;
}

Result<std::vector<std::string>> parse_addresses(const std::vector<std::string>& words) {
    std::vector<std::string> addresses;
    const auto add = [&](std::string address) {
        if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) addresses.push_back(std::move(address));
    };
    for (const auto& word : words) {
        if (word.empty()) return usage("--address has an empty part", "as in --address localhost,10.0.0.5");
        if (word == "localhost") {
            add("127.0.0.1");
            add("::1");
        } else {
            add(word.starts_with('[') && word.ends_with(']') ? word.substr(1, word.size() - 2) : word);
        }
    }
    // An address of all of a family is those of that family, too: they would be taken already.
    for (const bool six : {false, true}) {
        const std::string all = six ? "::" : "0.0.0.0";
        if (std::find(addresses.begin(), addresses.end(), all) != addresses.end()) std::erase_if(addresses, [&](const auto& address) { return contains(address, ":") == six && address != all; });
    }
    return addresses;
}

} // namespace kdiag::app
