// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::rules::waiting {

/// The name of the claim that a volume stands for, that of an ephemeral one too; empty for other volumes.
std::string claim_name_of(const kube::Pod& pod, const kube::Volume& volume);
/// The volumes of a class that no claim is bound to, in the order of the snapshot.
std::span<const kube::PersistentVolume* const> unbound_volumes(const RuleContext& context, std::string_view class_name);
/// Pods that name a claim and have not ended.
std::vector<const kube::Pod*> users_of(const RuleContext& context, std::string_view namespace_name, std::string_view claim);
/// `Deployment/web and StatefulSet/db wait for it`, or that nothing uses it yet.
std::string impact_on(const std::vector<const kube::Pod*>& users, const RuleContext& context);
/// An unbound claim that hinders pods is an error; one that nothing uses is not yet.
Severity severity_of_claim(const std::vector<const kube::Pod*>& users, const RuleContext& context);

/// Whether the class that a claim names does not exist, by the list of classes or by the controller's word. A class that only volumes
/// made by hand carry need not exist as an object, and does not count as missing.
bool lacks_class(const RuleContext& context, const kube::PersistentVolumeClaim& claim);
/// The event in which the controller says so, or null.
const kube::Event* told_of_missing_class(const RuleContext& context, const kube::PersistentVolumeClaim& claim);

} // namespace kdiag::rules::waiting
