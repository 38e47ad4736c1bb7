// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place that includes protozero, so that its views are everybody's. What it throws stays inside the file that reads.
#include <string_view>
#define PROTOZERO_USE_VIEW std::string_view
#include <protozero/pbf_reader.hpp>
