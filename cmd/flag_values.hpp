// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/connect.hpp"
#include "app/output.hpp"
#include "global_flags.hpp"
#include "rules/finding.hpp"
#include "util/result.hpp"

#include <cstdint>
#include <string>

namespace kdiag::cmd {

// From the words of flags to the options of app functions; what is malformed is a usage error that names the flag.
Result<app::ConnectOptions> connect_options(const GlobalFlags& flags);
Result<app::OutputOptions> output_options(const GlobalFlags& flags, const std::string& format);
Result<rules::Severity> parse_severity(const std::string& flag, const std::string& word);
Result<Duration> parse_duration_flag(const std::string& flag, const std::string& word);
Result<Timestamp> parse_time_flag(const std::string& flag, const std::string& word);
/// A size in bytes, written as a Kubernetes quantity: `64Mi`, `1G`.
Result<std::uint64_t> parse_size_flag(const std::string& flag, const std::string& word);
Result<bool> parse_logs(const std::string& word);

} // namespace kdiag::cmd
