// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/describe/describe.hpp"

#include <string_view>

namespace kdiag::report {

// The screens of kinds; each sets the verdict and adds facts, sections and next commands. False: the snapshot has no such object.
bool describe_pod(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
bool describe_deployment(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
bool describe_replica_set(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
bool describe_stateful_set(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
bool describe_daemon_set(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
bool describe_job(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
bool describe_cron_job(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
bool describe_service(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
bool describe_ingress(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
bool describe_node(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
bool describe_claim(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
bool describe_namespace(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
bool describe_config_map(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
bool describe_secret(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);

/// The verdict of a kind that has no screen, from its conditions.
void describe_by_conditions(const DescribeInput& input, DescribeView& view);
/// The conditions that need attention, and for --full all of them.
void add_conditions(const DescribeInput& input, DescribeView& view);
/// The containers of a pod: state, probes with their last failure, what else is known.
void add_containers(const kube::Pod& pod, const DescribeInput& input, DescribeView& view);
/// For --full: containers, volumes and scheduling of a pod spec; `title_prefix` is `Template: ` for a workload's.
void add_pod_spec(const data::Value& spec, const data::Value& status, std::string_view title_prefix, DescribeView& view);
/// Labels, annotations and the rest of spec and status: for --full, and for kinds without a screen.
void add_document(const DescribeInput& input, DescribeView& view, bool has_screen);
/// The newest events of an object and of what it owns, repeats folded, and for --full all of its own.
void add_events(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);

} // namespace kdiag::report
