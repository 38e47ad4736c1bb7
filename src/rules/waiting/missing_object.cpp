// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/missing_object.hpp"

#include "rules/waiting/message_words.hpp"
#include "util/strings.hpp"

#include <array>

namespace kdiag::rules::waiting {

namespace {

/// `couldn't find key K in ConfigMap NS/NAME`, with a capital C since some releases.
void read_keys(std::string_view message, std::vector<MissingObject>& found) {
    constexpr std::string_view k_words = "ouldn't find key ";
    for (auto at = message.find(k_words); at != std::string_view::npos; at = message.find(k_words, at + 1)) {
        const auto rest = message.substr(at + k_words.size());
        const auto in = rest.find(" in ");
        if (in == std::string_view::npos) return;
        const auto place = rest.substr(in + 4);
        const auto slash = place.find('/');
        if (slash == std::string_view::npos) return;
        const auto after = place.substr(slash + 1);
        const auto name = after.substr(0, after.find_first_of(" \n,;])")), key = trim(rest.substr(0, in));
        if (!name.empty() && !key.empty()) found.push_back({place.starts_with("ConfigMap") ? "ConfigMap" : "Secret", std::string(name), std::string(key)});
    }
}

/// Mounts name the key alone: `configmap references non-existent config key: K`.
void read_mounted_keys(std::string_view message, std::vector<MissingObject>& found) {
    for (const auto& [words, kind] :
         {std::pair{"non-existent config key: ", "ConfigMap"}, std::pair{"non-existent secret key: ", "Secret"}})
        if (const auto key = word_after(message, words, ","), plain = trim(key.substr(0, key.find_first_of(" ]"))); !plain.empty())
            found.push_back({kind, {}, std::string(plain)});
}

void read_objects(std::string_view message, std::vector<MissingObject>& found) {
    struct Words {
        std::string_view text, kind;
    };
    constexpr auto k_words = std::to_array<Words>(
        {{"configmap \"", "ConfigMap"}, {"configmaps \"", "ConfigMap"}, {"secret \"", "Secret"}, {"secrets \"", "Secret"}});
    for (const auto& words : k_words)
        for (auto at = message.find(words.text); at != std::string_view::npos; at = message.find(words.text, at + 1)) {
            const auto rest = message.substr(at + words.text.size());
            const auto end = rest.find("\" not found");
            const auto name = rest.substr(0, end);
            if (end == std::string_view::npos || name.find_first_of(" ,:\n") != std::string_view::npos) continue;
            const auto slash = name.rfind('/'); // `ns"/"name`
            auto plain = slash == std::string_view::npos ? name : name.substr(slash + 1);
            if (plain.starts_with('"')) plain.remove_prefix(1);
            if (!plain.empty()) found.push_back({std::string(words.kind), std::string(plain), {}});
        }
}

} // namespace

std::vector<MissingObject> read_missing(std::string_view message) {
    std::vector<MissingObject> found;
    read_keys(message, found);
    read_mounted_keys(message, found);
    read_objects(message, found);
    return found;
}

bool is_cache_trouble(std::string_view message) {
    constexpr auto k_words =
        std::to_array<std::string_view>({"\" not registered", "failed to sync configmap cache", "failed to sync secret cache",
                                         "couldn't propagate object cache", "services have not yet been read at least once"});
    return contains_any(message, k_words);
}

} // namespace kdiag::rules::waiting
