// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "kube/selector.hpp"

namespace kdiag::fuzz {

namespace {

const kube::TextMap k_labels[] = {{}, {{"app", "web"}}, {{"app", "web"}, {"tier", "front"}, {"env", "prod"}}, {{"app", ""}, {"canary", "true"}}};

} // namespace

void fuzz_selector(std::string_view bytes) {
    const auto parsed = kube::OwnedSelector::parse(bytes);
    if (!parsed) {
        promise(parsed.error().kind == ErrorKind::usage && !parsed.error().help.empty(), "a malformed selector is no usage error with help");
        return;
    }
    promise(parsed->text() == bytes, "the selector's text is another");
    const std::string text(bytes);
    const auto twice = kube::OwnedSelector::parse(text + "," + text);
    const auto spaced = kube::OwnedSelector::parse(" " + text + "\t");
    promise(twice && spaced, "a selector cannot be joined with itself, or padded");
    const auto impossible = kube::OwnedSelector::parse(text + ",kdiag-nobody-has-it");
    promise(impossible.has_value(), "a selector cannot be joined");
    for (const auto& labels : k_labels) {
        const bool matches = parsed->matches(labels);
        promise(twice->matches(labels) == matches && spaced->matches(labels) == matches, "the same selector matches something else");
        promise(!impossible->matches(labels), "a missing label matches");
    }
}

Seeds seeds_selector() {
    return {"app=web", "app==web", "app!=web", "app", "!canary", "env in (prod,stage)", "env notin (prod, stage),app=web", "app.kubernetes.io/name=web,tier!=cache,!canary", "a=", "in", "notin in (in)", "x in ()"};
}

} // namespace kdiag::fuzz
