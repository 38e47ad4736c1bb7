// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/attach_error.hpp"

#include "rules/waiting/message_words.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <array>

namespace kdiag::rules::waiting {

namespace {

constexpr std::string_view k_list_attachments = "kubectl get volumeattachments";

// Drivers hand on the words of their storage system, mostly under the code Internal; so the codes alone do not tell.
constexpr std::array<std::string_view, 6> k_limit = {"code = ResourceExhausted", "maximum number of", "Exceeded limit", "AttachmentLimitExceeded", "attachment limit", "disk count exceeds"};
constexpr std::array<std::string_view, 6> k_in_use = {"VolumeInUse", "already attached to", "attached to another", "RESOURCE_IN_USE", "resource 'volume' is in use", "resourceInUseByAnotherResource"};
constexpr std::array<std::string_view, 7> k_rights = {"code = PermissionDenied", "code = Unauthenticated", "UnauthorizedOperation", "AccessDenied", "AuthorizationFailed", "not authorized", "Error 403"};

/// What follows `AttachVolume.Attach failed for volume "pvc-1" : `.
std::string_view without_start(std::string_view message) {
    const auto end = message.find("\" : ");
    return end == std::string_view::npos ? message : message.substr(end + 4);
}

} // namespace

AttachError read_attach_error(std::string_view node_name, std::string_view message) {
    const auto error = without_start(message);
    const auto words = core_of(error);
    const std::string list(k_list_attachments);
    if (const auto driver = word_after(error, "does not contain driver ", " "); !driver.empty())
        return {format("the driver `{}` is not registered on node `{}`: its pod there does not run, or is not ready yet", driver, node_name), "look at the driver's pod on this node",
                format("kubectl get pods -A -o wide --field-selector spec.nodeName={}", shell_quote(node_name))};
    if (const auto driver = between(error, "external-attacher of ", " CSI driver"); !driver.empty())
        return {format("the driver `{}` has not attached it in time: its controller (external-attacher) is slow or does not run", driver),
                "look at the driver's controller, and at what it says of the volume", list};
    if (contains_any(error, k_limit)) return {format("the node takes no more volumes: {}", words), "move a pod with volumes to another node", list};
    if (contains_any(error, k_in_use))
        return {format("the storage system says that it is attached to another machine: {}", words), "see which node has it, and detach it there if no pod of that node uses it", list};
    if (contains_any(error, k_rights)) return {format("the driver lacks the rights to attach it: {}", words), "correct the rights of the driver's account in the storage system", list};
    if (contains(error, "code = NotFound")) return {format("the driver does not find the disk or the node: {}", words), "look in the storage system whether the disk still exists", list};
    if (contains(error, "code = DeadlineExceeded")) return {"the storage system has not answered the driver in time", "look at the log of the driver's controller, and at the storage system", list};
    return {format("the driver says: {}", words), "look at the driver's controller and at the volume in the storage system", list};
}

} // namespace kdiag::rules::waiting
