// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/describe/describe.hpp"

namespace kdiag::report {

/// The table of the pods below a workload, those that are not ready first.
void add_pods(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
/// What the pods of a template serve and use, and for --full the template itself.
void add_template(const kube::ObjectRef& object, const kube::PodTemplate& pod_template, const data::Value& raw_template, const DescribeInput& input, DescribeView& view);

} // namespace kdiag::report
