// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : find_crashes(context)) {
        if (crash.recovered || crash.end == nullptr || crash.end->exit_code != 0 || crash.view.role == ContainerRole::init) continue;
        if (!killed_by_probe(context, crash).empty()) continue;
        Finding finding = begin(context, crash);
        const auto top = context.facts.top_owner(*crash.view.pod);
        finding.title = format("{} does its work, exits with 0, and is started again for ever", crash.view.display());
        finding.cause = crash.view.spec->command.empty() && crash.view.spec->args.empty()
                            ? format("it runs the command of its image `{}`, which ends at once; {} restarts whatever ends", crash.view.spec->image, top.kind)
                            : format("its command completes (exit code 0), and {} restarts whatever ends", top.kind == kube::Pod::k_kind ? "restartPolicy Always" : top.kind);
        finding.evidence.push_back({.text = format("restartPolicy {}, command {}", crash.view.pod->spec.restart_policy,
                                                   crash.view.spec->command.empty() ? std::string("of the image") : format("{}", join(crash.view.spec->command, " "))),
                                    .path = crash.view.spec_path("command")});
        finding.remedies.push_back({.text = "for work that ends use a Job or CronJob; for a server make its program stay in the foreground", .risk = Risk::change});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_completes_again_and_again{
    {.id = "KD1009", .name = "completes-again-and-again", .title = "a container finishes successfully and is restarted for ever", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 40,
     .doc = {.meaning = "The program ends without an error, and because the workload promises a running container it is started again.",
             .why_it_matters = "Nothing serves, and the work may be done again and again.",
             .how_it_is_found = "The last instance ended with exit code 0, the restart policy is Always, and the container was restarted.",
             .what_to_do = "Use a Job or a CronJob for work that ends.\nA server has to stay in the foreground (no daemon mode).\nCheck command: without one, an image may just start a shell.",
             .false_positives = "none known",
             .see_also = "KD1001 KD8003"}},
    check};

} // namespace kdiag::rules::crash
